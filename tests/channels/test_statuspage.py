from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from broadcast.channels import registry
from broadcast.channels.base import Adapter
from broadcast.config.settings import ChannelSettings
from broadcast.errors import ConfigError
from broadcast.model.incident import Phase, Severity
from broadcast.model.outcome import Accepted, Rejected, Scope, Thread
from broadcast.sandbox.server import Sandbox
from broadcast.testing.adapter_contract import using
from broadcast.testing.samples import outgoing

OPTIONS = {"api_key": "s3cret", "page_id": "p1", "components": {"Suche": "cmp2"}}


def build(base_url: str | None, **options: object) -> Adapter:
    given = {**OPTIONS, **options}
    return registry.build(ChannelSettings("page", "statuspage", "here", base_url=base_url, options=given))


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
    services = (("suche", ""), ("Unbekannt", ""), ("Bezahlvorgang", "abc123"))

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


async def test_an_incident_that_is_gone_concerns_only_this_notice(adapter):
    (outcome,) = await adapter.send([notice(Phase.RESOLVED, Thread("gone", "gone"))])

    assert isinstance(outcome, Rejected)
    assert outcome.scope is Scope.MESSAGE


@pytest.mark.parametrize("components", ["abc123", {"checkout": 7}, ["abc123"]])
def test_components_that_are_no_table_are_refused(components):
    with pytest.raises(ConfigError, match="components") as raised:
        build(None, components=components)

    assert raised.value.hint
