"""What somebody deletes at a provider: the incident begins anew there, once, and the run says so."""

from __future__ import annotations

import json
from base64 import b64encode
from urllib.parse import quote
from urllib.request import Request as Call
from urllib.request import urlopen

import pytest

from broadcast.publishing.request import Verb
from broadcast.reports.log import address_kinds, log
from tests.harness.company import Company

ROOM = "!room:sandbox"
CHANNELS = """
[channels.mastodon]
adapter = "mastodon"
access_token = "env:SANDBOX_SECRET"
base_url = "{url}/mastodon"
rate = 1000

[channels.bluesky]
adapter = "bluesky"
identifier = "sandbox.bsky.example"
password = "env:SANDBOX_SECRET"
base_url = "{url}/bluesky"
rate = 1000

[channels.slack]
adapter = "slack"
token = "env:SANDBOX_SECRET"
channel = "C0123ABCD"
base_url = "{url}/slack/api"
rate = 1000

[channels.matrix]
adapter = "matrix"
access_token = "env:SANDBOX_SECRET"
room = "!room:sandbox"
base_url = "{url}/matrix"
rate = 1000

[channels.desk]
adapter = "zendesk"
subdomain = "muster"
email = "agent@muster.example"
token = "env:SANDBOX_SECRET"
base_url = "{url}/zendesk"
rate = 1000
"""
LOGIN = b64encode(b"agent@muster.example/token:another-agent").decode()
#: By channel: the sandbox's provider, and how its owner deletes a message there.
DELETIONS = {
    "x": ("x", lambda one: ("DELETE", f"2/tweets/{one.ref}", None, "Bearer owner")),
    "mastodon": ("mastodon", lambda one: ("DELETE", f"api/v1/statuses/{one.ref}", None, "Bearer owner")),
    "bluesky": (
        "bluesky",
        lambda one: (
            "POST",
            "xrpc/com.atproto.repo.deleteRecord",
            {"rkey": one.extra["rkey"]},
            "Bearer owner",
        ),
    ),
    "page": (
        "statuspage",
        lambda one: ("DELETE", f"v1/pages/kctbh9vrtdwd/incidents/{one.thread}", None, "OAuth owner"),
    ),
    "slack": (
        "slack",
        lambda one: ("POST", "api/chat.delete", {"channel": "C0123ABCD", "ts": one.ref}, "Bearer owner"),
    ),
    "matrix": (
        "matrix",
        lambda one: (
            "PUT",
            f"_matrix/client/v3/rooms/{quote(ROOM)}/redact/{quote(one.ref, safe='')}/1",
            {},
            "Bearer owner",
        ),
    ),
    "desk": ("zendesk", lambda one: ("DELETE", f"api/v2/tickets/{one.thread}", None, f"Basic {LOGIN}")),
}


def told(company: Company, provider: str):
    return [one for one in company.received() if one.provider == provider and one.tells]


def delete(company: Company, channel: str) -> None:
    provider, deletion = DELETIONS[channel]
    method, path, document, login = deletion(told(company, provider)[0])
    body = None if document is None else json.dumps(document).encode()
    headers = {"Authorization": login, "Content-Type": "application/json"}
    with urlopen(Call(f"{company.url}/{provider}/{path}", body, headers, method=method), timeout=5):
        pass


@pytest.mark.parametrize("channel", DELETIONS)
def test_after_its_first_message_was_deleted_an_incident_begins_anew_once(company, channel):
    company.configure(
        [[channel]], x="rate = 1000", page="rate = 1000", extra=CHANNELS.format(url=company.url)
    )
    company.notify()
    delete(company, channel)

    update = company.follow_up(Verb.UPDATE, message="We found it.")
    end = company.follow_up(Verb.RESOLVE, message="It works again.")

    assert (update.exit_code, end.exit_code) == (0, 0)
    assert [update.warnings.count(one) for one in update.warnings if one.startswith(channel)] == [1]
    assert not any(warning.startswith(channel) for warning in end.warnings)
    first, second, third = told(company, DELETIONS[channel][0])
    assert first.ref not in f"{second.thread} {third.thread}"
    assert third.thread in {second.ref, second.thread, f"{second.ref} {second.extra.get('cid')}"}
    with company.ledger() as ledger:
        story = log(ledger, None, address_kinds(company.settings))
    assert [(one.channel, one.kind) for one in story if one.kind == "warning"] == [(channel, "warning")]
