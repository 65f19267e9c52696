from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from broadcast.channels import registry
from broadcast.channels.base import Adapter
from broadcast.config.settings import ChannelSettings
from broadcast.errors import ConfigError
from broadcast.model.incident import Phase, Service, Severity
from broadcast.model.outcome import Accepted, Thread
from broadcast.model.outgoing import Attempted
from broadcast.sandbox.server import Sandbox
from broadcast.testing.adapter_contract import using
from broadcast.testing.samples import now, outgoing
from broadcast.testing.stub import Canned, serving

OPTIONS = {"api_key": "s3cret", "page_id": "p1", "components": {"Suche": "cmp2"}}


def build(base_url: str | None, **options: object) -> Adapter:
    given = {**OPTIONS, **options}
    return registry.build(
        ChannelSettings(name="page", adapter="statuspage", origin="here", base_url=base_url, options=given)
    )


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
async def adapter(sandbox: Sandbox) -> AsyncIterator[Adapter]:
    async with using(build(sandbox.base_url("statuspage"))) as adapter:
        yield adapter


def notice(phase: Phase, thread: Thread | None = None, **facts):
    message = outgoing(None, thread=thread)
    return replace(message, headline=replace(message.headline, phase=phase, **facts))


@pytest.mark.parametrize(
    ("phase", "status", "condition"),
    [
        (Phase.INVESTIGATING, "investigating", "partial_outage"),
        (Phase.IDENTIFIED, "identified", "partial_outage"),
        (Phase.MONITORING, "monitoring", "partial_outage"),
        (Phase.RESOLVED, "resolved", "operational"),
        (Phase.RETRACTED, "resolved", "operational"),
        (Phase.SCHEDULED, "scheduled", "operational"),
        (Phase.IN_PROGRESS, "in_progress", "under_maintenance"),
        (Phase.COMPLETED, "completed", "operational"),
        (Phase.CANCELLED, "completed", "operational"),
    ],
)
async def test_a_phase_is_shown_in_the_pages_words(sandbox, adapter, phase, status, condition):
    (outcome,) = await adapter.send([notice(phase)])

    assert isinstance(outcome, Accepted), outcome
    shown = sandbox.received[0].extra
    assert (shown["status"], shown["components"]) == (status, {"abc123": condition})


async def test_services_are_found_by_name_where_they_name_no_component(sandbox, adapter):
    services = (Service("suche"), Service("Unbekannt"), Service("Bezahlvorgang", component="abc123"))

    await adapter.send([notice(Phase.INVESTIGATING, services=services, severity=Severity.SEV1)])

    shown = sandbox.received[0].extra
    assert shown["components"] == {"cmp2": "major_outage", "abc123": "major_outage"}
    assert shown["impact"] == "critical"


async def test_a_drill_alarms_no_subscriber_and_breaks_no_component(sandbox, adapter):
    await adapter.send([notice(Phase.INVESTIGATING, drill=True)])

    shown = sandbox.received[0].extra
    assert shown["deliver_notifications"] is False
    assert shown["components"] == {"abc123": "operational"}


async def test_an_update_is_added_to_the_incident_with_its_own_key(sandbox, adapter):
    (opening,) = await adapter.send([notice(Phase.INVESTIGATING)])

    (outcome,) = await adapter.send([replace(notice(Phase.RESOLVED, opening.thread), key="second")])

    first, second = sandbox.received
    assert [one.method for one in sandbox.requests] == ["POST", "PATCH"]
    assert second.thread == first.thread == outcome.thread.root
    assert outcome.ref == outcome.thread.last == second.ref
    assert second.key == "second"


async def test_maintenance_names_its_window(sandbox, adapter):
    message = notice(Phase.SCHEDULED)
    ends = message.headline.started + timedelta(hours=2)

    (outcome,) = await adapter.send([notice(Phase.SCHEDULED, window_ends=ends)])

    assert isinstance(outcome, Accepted), outcome
    assert sandbox.received[0].extra["impact"] == "maintenance"


@pytest.mark.parametrize("phase", [Phase.IDENTIFIED, Phase.RESOLVED, Phase.IN_PROGRESS])
async def test_after_an_incident_was_deleted_a_new_one_shows_how_matters_stand(sandbox, adapter, phase):
    (outcome,) = await adapter.send([notice(phase, Thread("gone", "gone"))])

    assert isinstance(outcome, Accepted)
    assert outcome.thread.root != "gone"
    assert "gone was deleted" in outcome.warning
    assert sandbox.received[0].extra["status"] == phase.value


async def test_what_was_opened_anew_is_found_if_its_answer_was_lost(sandbox, adapter):
    follow_up = notice(Phase.RESOLVED, Thread("gone", "gone"))
    (opened,) = await adapter.send([follow_up])

    (found,) = await adapter.find([Attempted(follow_up, now())])

    assert found.thread == opened.thread


async def test_a_component_that_the_page_has_not_keeps_no_text_back():
    """Statuspage refuses the whole incident for it, in the language of the account."""
    listed = Canned(200, b'[{"id": "known", "status": "operational"}]')
    refused = Canned(422, b'{"error": ["Komponente unbekannt"]}')
    services = (Service("Kasse", component="known"), Service("Suche", component="removed"))

    async def play(writer):
        if stub.methods[-1] == "GET":
            answer = listed
        else:
            answer = refused if b"removed" in stub.requests[-1] else Canned(201, b'{"id": "i1"}')
        writer.write(answer.written())

    async with serving(play) as stub, using(build(stub.url())) as adapter:
        (outcome,) = await adapter.send([notice(Phase.INVESTIGATING, services=services)])

    assert isinstance(outcome, Accepted)
    assert "removed" in outcome.warning
    assert b'"known": "partial_outage"' in stub.requests[-1]


async def test_the_text_gets_there_if_the_page_refuses_the_new_state():
    refused = Canned(422, b'{"error": ["Status ist nicht erlaubt"]}')
    listed = Canned(200, b'[{"id": "abc123"}]')

    async def play(writer):
        if stub.methods[-1] == "GET":
            answer = listed
        else:
            answer = refused if b'"status": "resolved"' in stub.requests[-1] else Canned(200, b'{"id": "i1"}')
        writer.write(answer.written())

    async with serving(play) as stub, using(build(stub.url())) as adapter:
        (outcome,) = await adapter.send([notice(Phase.RESOLVED, Thread("i1", "u1"))])

    assert isinstance(outcome, Accepted)
    assert outcome.thread.root == "i1"
    assert "set i1 to resolved by hand" in outcome.warning
    assert "nicht erlaubt" in outcome.warning
    assert b'{"component": {"status": "operational"}}' in stub.requests[-1]


@pytest.mark.parametrize("components", ["abc123", {"checkout": 7}, ["abc123"]])
def test_components_that_are_no_table_are_refused(components):
    with pytest.raises(ConfigError, match="components") as raised:
        build(None, components=components)

    assert raised.value.hint
