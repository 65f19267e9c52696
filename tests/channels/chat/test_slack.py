from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from broadcast.channels import registry
from broadcast.channels.base import Adapter, Reconciles
from broadcast.config.settings import ChannelSettings
from broadcast.errors import ConfigError
from broadcast.model.incident import Phase, Severity
from broadcast.model.outcome import Accepted, Health, NotSent, Outcome, Rejected, Scope, Thread, Unknown
from broadcast.model.outgoing import Attempted
from broadcast.sandbox.server import Sandbox
from broadcast.testing.adapter_contract import using
from broadcast.testing.samples import now, outgoing
from broadcast.testing.stub import Canned, answering, serving
from tests.security.hostile_texts import SAMPLE

OPTIONS = {"token": "xoxb-1", "channel": "C0123ABCD"}
HOSTILE = (
    "<!channel> <!here> <@U0123ABCD> <#C0123ABCD> <!subteam^S1|@oncall>",
    "<https://evil.example|status.muster.example> & &lt;!channel&gt;",
    "*bold* _italic_ ~gone~ `code` ```block``` > quote :fire: @channel @here",
    "see https://status.muster.example/a_b_c*d*?x=<1>&y=2, now",
)


def build(base_url: str | None, **options: object) -> Adapter:
    given = {**OPTIONS, **options}
    return registry.build(
        ChannelSettings(name="room", adapter="slack", origin="here", base_url=base_url, options=given)
    )


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
async def adapter(sandbox: Sandbox) -> AsyncIterator[Adapter]:
    async with using(build(sandbox.base_url("slack"))) as adapter:
        yield adapter


def posted(sandbox: Sandbox):
    return [one for one in sandbox.received if one.tells]


def notice(sequence: int, thread: Thread | None, text: str = "Wir arbeiten daran.", **facts):
    message = outgoing(None, text=f"{text} [INC-7/{sequence}]", sequence=sequence, thread=thread)
    return replace(message, headline=replace(message.headline, **facts))


async def accepted(adapter: Adapter, message) -> Accepted:
    (outcome,) = await adapter.send([message])
    assert isinstance(outcome, Accepted), outcome
    return outcome


async def find(adapter: Adapter, attempt: Attempted) -> Outcome:
    assert isinstance(adapter, Reconciles)
    (outcome,) = await adapter.find([attempt])
    return outcome


@asynccontextmanager
async def saying(document: object, **headers: str) -> AsyncIterator[Adapter]:
    """The adapter, when Slack says `document` to everything."""
    canned = Canned(200, json.dumps(document).encode(), headers)
    async with serving(answering(canned)) as slack, using(build(slack.url())) as adapter:
        yield adapter


async def answered(document: object, **headers: str):
    async with saying(document, **headers) as adapter:
        (outcome,) = await adapter.send([notice(1, None)])
        return outcome


async def test_the_first_message_is_brought_up_to_date_and_the_thread_tells_the_story(sandbox, adapter):
    first = await accepted(adapter, notice(1, None, "Gestört."))
    second = await accepted(adapter, notice(2, first.thread, "Ursache gefunden."))
    await accepted(adapter, notice(3, second.thread, "Behoben."))

    edits = [one for one in sandbox.received if not one.tells]
    assert [one.text for one in posted(sandbox)] == [
        "Gestört. [INC-7/1]",
        "Ursache gefunden. [INC-7/2]",
        "Behoben. [INC-7/3]",
    ]
    assert {one.thread for one in posted(sandbox)[1:]} == {first.ref}
    assert [(one.extra["edits"], one.text) for one in edits] == [
        (first.ref, "Ursache gefunden. [INC-7/2]"),
        (first.ref, "Behoben. [INC-7/3]"),
    ]


@pytest.mark.parametrize(
    ("facts", "shows"),
    [
        ({"phase": Phase.IDENTIFIED, "severity_before": Severity.SEV2}, False),
        ({"phase": Phase.MONITORING, "severity_before": Severity.SEV2}, False),
        ({"phase": Phase.IDENTIFIED, "severity_before": Severity.SEV3}, True),
        ({"phase": Phase.RESOLVED, "severity_before": Severity.SEV2}, True),
        ({"phase": Phase.RETRACTED, "severity_before": Severity.SEV2}, True),
    ],
)
async def test_a_reply_shows_in_the_channel_where_matters_have_turned(sandbox, adapter, facts, shows):
    first = await accepted(adapter, notice(1, None))

    await accepted(adapter, notice(2, first.thread, **facts))

    assert posted(sandbox)[1].extra["broadcast"] is shows


@pytest.mark.parametrize("text", [*HOSTILE, *SAMPLE], ids=ascii)
async def test_incident_text_is_neither_markup_nor_a_mention(sandbox, adapter, text):
    text = text.replace("\r", " ").replace("\x00", "").replace("\ud800", "")
    first = await accepted(adapter, notice(1, None, text))
    await accepted(adapter, notice(2, first.thread, text))

    for one in sandbox.received:
        assert "".join(one.text.split()) == "".join(f"{text} {one.text[-9:]}".split())
        assert not {"<", ">"} & set(one.extra["text"])
        kinds = {part["type"] for block in one.extra["blocks"] for part in block["elements"][0]["elements"]}
        assert kinds <= {"text", "link"}


