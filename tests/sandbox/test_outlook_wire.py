"""Microsoft's two wires against Graph's description, which has a mailbox only as `/me`."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadcast.channels.transport import Reply, Transport
from broadcast.sandbox.providers import all_wires
from broadcast.sandbox.server import Sandbox
from broadcast.sandbox.wire.base import WireAnswer, WireRequest
from tests.sandbox.test_wire_formats import is_valid, validate_answer

AT = datetime(2026, 5, 4, 9, 12, tzinfo=UTC)
MAILBOX = "v1.0/users/stoerung@muster.example/messages"
PROPERTY = "String {6d1c1f0e-6d3a-4d0c-9a52-5f3b2a7d9c41} Name broadcast-key"
DRAFT: dict[str, Any] = {
    "subject": "Störung",
    "body": {"contentType": "html", "content": "<p>Weg &amp; fort</p>"},
    "toRecipients": [{"emailAddress": {"address": "a@example.org", "name": "A"}}],
    "internetMessageHeaders": [{"name": "x-key", "value": "k1"}],
    "singleValueExtendedProperties": [{"id": PROPERTY, "value": "k1"}],
}


class Talk:
    """The wire, its answers, and each request as the description's validator takes it."""

    def __init__(self) -> None:
        self.wire = all_wires(frozenset())["outlook"]

    def ask(self, method: str, path: str = "", body: object = None, **query: str) -> tuple[WireAnswer, Any]:
        from openapi_core.testing import MockRequest

        headers = {"Authorization": "Bearer token"}
        content = b"" if body is None else json.dumps(body).encode()
        request = WireRequest(
            method=method, path=MAILBOX + path, query=urlencode(query), headers=headers, body=content, at=AT
        )
        shown = MockRequest(
            "https://graph.microsoft.com",
            method.lower(),
            f"/v1.0/me/messages{path}",
            args=query,
            headers=headers,
            data=content or None,
            content_type="application/json",
        )
        return self.wire.answer(request), shown


def found(talk: Talk, key: str = "k1") -> list[bool]:
    wanted = f"singleValueExtendedProperties/any(p:p/id eq '{PROPERTY}' and p/value eq '{key}')"
    answer, request = talk.ask("GET", **{"$filter": wanted, "$select": "id,isDraft"})
    assert is_valid("msgraph", request)
    validate_answer("msgraph", request, answer)
    return [one["isDraft"] for one in json.loads(answer.body)["value"]]


def test_a_draft_becomes_a_mail_once():
    talk = Talk()
    drafted, request = talk.ask("POST", body=DRAFT)
    new = json.loads(drafted.body)

    assert is_valid("msgraph", request)
    validate_answer("msgraph", request, drafted)
    assert (drafted.status, new["isDraft"]) == (201, True)
    assert [one.tells for one in drafted.received] == [False]
    assert (found(talk), found(talk, "k2")) == ([True], [])

    sent, again = (talk.ask("POST", f"/{new['id']}/send")[0] for _ in range(2))

    assert (sent.status, sent.body, again.status) == (202, b"", 404)
    assert [(one.to, one.text.strip(), one.tells) for one in sent.received] == [
        ("a@example.org", "Weg & fort", True)
    ]
    assert found(talk) == [False]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (
            {"internetMessageHeaders": [{"name": "References", "value": "<a@b>"}]},
            "InvalidInternetMessageHeader",
        ),
        (
            {"internetMessageHeaders": [{"name": f"x-{n}", "value": ""} for n in range(6)]},
            "InvalidInternetMessageHeaderCollection",
        ),
        ({"toRecipients": "a@example.org"}, "BadRequest"),
        ({"body": {"contentType": "markdown", "content": ""}}, "BadRequest"),
        ({"subject": 7}, "BadRequest"),
    ],
)
def test_a_draft_that_is_wrong_is_refused(change, code):
    answer, _ = Talk().ask("POST", body={**DRAFT, **change})

    assert answer.status == 400
    assert json.loads(answer.body)["error"]["code"] == code


def test_nothing_is_sent_to_nobody():
    talk = Talk()
    drafted, _ = talk.ask("POST", body={**DRAFT, "toRecipients": []})

    answer, _ = talk.ask("POST", f"/{json.loads(drafted.body)['id']}/send")

    assert (answer.status, answer.received) == (400, ())


def test_a_mailbox_is_restored_from_what_was_kept():
    talk, again = Talk(), Talk()
    first, second = (talk.ask("POST", body={**DRAFT, "subject": name})[0] for name in ("eins", "zwei"))
    sent, _ = talk.ask("POST", f"/{json.loads(first.body)['id']}/send")
    for one in (*first.received, *second.received, *sent.received):
        again.wire.keep(one)

    assert found(again) == found(talk) == [False, True]


async def test_a_draft_counts_as_received_by_nobody():
    async with Sandbox() as sandbox:
        transport = Transport()
        url = f"{sandbox.base_url('outlook')}/users/a@b.example/messages"
        headers = {"Authorization": "Bearer token"}
        await transport.exchange("POST", url, headers=headers, body=json.dumps(DRAFT).encode())
        health = await transport.exchange("GET", f"{sandbox.url}/_sandbox/health", headers={})
        await transport.close()

        assert isinstance(health, Reply)
        assert json.loads(health.body)["received"] == 0
        assert [one.reached for one in sandbox.requests] == [0]


def test_only_who_has_a_token_is_served():
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic YTpi"}):
        assert (
            Talk()
            .wire.answer(WireRequest(method="GET", path=MAILBOX, query="", headers=headers, body=b"", at=AT))
            .status
            == 401
        )


junk = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*DRAFT, "emailAddress", "address", "name", "id", "value"]), inner)
    ),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(junk)
def test_no_document_however_odd_breaks_the_wire(document):
    for body in (document, {**DRAFT, **document} if isinstance(document, dict) else document):
        assert Talk().ask("POST", body=body)[0].status in {201, 400}


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, 200),
        ({"client_secret": "wrong"}, 401),
        ({"client_secret": ""}, 400),
        ({"grant_type": "password"}, 400),
        ({"scope": "Mail.Send"}, 400),
    ],
)
def test_entra_gives_a_token_to_those_who_ask_properly(change, status):
    form = {
        "client_id": "6d1c1f0e",
        "client_secret": "s",
        "grant_type": "client_credentials",
        "scope": "https://graph.microsoft.com/.default",
    }
    body = urlencode({**form, **change}).encode()

    answer = all_wires(frozenset())["entra"].answer(
        WireRequest(
            method="POST", path="muster.example/oauth2/v2.0/token", query="", headers={}, body=body, at=AT
        )
    )

    assert answer.status == status
    assert ("access_token" in json.loads(answer.body)) == (status == 200)
