"""Scheduled notices: published at their time, once, with the state of that time, or refused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from broadcast.dispatch.progress import ignore_events
from broadcast.errors import KeyReused, UsageError
from broadcast.ledger.schedules import ScheduleState
from broadcast.publishing.request import Limits, Request, Verb
from broadcast.publishing.schedule import request_of, schedule
from broadcast.wiring import make_publisher
from tests.harness.company import consent
from tests.harness.configurations import ENVIRONMENT, SECRETS
from tests.harness.program import environment, start, wait

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@pytest.fixture
def clockwork(company):
    from tests.cadence.conftest import Clockwork

    return Clockwork(company)


def plan(company, at="30m", verb=Verb.NOTIFY, limits=None, **given):
    if verb is Verb.NOTIFY:
        given = {"title": "Kasse down", **given}
    with company.ledger() as ledger:
        publisher = make_publisher(company.settings, ledger, ignore_events)
        return schedule(publisher, Request(verb=verb, **given), limits or Limits(), at, consent).schedule


def states(company):
    with company.ledger() as ledger:
        return [(one.state, one.detail) for one in ledger.schedules.all()]


def incidents(company):
    with company.ledger() as ledger:
        return ledger.incidents.all()


def test_it_is_published_at_its_second_and_once(clockwork):
    company = clockwork.company
    planned = plan(company)

    clockwork.round(planned.due_at - 20 * SECOND)
    assert incidents(company) == []

    (line,) = clockwork.round(planned.due_at).done

    assert line == "schedule: published schedule 1 as INC-1/1: 3 messages accepted"
    assert states(company) == [(ScheduleState.PUBLISHED, "INC-1/1")]
    assert clockwork.round(planned.due_at + MINUTE).done == ()
    assert company.told_once("sendgrid")


def test_an_update_that_is_still_true_is_published(clockwork):
    company = clockwork.company
    company.notify(next_update="4h")
    planned = plan(company, verb=Verb.UPDATE, message="Es dauert noch.", next_update="45m")

    clockwork.round(planned.due_at)

    promised = company.incident().next_update_at
    assert states(company) == [(ScheduleState.PUBLISHED, "INC-1/2")]
    assert timedelta(minutes=44) < promised - planned.due_at <= timedelta(minutes=46)


@pytest.mark.parametrize("meanwhile", [Verb.UPDATE, Verb.RESOLVE])
def test_an_incident_that_changed_outdates_it(clockwork, meanwhile):
    company = clockwork.company
    company.notify(next_update="4h")
    planned = plan(company, verb=Verb.UPDATE, message="Es dauert noch.")
    company.follow_up(meanwhile)
    told = len(company.received())

    (trouble,) = clockwork.round(planned.due_at).trouble

    assert trouble.startswith("schedule: schedule 1 was not published: INC-1/2 was published meanwhile")
    assert states(company) == [(ScheduleState.REFUSED, "INC-1/2 was published meanwhile")]
    assert len(company.received()) == told
    assert clockwork.round(planned.due_at + MINUTE).trouble == ()


def test_more_people_than_allowed_are_refused_at_its_time(clockwork):
    company = clockwork.company
    planned = plan(company, limits=Limits(max_recipients=3))
    company.employ(4)

    (trouble,) = clockwork.round(planned.due_at).trouble

    assert "at most 3 are allowed" in trouble
    assert incidents(company) == []


def test_what_nobody_published_in_time_is_refused(clockwork):
    planned = plan(clockwork.company)

    (trouble,) = clockwork.round(planned.due_at + timedelta(hours=1, seconds=1)).trouble

    assert "and no `tick` or `serve` ran" in trouble
    assert incidents(clockwork.company) == []


def test_a_cancelled_one_is_not_published(clockwork):
    planned = plan(clockwork.company)
    with clockwork.company.ledger() as ledger:
        assert ledger.schedules.cancel(planned.id, planned.created_at)
        assert not ledger.schedules.cancel(planned.id, planned.created_at)

    assert clockwork.round(planned.due_at).done == ()
    assert incidents(clockwork.company) == []


def test_times_mean_what_they_meant_when_they_were_typed(clockwork):
    planned = plan(clockwork.company, started="20m", next_update="none")

    clockwork.round(planned.due_at)

    (incident,) = incidents(clockwork.company)
    assert abs(planned.created_at - incident.started_at - timedelta(minutes=20)) < MINUTE
    assert request_of(planned).next_update == "none"


def test_a_key_is_scheduled_once(clockwork):
    first = plan(clockwork.company, key="ticket-1")

    assert plan(clockwork.company, key="ticket-1").id == first.id
    with pytest.raises(KeyReused):
        plan(clockwork.company, key="ticket-1", message="Etwas anderes.")


def test_a_time_that_has_passed_is_refused(clockwork):
    with pytest.raises(UsageError):
        plan(clockwork.company, at="2020-01-01T10:00")
    assert states(clockwork.company) == []


def make_due(company):
    """Put the time of every schedule into the past second."""
    with company.ledger() as ledger, ledger.store.transaction() as connection:
        connection.raw.execute("UPDATE schedule SET due_at = created_at - 1")


def tick(company, *before):
    folder = company.folder
    return start(["tick", "-q"], folder, environment(folder, **SECRETS, **ENVIRONMENT), before=before)


def test_four_processes_at_the_same_moment_publish_it_once(clockwork):
    company = clockwork.company
    plan(company)
    make_due(company)

    ended = [wait(process) for process in [tick(company) for _ in range(4)]]

    assert [one.said for one in ended if one.traceback] == []
    assert len(incidents(company)) == 1
    assert states(company) == [(ScheduleState.PUBLISHED, "INC-1/1")]
    assert company.told_once("sendgrid")


@pytest.mark.parametrize("seconds", ["0.6", "0.8", "0.95"])
def test_a_process_that_is_killed_publishes_it_once(clockwork, seconds):
    company = clockwork.company
    plan(company)
    make_due(company)
    wait(tick(company, "timeout", "-s", "KILL", seconds))

    for _ in range(2):
        assert not wait(tick(company)).traceback

    assert len(incidents(company)) == 1
    assert states(company) == [(ScheduleState.PUBLISHED, "INC-1/1")]
    copies = company.copies()
    # Killed between intent and request, nobody can say whether the mail left: the next channel tells them.
    assert {who: found for who, found in copies.items() if not found or len(set(found)) < len(found)} == {}


def test_the_commands_schedule_list_and_cancel(company, monkeypatch, capsys):
    from broadcast.cli.app import run

    monkeypatch.chdir(company.folder)

    assert run(["notify", "Kasse down", "--at", "2h", "--yes", "-q"]) == 0
    assert "to stop it: broadcast schedule cancel 1" in capsys.readouterr().out
    assert run(["schedule", "list"]) == 0
    assert "Kasse down" in capsys.readouterr().out
    assert run(["schedule", "cancel", "1"]) == 0
    assert run(["schedule", "cancel", "1"]) == 2
    assert incidents(company) == []
    assert len(company.received()) == 0