async def test_headings_stand_out_and_addresses_can_be_clicked(sandbox, adapter):
    text = "Störung: Kasse\n\nBitte sagen Sie:\n- Wir wissen es:\nMehr: https://status.muster.example."

    await adapter.send([outgoing(None, text=text)])

    elements = posted(sandbox)[0].extra["blocks"][0]["elements"][0]["elements"]
    strong = [one["text"] for one in elements if one.get("style") == {"bold": True}]
    assert strong == ["Störung: Kasse", "Bitte sagen Sie:"]
    assert [one["url"] for one in elements if one["type"] == "link"] == ["https://status.muster.example"]
    assert posted(sandbox)[0].text == text


async def test_an_edit_that_fails_is_told_and_keeps_nobody_from_the_news(sandbox, adapter):
    first = await accepted(adapter, notice(1, None))

    # Escaped, it is longer than an edit may be.
    second = await accepted(adapter, notice(2, first.thread, "<" * 1500))

    assert second.warning == "the first message still shows what was said before"
    assert len(posted(sandbox)) == 2


async def test_when_the_first_message_was_deleted_a_new_thread_begins(sandbox, adapter):
    gone = Thread("1503435956.000247", "1503435956.000247")
    update = notice(2, gone)
    begun = now()

    outcome = await accepted(adapter, update)
    found = await find(adapter, Attempted(update, begun))

    assert outcome.thread == Thread(outcome.ref, outcome.ref)
    assert "gone" in (outcome.warning or "")
    assert isinstance(found, Accepted)
    assert (found.ref, found.thread) == (outcome.ref, outcome.thread)


async def test_our_key_is_found_after_the_first_message_was_edited(adapter):
    opening, begun = notice(1, None), now()
    first = await accepted(adapter, opening)
    await accepted(adapter, notice(2, first.thread))

    found = await find(adapter, Attempted(opening, begun))

    assert isinstance(found, Accepted)
    assert found.thread == first.thread


@pytest.mark.parametrize(
    "document", [{"ok": True, "messages": [], "has_more": True}, {"ok": False, "error": "x"}]
)
async def test_a_look_up_that_does_not_see_everything_proves_nothing(document):
    async with saying(document) as adapter:
        found = await find(adapter, Attempted(notice(1, None), now()))

    assert isinstance(found, Unknown)


@pytest.mark.parametrize(
    ("error", "scope"),
    [
        ("invalid_auth", Scope.CHANNEL),
        ("token_revoked", Scope.CHANNEL),
        ("account_inactive", Scope.CHANNEL),
        ("missing_scope", Scope.CHANNEL),
        ("channel_not_found", Scope.CHANNEL),
        ("is_archived", Scope.CHANNEL),
        ("not_in_channel", Scope.CHANNEL),
        ("msg_too_long", Scope.MESSAGE),
        ("invalid_blocks", Scope.MESSAGE),
        ("never_heard_of", Scope.MESSAGE),
    ],
)
async def test_a_refusal_that_comes_with_200_is_a_refusal(error, scope):
    outcome = await answered({"ok": False, "error": error})

    assert isinstance(outcome, Rejected)
    assert (outcome.scope, outcome.code) == (scope, error)


async def test_an_error_that_quotes_the_token_tells_no_code():
    outcome = await answered({"ok": False, "error": "no xoxb-1 here"})

    assert isinstance(outcome, Rejected)
    assert "xoxb" not in str(outcome)


@pytest.mark.parametrize("error", ["ratelimited", "rate_limited", "service_unavailable", "request_timeout"])
async def test_what_slack_did_not_take_may_be_tried_later(error):
    outcome = await answered({"ok": False, "error": error}, **{"Retry-After": "30"})

    assert outcome == NotSent(f"Slack asks to wait ({error})", 30.0)


@pytest.mark.parametrize("error", ["fatal_error", "internal_error"])
async def test_what_slack_may_have_done_is_unknown(error):
    assert isinstance(await answered({"ok": False, "error": error}), Unknown)


@pytest.mark.parametrize(
    ("options", "health", "words"),
    [
        ({}, Health.OK, ""),
        ({"token": "revoked"}, Health.UNAUTHORISED, "revoked"),
        ({"channel": "C0123GONE"}, Health.DEGRADED, "no such channel"),
        ({"channel": "C0123ARCHIVED"}, Health.DEGRADED, "archived"),
    ],
)
async def test_a_probe_sees_what_would_be_refused(sandbox, options, health, words):
    async with using(build(sandbox.base_url("slack"), **options)) as adapter:
        probe = await adapter.probe()
        (outcome,) = await adapter.send([notice(1, None)])

    assert probe.health is health
    assert words in probe.detail
    assert isinstance(outcome, Accepted) == (health is Health.OK)


async def test_a_probe_sees_that_the_app_was_not_invited():
    document = {"ok": True, "channel": {"id": "C0123ABCD", "is_member": False}}
    async with saying(document) as adapter:
        probe = await adapter.probe()

    assert probe.health is Health.DEGRADED
    assert "invite" in probe.detail


@pytest.mark.parametrize("name", ["#incidents", "incidents", "@oncall", "C0123 ABCD", "U0123ABCD"])
def test_a_channel_is_named_by_its_id(name):
    with pytest.raises(ConfigError, match="here: channel must be the channel's id") as raised:
        build(None, channel=name)

    assert "C0123ABCD" in (raised.value.hint or "")
