"""The networks' wires, where one request depends on another."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from broadcast.sandbox.providers import all_wires
from broadcast.sandbox.wire.base import WireRequest
from tests.sandbox.test_wire_formats import (
    AT,
    CREATE,
    CREDENTIALS,
    DID,
    POST,
    RECORD,
    SAID,
    Talk,
    is_valid,
    validate_answer,
)


def test_mastodon_threads_replies_and_refuses_what_it_cannot_show():
    talk = Talk("mastodon")
    path, timeline = "/api/v1/statuses", "/api/v1/accounts/110000000000000001/statuses"
    first = json.loads(talk.ask("POST", path, {"status": "R&D\n<b>\n\nhttps://a.de/b."})[0].body)

    second, _ = talk.ask("POST", path, {"status": "zwei", "in_reply_to_id": first["id"]})
    lost, _ = talk.ask("POST", path, {"status": "drei", "in_reply_to_id": "42"})
    long, _ = talk.ask("POST", path, {"status": "ä" * 501})
    linked, _ = talk.ask("POST", path, {"status": f"{'👩‍🚒' * 477}https://a.de/{'b' * 99}"})
    listed, request = talk.ask("GET", timeline, limit="2", max_id=json.loads(linked.body)["id"])

    assert (
        first["content"] == '<p>R&amp;D<br />&lt;b&gt;</p><p><a href="https://a.de/b">https://a.de/b</a>.</p>'
    )
    assert second.received[0].thread == first["id"]
    assert (lost.status, long.status, linked.status) == (404, 422, 200)
    assert b"character limit" in long.body
    assert [post["in_reply_to_id"] for post in json.loads(listed.body)] == [first["id"], None]
    validate_answer("mastodon", request, listed)


def test_mastodon_honours_a_key_for_an_hour():
    wire = all_wires(frozenset())["mastodon"]
    headers = {"Authorization": CREDENTIALS["mastodon"], "Idempotency-Key": "k1"}
    moments = (AT, AT + timedelta(minutes=59), AT + timedelta(minutes=61))

    answers = [
        wire.answer(
            WireRequest(
                method="POST",
                path="api/v1/statuses",
                query="",
                headers=headers,
                body=b'{"status": "Hallo"}',
                at=moment,
            )
        )
        for moment in moments
    ]

    assert [len(answer.received) for answer in answers] == [1, 0, 1]
    assert answers[0].body == answers[1].body


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("text", "ä" * 301),
        ("text", "👩‍🚒" * 280),  # 3,080 bytes
        ("text", None),
        ("$type", "app.bsky.feed.like"),
        ("createdAt", "2026-05-04"),
        ("createdAt", "2026-13-04T09:12:00Z"),
        ("langs", ["de", "en", "fr", "it"]),
        ("facets", [{"index": {"byteStart": 9, "byteEnd": 22}, "features": []}]),
        ("reply", {"root": {"uri": "at://x", "cid": "b"}}),
        ("reply", {place: {"uri": "at://x", "cid": "bafyreib"} for place in ("root", "parent")}),
        ("note", 2**64),
    ],
)
def test_bluesky_refuses_what_is_no_post(field, value):
    answer, _ = Talk("bluesky").ask("POST", CREATE, {**RECORD, "record": {**SAID, field: value}})

    assert (answer.status, json.loads(answer.body)["error"]) == (400, "InvalidRequest")


def test_bluesky_keeps_a_record_and_takes_its_key_once():
    talk = Talk("bluesky")
    where = {"repo": DID, "collection": POST, "rkey": RECORD["rkey"]}

    missing, unasked = talk.ask("GET", "/xrpc/com.atproto.repo.getRecord", **where)
    first, _ = talk.ask("POST", CREATE, RECORD)
    again, _ = talk.ask("POST", CREATE, {**RECORD, "record": {**SAID, "text": "Anderes", "facets": []}})
    crooked, _ = talk.ask("POST", CREATE, {**RECORD, "rkey": "inc-7"})
    shown, request = talk.ask("GET", "/xrpc/com.atproto.repo.getRecord", **where)
    listed, all_ = talk.ask("GET", "/xrpc/com.atproto.repo.listRecords", repo=DID, collection=POST)

    assert (missing.status, json.loads(missing.body)["error"]) == (400, "RecordNotFound")
    assert (again.status, json.loads(again.body)["error"]) == (500, "InternalServerError")
    assert again.received == ()
    assert crooked.status == 400
    assert json.loads(shown.body)["value"] == SAID
    assert json.loads(shown.body)["cid"] == json.loads(first.body)["cid"]
    for asked, answer in ((unasked, missing), (request, shown), (all_, listed)):
        assert is_valid("bluesky", asked)
        validate_answer("bluesky", asked, answer)
