"""Schedules that the clock refuses, or cannot publish: who looks sees it, and people are told once."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from broadcast.cli.app import run
from broadcast.dispatch.progress import ignore_events
from broadcast.ledger.schedules import ScheduleState
from broadcast.publishing.request import Limits, Request, Verb
from broadcast.publishing.schedule import schedule
from broadcast.reports.due import DueKind, due
from broadcast.reports.log import log
from broadcast.wiring import make_publisher
from tests.cadence.conftest import CREW
from tests.harness.company import consent, published
from tests.harness.configurations import ENVIRONMENT, SECRETS
from tests.harness.program import environment, start, wait

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
ADA, BEN = "+4915112345001", "+4915112345002"
SECRET = "A_SECRET_OF_THIS_TEST"


def plan(company, at="30m", verb=Verb.NOTIFY, **given):
    if verb is Verb.NOTIFY:
        given = {"title": "Kasse down", **given}
    with company.ledger() as ledger:
        publisher = make_publisher(company.settings, ledger, ignore_events)
        request = Request(verb=verb, audiences=("customers",), **given)
        return schedule(publisher, request, Limits(), at, consent).schedule


def listed(company, now):
    with company.ledger() as ledger:
        return [one for one in due(ledger, now) if one.kind is DueKind.SCHEDULE]


def refused(clockwork):
    """A scheduled notice that nobody published in time; the time of the round that refused it."""
    planned = plan(clockwork.company)
    late = planned.due_at + HOUR + SECOND
    return planned, clockwork.round(late), late


def test_a_secret_that_is_missing_is_tried_for_an_hour_and_then_named(clockwork, monkeypatch):
    company = clockwork.company
    monkeypatch.setenv(SECRET, "a-secret-of-the-sandbox")
    company.edit('api_key = "env:SANDBOX_SECRET"', f'api_key = "env:{SECRET}"')
    planned = plan(company)
    monkeypatch.delenv(SECRET)

    (trouble,) = clockwork.round(planned.due_at).trouble

    assert SECRET in trouble
    (late,) = listed(company, planned.due_at)
    assert SECRET in late.detail
    (trouble, *_) = clockwork.round(planned.due_at + HOUR + SECOND).trouble
    assert SECRET in trouble
    assert "it could not be sent since" in trouble
    monkeypatch.setenv(SECRET, "a-secret-of-the-sandbox")
    assert clockwork.round(planned.due_at + HOUR + MINUTE).trouble == ()
    assert len(clockwork.to("p0@kunde.example")) == 0


def test_a_secret_that_is_there_again_publishes_it(clockwork, monkeypatch):
    company = clockwork.company
    monkeypatch.setenv(SECRET, "a-secret-of-the-sandbox")
    company.edit('api_key = "env:SANDBOX_SECRET"', f'api_key = "env:{SECRET}"')
    planned = plan(company)
    monkeypatch.delenv(SECRET)
    clockwork.round(planned.due_at)
    monkeypatch.setenv(SECRET, "a-secret-of-the-sandbox")

    clockwork.round(planned.due_at + MINUTE)

    assert company.told_once("sendgrid")
    with company.ledger() as ledger:
        assert [(one.state, one.detail) for one in ledger.schedules.all()] == [
            (ScheduleState.PUBLISHED, "INC-1/1")
        ]
    assert listed(company, planned.due_at + MINUTE) == []


def test_a_refused_one_is_in_due_until_somebody_dismisses_it(clockwork):
    planned, _, late = refused(clockwork)

    (found,) = listed(clockwork.company, late)

    assert (found.incident, found.schedule, found.title) == ("", planned.id, "Kasse down")
    assert "no `tick` or `serve` ran" in found.detail
    with clockwork.company.ledger() as ledger:
        assert ledger.schedules.cancel(planned.id, late)
    assert listed(clockwork.company, late) == []


def test_a_clock_that_does_not_run_is_seen_after_a_minute(clockwork):
    planned = plan(clockwork.company)

    assert listed(clockwork.company, planned.due_at + 59 * SECOND) == []
    assert [one.schedule for one in listed(clockwork.company, planned.due_at + MINUTE)] == [planned.id]


def test_a_newer_notice_of_the_incident_settles_it(clockwork):
    company = clockwork.company
    company.notify(next_update="4h", audiences=("customers",))
    planned = plan(company, verb=Verb.UPDATE, message="Es dauert noch.")
    company.follow_up(Verb.UPDATE, message="Wir suchen weiter.", next_update="4h")
    clockwork.round(planned.due_at)
    assert [one.incident for one in listed(company, planned.due_at)] == ["INC-1"]

    with company.ledger() as ledger:
        publisher = make_publisher(company.settings, ledger, ignore_events, clockwork.clock)
        published(publisher, Request(verb=Verb.UPDATE, message="Neu.", next_update="4h"), consent)

    assert listed(company, clockwork.clock.now()) == []


def test_the_log_of_the_incident_says_when_and_why(clockwork):
    company = clockwork.company
    company.notify(next_update="4h", audiences=("customers",))
    planned = plan(company, verb=Verb.UPDATE, message="Es dauert noch.")
    company.follow_up(Verb.UPDATE, next_update="4h")
    clockwork.round(planned.due_at)

    with company.ledger() as ledger:
        lines = [one for one in log(ledger, "INC-1", {}) if one.kind == "schedule"]

    assert [one.state for one in lines] == [None, "refused"]
    assert lines[1].text == "schedule 1 (update): INC-1/2 was published meanwhile"
    assert lines[1].at >= planned.due_at


def test_status_and_due_name_it_and_end_with_ten(clockwork, monkeypatch, capsys):
    company = clockwork.company
    plan(company)
    with company.ledger() as ledger, ledger.store.transaction() as connection:
        connection.raw.execute("UPDATE schedule SET due_at = created_at - 3700")
    clockwork.round()
    monkeypatch.chdir(company.folder)
    capsys.readouterr()

    assert run(["status", "--check"]) == 10
    assert '1 (notice "Kasse down") was due at' in capsys.readouterr().out
    assert run(["status", "-o", "json"]) == 0
    (shown,) = json.loads(capsys.readouterr().out)["schedules"]
    assert (shown["number"], shown["state"], shown["incident"]) == (1, "refused", None)
    assert run(["due"]) == 10
    assert "schedule cancel 1" in capsys.readouterr().out
    assert run(["due", "-o", "json"]) == 10
    (entry,) = json.loads(capsys.readouterr().out)["due"]
    assert (entry["kind"], entry["schedule"], entry["incident"]) == ("schedule", 1, None)
    assert run(["schedule", "cancel", "1"]) == 0
    assert run(["due"]) == 0


def test_people_are_reminded_of_it_once(clockwork):
    _, result, late = refused(clockwork)

    assert "remind: SCHEDULE-1: 2 reminders accepted" in result.done
    assert len(clockwork.to(ADA)) == len(clockwork.to(BEN)) == 1
    assert "Kasse down" in clockwork.to(ADA)[0]
    assert clockwork.round(late + MINUTE).done == ()
    assert len(clockwork.to(ADA, BEN)) == 2
    with clockwork.company.ledger() as ledger:
        assert ledger.incidents.all() == []
        assert ledger.incidents.next_ref() == "INC-1"


def test_people_are_reminded_of_an_update_that_was_refused(clockwork):
    company = clockwork.company
    company.notify(next_update="4h", audiences=("customers",))
    planned = plan(company, verb=Verb.UPDATE, message="Es dauert noch.")
    company.follow_up(Verb.UPDATE, next_update="4h")

    clockwork.round(planned.due_at)

    assert len(clockwork.to(ADA)) == 1
    assert "[INC-1/2]" in clockwork.to(ADA)[0]
    with company.ledger() as ledger:
        events = [one.detail for one in ledger.history.events(ledger.incidents.find("INC-1"))]
    assert "2 people of crew reminded of schedule 1, which was refused" in events


def test_an_escalation_reminds_of_it_where_there_is_an_incident_and_else_its_first_step(clockwork):
    company = clockwork.company
    steps = '[{ to = ["audience:crew"], channels = ["sms"], wait = "5m" }]'
    company.edit('remind = "audience:crew"', 'remind = "escalation:duty"')
    company.config.write_text(
        company.config.read_text(encoding="utf-8") + f"\n[escalation.duty]\nsteps = {steps}\n",
        encoding="utf-8",
    )
    _, result, late = refused(clockwork)
    assert "remind: SCHEDULE-1: 2 reminders accepted" in result.done

    company.notify(next_update="4h", audiences=("customers",))
    clockwork.clock.advance_to(late)
    planned = plan(company, verb=Verb.UPDATE, message="Es dauert noch.")
    company.follow_up(Verb.UPDATE, next_update="4h")
    done = clockwork.round(planned.due_at + 2 * HOUR).done

    assert "remind: INC-1: started the escalation duty" in done
    with company.ledger() as ledger:
        assert len(ledger.escalations.of(ledger.incidents.find("INC-1"))) == 1


def test_four_processes_at_the_same_moment_remind_of_it_once(clockwork):
    company = clockwork.company
    plan(company)
    with company.ledger() as ledger, ledger.store.transaction() as connection:
        connection.raw.execute("UPDATE schedule SET due_at = created_at - 3700")
    own = environment(company.folder, **SECRETS, **ENVIRONMENT)

    ended = [wait(one) for one in [start(["tick", "-q"], company.folder, own) for _ in range(4)]]

    assert [one.said for one in ended if one.traceback] == []
    assert len(clockwork.to(ADA)) == len(clockwork.to(BEN)) == 1


def test_a_purge_erases_the_people_who_were_reminded_of_it(clockwork):
    company = clockwork.company
    plan(company)
    with company.ledger() as ledger, ledger.store.transaction() as connection:
        connection.raw.execute("UPDATE schedule SET due_at = created_at - 3700")
    clockwork.round()
    own = environment(company.folder, **SECRETS, **ENVIRONMENT)
    forgotten = wait(start(["forget", "c2", "--yes", "-o", "json"], company.folder, own))
    assert forgotten.code == 0, forgotten.said
    assert BEN.encode() not in company.ledger_path.read_bytes()

    ended = wait(start(["purge", "--older-than", "0s", "--yes", "-o", "json"], company.folder, own))

    assert ended.code == 0, ended.said
    assert ADA.encode() not in company.ledger_path.read_bytes()


ROTA = """
[oncall.crew]
contacts = ["crew.csv"]
shifts = [{ who = "c1", from = "00:00", until = "24:00" }]
"""


@pytest.fixture
def on_call(clockwork):
    """The same company, which reminds the person on duty."""
    clockwork.company.edit('remind = "audience:crew"', 'remind = "oncall:crew"')
    path = clockwork.company.config
    path.write_text(path.read_text(encoding="utf-8") + ROTA, encoding="utf-8")
    return clockwork


def test_the_person_on_duty_is_reminded_and_nobody_else(on_call):
    on_call.company.notify(audiences=("customers",), next_update="30m")

    result = on_call.round(on_call.company.incident().next_update_at - MINUTE)

    assert "remind: INC-1: 1 reminder accepted" in result.done
    assert len(on_call.to(ADA)) == 1
    assert on_call.to(BEN, "ada@firma.example", "ben@firma.example") == []


def test_the_person_on_duty_is_reminded_over_a_channel_that_is_not_down(on_call):
    on_call.company.notify(audiences=("customers",), next_update="30m", affects=("twilio",))

    on_call.round(on_call.company.incident().next_update_at - MINUTE)

    assert on_call.to(ADA, BEN) == []
    assert len(on_call.to("ada@firma.example")) == 1


def test_a_gap_in_the_rota_is_said_and_reminds_once_somebody_is_on_duty(on_call):
    company = on_call.company
    company.edit('who = "c1"', 'who = "nobody"')
    company.notify(audiences=("customers",), next_update="30m")
    promised = company.incident().next_update_at

    (trouble,) = on_call.round(promised - 3 * MINUTE).trouble
    company.edit('who = "nobody"', 'who = "c2"')
    on_call.round(promised - MINUTE)

    assert "oncall:crew has nobody on duty" in trouble
    assert len(on_call.to(BEN)) == 1


def test_a_rota_that_does_not_exist_is_named_by_the_configuration(company, monkeypatch, capsys):
    company.configure(extra=CREW.replace("audience:crew", "oncall:crow") + ROTA)
    company.write("crew.csv", "id,name,email,phone\nc1,Ada,ada@firma.example,+4915112345001\n")
    monkeypatch.chdir(company.folder)

    assert run(["config", "check"]) == 6
    said = capsys.readouterr()
    assert 'there is no rota "crow"' in said.err + said.out
