"""The wires of rooms against the providers' own descriptions, and what only their prose says."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from broadcast.sandbox.providers import all_wires
from broadcast.sandbox.wire.base import Refusal, WireAnswer, WireRequest
from tests.sandbox.test_wire_formats import AT, is_valid, validate_answer

HOOK = "/workflows/w1/triggers/manual/paths/invoke"
SIGNED = {"sig": "abc", "api-version": "2016-06-01"}
BLOCKS = [
    {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "Weg"}]}],
    }
]
METADATA = {"event_type": "broadcast_notice", "event_payload": {"key": "k1"}}
POST = {"channel": "C0123ABCD", "text": "Weg", "blocks": BLOCKS, "metadata": METADATA}
CARD = {
    "type": "message",
    "attachments": [
        {
            "contentType": "application/vnd.microsoft.card.adaptive",
            "content": {
                "type": "AdaptiveCard",
                "version": "1.2",
                "body": [{"type": "TextBlock", "text": "Weg"}],
            },
        }
    ],
}
HOSTS = {"slack": "https://slack.com", "teams": "https://prod-00.westeurope.logic.azure.com"}
ROOTS = {"slack": "/api", "teams": ""}


class Room:
    """One wire, with the description it is held against."""

    def __init__(self, provider: str, token: str = "xoxb-1") -> None:
        self.provider, self.wire = provider, all_wires(frozenset())[provider]
        self.description = {"teams": "teams_workflow"}.get(provider, provider)
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def post(self, path: str, body: object, **query: str) -> tuple[WireAnswer, Any]:
        from openapi_core.testing import MockRequest

        path, content = ROOTS[self.provider] + path, json.dumps(body).encode()
        request = WireRequest(
            method="POST",
            path=path.lstrip("/"),
            query=urlencode(query),
            headers=self.headers,
            body=content,
            at=AT,
        )
        shown = MockRequest(
            HOSTS[self.provider],
            "post",
            path,
            args=query,
            headers={"Authorization": self.headers["Authorization"]},
            data=content,
            content_type="application/json",
        )
        return self.wire.answer(request), shown

    def said(self, path: str, body: object, **query: str) -> Any:
        return json.loads(self.post(path, body, **query)[0].body)


@pytest.mark.parametrize(
    ("provider", "path", "body", "query", "status"),
    [
        ("slack", "/chat.postMessage", POST, {}, 200),
        ("slack", "/chat.postMessage", {"channel": "C0123ABCD", "text": "Weg", "mrkdwn": False}, {}, 200),
        ("slack", "/conversations.history", {"channel": "C0123ABCD", "include_all_metadata": True}, {}, 200),
        ("slack", "/conversations.info", {"channel": "C0123ABCD"}, {}, 200),
        ("slack", "/chat.postMessage", {**POST, "channel": "C0123GONE"}, {}, 200),
        ("teams", HOOK, CARD, SIGNED, 202),
    ],
)
def test_what_the_description_allows_is_answered_in_its_shape(provider, path, body, query, status):
    room = Room(provider)
    answer, request = room.post(path, body, **query)

    assert is_valid(room.description, request)
    assert answer.status == status
    if answer.body:
        validate_answer(room.description, request, answer)


def test_slack_shows_a_thread_and_keeps_the_metadata_of_what_was_edited():
    room = Room("slack")
    root = room.said("/chat.postMessage", POST)["ts"]
    reply, _ = room.post("/chat.postMessage", {**POST, "text": "Da", "thread_ts": root})
    quiet = room.said("/chat.postMessage", {**POST, "thread_ts": "1503435956.000247"})
    changed, request = room.post("/chat.update", {"channel": "C0123ABCD", "ts": root, "text": "Neu"})

    listed = room.said(
        "/conversations.replies", {"channel": "C0123ABCD", "ts": root, "include_all_metadata": True}
    )
    channel = room.said("/conversations.history", {"channel": "C0123ABCD", "limit": 1})

    validate_answer("slack", request, changed)
    assert [one.tells for one in (*reply.received, *changed.received)] == [True, False]
    assert [(one["text"], one["metadata"]) for one in listed["messages"]] == [
        ("Neu", METADATA),
        ("Da", METADATA),
    ]
    assert "thread_ts" not in quiet["message"]
    assert (channel["messages"][0]["ts"], channel["has_more"]) == (quiet["ts"], True)
    assert "metadata" not in channel["messages"][0]


def test_slack_remembers_what_an_earlier_run_was_sent():
    before, after = Room("slack"), Room("slack")
    first, _ = before.post("/chat.postMessage", POST)
    edited, _ = before.post(
        "/chat.update", {"channel": "C0123ABCD", "ts": json.loads(first.body)["ts"], "text": "Neu"}
    )
    for one in (*first.received, *edited.received):
        after.wire.keep(one)

    [shown] = after.said("/conversations.history", {"channel": "C0123ABCD"})["messages"]

    assert shown["text"] == "Neu"
    assert float(after.said("/chat.postMessage", POST)["ts"]) > float(shown["ts"])


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"text": "", "blocks": None}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"metadata": {"event_type": "x"}}, "invalid_metadata_format"),
        ({"blocks": [{"type": "nonsense"}]}, "invalid_blocks"),
        ({"blocks": "x"}, "invalid_blocks_format"),
        ({"blocks": [{"type": "rich_text", "elements": []}] * 51}, "invalid_blocks"),
        ({"channel": "C0123ARCHIVED"}, "is_archived"),
    ],
)
def test_slack_refuses_with_its_own_words_and_200(changed, error):
    answer, request = Room("slack").post("/chat.postMessage", {**POST, **changed})

    assert (answer.status, json.loads(answer.body)) == (200, {"ok": False, "error": error})
    assert answer.received == ()
    validate_answer("slack", request, answer)


@pytest.mark.parametrize("token", ["", "wrong", "revoked"])
def test_slack_refuses_tokens_with_200(token):
    answer, _ = Room("slack", token).post("/chat.postMessage", POST)

    assert (answer.status, answer.received) == (200, ())
    assert json.loads(answer.body)["error"] in {"not_authed", "invalid_auth", "token_revoked"}


def test_slack_makes_a_mention_of_what_was_not_escaped():
    text = "<!channel> <@U1|anna> &lt;!here&gt; <https://a.de|b>"

    answer, _ = Room("slack").post("/chat.postMessage", {"channel": "C0123ABCD", "text": text})

    assert answer.received[0].text == "@channel @anna <!here> b"


@pytest.mark.parametrize(
    ("body", "query", "status"),
    [
        ({**CARD, "type": "text"}, SIGNED, 400),
        ({"type": "message", "attachments": []}, SIGNED, 400),
        (CARD, {}, 401),
        ({**CARD, "summary": "x" * 28 * 1024}, SIGNED, 413),
    ],
)
def test_a_workflow_refuses_what_is_no_card_for_it(body, query, status):
    answer, _ = Room("teams").post(HOOK, body, **query)

    assert (answer.status, answer.received) == (status, ())


def test_refusals_are_spelled_as_the_providers_do():
    slack, teams = Room("slack").wire, Room("teams").wire

    assert (slack.refusal(Refusal(401, AT)).status, slack.refusal(Refusal(429, AT, 7)).status) == (200, 429)
    assert slack.refusal(Refusal(429, AT, 7)).headers == {"Retry-After": "7"}
    assert json.loads(teams.refusal(Refusal(429, AT)).body)["error"]["code"] == "OperationThrottled"
