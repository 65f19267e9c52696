"""A ticket during a whole incident: when agents change it, and who may read which text."""

from __future__ import annotations

import json
from base64 import b64encode
from urllib.request import Request as Call
from urllib.request import urlopen

import pytest

from broadcast.publishing.request import Verb
from tests.harness.company import Company

DESK = """
[channels.desk]
adapter = "zendesk"
subdomain = "muster"
email = "agent@muster.example"
token = "env:SANDBOX_SECRET"
base_url = "{url}/zendesk"
settle = "200ms"
{more}

[audiences.agents]
lanes = [["desk"]]
"""
LOGIN = b64encode(b"agent@muster.example/token:another-agent").decode()
CANARY = "Kanarienvogel"


def employ_agents(company: Company, more: str = "") -> None:
    company.configure([["email"]], extra=DESK.format(url=company.url, more=more))


def comments(sandbox):
    return [one for one in sandbox.received if one.provider == "zendesk" and one.tells]


def close(company: Company, ticket: str, method: str, **fields: object) -> None:
    url = f"{company.url}/zendesk/api/v2/tickets/{ticket}"
    headers = {"Authorization": f"Basic {LOGIN}"}
    with urlopen(Call(url, json.dumps({"ticket": fields}).encode(), headers, method=method), timeout=5):
        pass


@pytest.mark.parametrize(("method", "fields"), [("PUT", {"status": "closed"}), ("DELETE", {})])
def test_after_a_ticket_is_closed_or_deleted_the_incident_goes_on_in_the_next_one(
    company, sandbox, method, fields
):
    employ_agents(company)
    company.notify()
    close(company, comments(sandbox)[0].thread, method, **fields)

    results = [
        company.follow_up(Verb.UPDATE, message="We found it."),
        company.follow_up(Verb.UPDATE, message="Nearly there."),
        company.follow_up(Verb.RESOLVE, message="It works again."),
    ]

    assert [result.exit_code for result in results] == [0, 0, 0]
    first, *later = comments(sandbox)
    assert len(later) == 3
    [second] = {one.thread for one in later}
    assert second != first.thread
    assert later[-1].extra["status"] == "solved"


@pytest.mark.parametrize("public", [False, True])
def test_requesters_read_public_words_in_every_lane(company, sandbox, public):
    employ_agents(company, f"public = {str(public).lower()}")

    company.notify(variables=(("cause", CANARY), ("internal_escalation", CANARY)))

    [opening] = comments(sandbox)
    assert opening.extra["public"] is public
    assert ("Please do not say:" in opening.text) is not public
    assert (CANARY in opening.text) is not public
