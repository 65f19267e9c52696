"""Providers' public status pages: read in their three forms, and never trusted to be well."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest

from broadcast.channels import provider_status
from broadcast.channels.provider_status import Answered, ask
from broadcast.channels.transport import Transport
from broadcast.model.health import Announcement, Condition
from broadcast.testing.stub import (
    Canned,
    Play,
    answering,
    breaking_off,
    dripping,
    flooding,
    never,
    reset,
    serving,
)

FINE = {"status": {"indicator": "none", "description": "All Systems Operational"}, "incidents": []}


@pytest.fixture
async def transport() -> AsyncIterator[Transport]:
    transport = Transport(timeout=0.3)
    yield transport
    await transport.close()


def summary(indicator: str, *names: str) -> dict:
    incidents = [{"name": name, "impact": "major", "status": "investigating"} for name in names]
    return {
        "page": {"id": "abc"},
        "status": {"indicator": indicator, "description": "Said"},
        "incidents": incidents,
    }


def slack(*incidents: tuple[str, str]) -> dict:
    listed = [{"type": kind, "title": title, "status": "active"} for kind, title in incidents]
    return {"status": "active" if listed else "ok", "active_incidents": listed}


def zendesk(*incidents: dict) -> dict:
    return {"data": [{"id": "1", "type": "incident", "attributes": one} for one in incidents], "included": []}


async def asked(transport: Transport, play: Play, etag: str = "") -> Answered:
    async with serving(play) as stub:
        return await ask(transport, stub.url("/api/v2/summary.json"), etag)


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (FINE, Announcement(Condition.WORKS, "All Systems Operational")),
        (summary("minor", "Late e-mails", "Other"), Announcement(Condition.DOUBTFUL, "Late e-mails")),
        (summary("maintenance"), Announcement(Condition.DOUBTFUL, "Said")),
        (summary("major"), Announcement(Condition.DOWN, "Said")),
        (summary("critical", "All is lost"), Announcement(Condition.DOWN, "All is lost")),
        (slack(), Announcement(Condition.WORKS)),
        (slack(("notice", "News")), Announcement(Condition.WORKS, "News")),
        (slack(("incident", "Slow"), ("outage", "Gone")), Announcement(Condition.DOWN, "Gone")),
        (zendesk(), Announcement(Condition.WORKS)),
        (zendesk({"title": "Slow", "impact": "minor"}), Announcement(Condition.DOUBTFUL, "Slow")),
        (
            zendesk({"title": "Slow"}, {"title": "Gone", "outage": True}),
            Announcement(Condition.DOWN, "Gone"),
        ),
        (
            zendesk({"title": "Over", "outage": True, "resolvedAt": "2026-01-01"}),
            Announcement(Condition.WORKS),
        ),
    ],
)
async def test_each_form_is_understood(transport, document, said):
    answered = await asked(transport, answering(Canned(body=json.dumps(document).encode())))

    assert answered.announcement == said


@pytest.mark.parametrize(
    ("play", "reason"),
    [
        (answering(Canned(503)), "HTTP 503"),
        (
            answering(Canned(302, headers={"Location": "https://elsewhere.example/a"})),
            "HTTP 302, it has moved to https://elsewhere.example/a",
        ),
        (answering(Canned(302)), "HTTP 302"),
        (answering(Canned(body=b'{"status": "ok"}')), "cannot be read"),
        (answering(Canned(body=b'{"status": "active", "active_incidents": []}')), "cannot be read"),
        (answering(Canned(body=b'{"status": "ok", "active_incidents": ["Gone"]}')), "cannot be read"),
        (
            answering(Canned(body=b'{"status": {"indicator": "none"}, "incidents": "Gone"}')),
            "cannot be read",
        ),
        (answering(Canned(body=b'{"data": [{"id": "1"}]}')), "cannot be read"),
        (answering(Canned(body=b"<html>")), "cannot be read"),
        (answering(Canned(body=b"[" * 9000)), "cannot be read"),
        (answering(Canned(body=b"[]")), "cannot be read"),
        (answering(Canned(body=b'{"status": 7}')), "cannot be read"),
        (answering(Canned(body=b'{"status": {"indicator": ["none"]}}')), "cannot be read"),
        (answering(Canned(body=b'{"status": ["ok"]}')), "cannot be read"),
        (answering(Canned(body=b'{"data": 1, "status": null}')), "cannot be read"),
        (answering(Canned(304, b"")), "HTTP 304"),
        (breaking_off(Canned(body=json.dumps(FINE).encode())), "lost"),
        (dripping(Canned(body=json.dumps(FINE).encode())), "no answer within"),
        (flooding(Canned()), "larger than"),
        (never, "no answer within"),
        (reset, "lost"),
    ],
)
async def test_what_cannot_be_read_is_not_known_and_says_why(transport, play, reason):
    said = (await asked(transport, play)).announcement

    assert said.condition is Condition.UNKNOWN
    assert reason in said.detail


async def test_whoever_is_not_there_says_nothing(transport):
    async with serving(never) as stub:
        url = stub.url()

    assert (await ask(transport, url)).announcement.condition is Condition.UNKNOWN


async def test_a_page_that_did_not_change_is_not_read_again(transport):
    async with serving(answering(Canned(body=json.dumps(FINE).encode(), headers={"ETag": 'W/"7"'}))) as stub:
        first = await ask(transport, stub.url())
        stub.play = answering(Canned(304, b""))
        second = await ask(transport, stub.url(), first.etag)

    assert (first.etag, second) == ('W/"7"', Answered(None, 'W/"7"'))
    assert b'If-None-Match: W/"7"' in stub.requests[1]
    assert b"User-Agent: broadcast/" in stub.requests[0]


async def test_the_gravest_incident_that_goes_on_is_named(transport):
    document = summary("critical")
    document["incidents"] = [
        {"name": "Over", "impact": "critical", "status": "resolved"},
        {"name": "Slow search", "impact": "minor", "status": "investigating"},
        {"name": "All is lost", "impact": "critical", "status": "identified"},
    ]

    assert provider_status.read(await reply(transport, document)).detail == "All is lost"


async def test_an_incident_of_a_new_kind_is_doubted_and_one_that_is_over_is_not(transport):
    unheard = slack(("partial", "Half of it"))
    over = {
        "status": "active",
        "active_incidents": [{"type": "outage", "title": "Gone", "status": "resolved"}],
    }

    assert provider_status.read(await reply(transport, unheard)).condition is Condition.DOUBTFUL
    assert provider_status.read(await reply(transport, over)).condition is Condition.WORKS


async def test_a_providers_words_are_one_short_line_without_controls(transport):
    document = summary("minor", "Slow\n\x1b[31m  " + "very " * 100)

    said = provider_status.read(await reply(transport, document))

    assert said.detail.startswith("Slow [31m very")
    assert len(said.detail) == 120


async def reply(transport: Transport, document: dict):
    async with serving(answering(Canned(body=json.dumps(document).encode()))) as stub:
        return await transport.exchange("GET", stub.url(), headers={})
