"""Announced work by the clock: reminded, begun and ended at its times, once, never after a cancellation."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from broadcast.errors import Refused, UsageError
from broadcast.ledger.schedules import ScheduleState
from broadcast.model.incident import Phase
from broadcast.model.work import WorkStage
from broadcast.publishing.request import Verb
from tests.harness.configurations import ENVIRONMENT, SECRETS
from tests.harness.program import environment, start, wait

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
ADA = "+4915112345001"


def announce(clockwork, **given):
    """Announce work from 4 hours ahead for 90 minutes; the announced beginning."""
    given = {"title": "Neue Datenbank", "window_from": "4h", "window_until": "90m", "auto": True, **given}
    clockwork.publish(Verb.NOTIFY, maintenance=True, audiences=("customers",), **given)
    return clockwork.company.incident().window_starts_at


def stages(clockwork):
    """The stages that wait, with their times."""
    with clockwork.company.ledger() as ledger:
        return {one.stage: one.due_at for one in ledger.schedules.all() if one.open}


def schedules(clockwork):
    with clockwork.company.ledger() as ledger:
        return [(str(one.stage), one.state, one.detail) for one in ledger.schedules.all()]


def notices(clockwork):
    with clockwork.company.ledger() as ledger:
        return ledger.incidents.notices(ledger.incidents.find("INC-1", closed=True))


def phase(clockwork):
    return clockwork.company.incident().phase


def mails(clockwork):
    """The subjects of what the first customer got."""
    return [one.subject for one in clockwork.company.received() if one.to == "p0@kunde.example"]


def test_work_begins_and_ends_by_itself_at_its_times(clockwork):
    begins = announce(clockwork)
    assert stages(clockwork) == {WorkStage.START: begins, WorkStage.END: begins + 90 * MINUTE}

    clockwork.round(begins - SECOND)
    assert phase(clockwork) is Phase.SCHEDULED
    done = clockwork.round(begins).done
    assert "schedule: published schedule 1 as INC-1/2: 3 messages accepted" in done
    assert phase(clockwork) is Phase.IN_PROGRESS
    clockwork.round(begins + 89 * MINUTE)
    assert phase(clockwork) is Phase.IN_PROGRESS
    clockwork.round(begins + 90 * MINUTE)

    assert phase(clockwork) is Phase.COMPLETED
    incident = clockwork.company.incident()
    assert (incident.started_at, incident.ended_at) == (begins, begins + 90 * MINUTE)
    assert clockwork.round(begins + 2 * HOUR).done == ()
    assert [one.author.partition(", ")[2] for one in notices(clockwork)] == [
        "",
        "by schedule 1",
        "by schedule 2",
    ]
    assert len(mails(clockwork)) == 3


def test_nothing_begins_by_itself_unless_somebody_asked_for_it(clockwork):
    begins = announce(clockwork, auto=None)

    clockwork.round(begins)

    assert stages(clockwork) == {}
    assert phase(clockwork) is Phase.SCHEDULED


def test_readers_are_reminded_before_it_begins_and_the_reminder_says_so(clockwork):
    begins = announce(clockwork, remind_before="1h", auto=None)

    clockwork.round(begins - HOUR - SECOND)
    assert len(mails(clockwork)) == 1
    clockwork.round(begins - HOUR)
    clockwork.round(begins - HOUR + MINUTE)

    assert len(mails(clockwork)) == 2
    assert "Reminder" in mails(clockwork)[1]
    assert phase(clockwork) is Phase.SCHEDULED


def test_the_configuration_can_ask_for_a_reminder_of_all_work(clockwork):
    company = clockwork.company
    company.edit("[cadence]", '[maintenance]\nremind_before = "90m"\n\n[cadence]')
    begins = announce(clockwork, auto=None)

    assert stages(clockwork) == {WorkStage.REMIND: begins - 90 * MINUTE}


def test_none_takes_the_configured_reminder_away(clockwork):
    clockwork.company.edit("[cadence]", '[maintenance]\nremind_before = "90m"\n\n[cadence]')
    announce(clockwork, auto=None, remind_before="none")

    assert stages(clockwork) == {}


def test_a_configured_reminder_whose_time_has_passed_is_none(clockwork):
    clockwork.company.edit("[cadence]", '[maintenance]\nremind_before = "1d"\n\n[cadence]')
    announce(clockwork, auto=None)

    assert stages(clockwork) == {}


def test_a_reminder_that_was_typed_and_would_be_late_is_refused(clockwork):
    with pytest.raises(UsageError, match="would have been sent at"):
        announce(clockwork, remind_before="1d")

    assert clockwork.company.received() == []


def test_a_move_takes_all_steps_with_it_and_reminds_again(clockwork):
    begins = announce(clockwork, remind_before="1h")
    clockwork.round(begins - HOUR)
    clockwork.publish(Verb.UPDATE, maintenance=True, window_from="30h")
    moved = clockwork.company.incident().window_starts_at

    assert stages(clockwork) == {
        WorkStage.REMIND: moved - HOUR,
        WorkStage.START: moved,
        WorkStage.END: moved + 90 * MINUTE,
    }
    assert clockwork.round(begins).done == ()
    clockwork.round(moved - HOUR)
    clockwork.round(moved)
    assert phase(clockwork) is Phase.IN_PROGRESS
    assert ("start", ScheduleState.CANCELLED, "INC-1/3 changed it") in schedules(clockwork)


def test_a_move_and_back_keeps_the_first_times(clockwork):
    begins = announce(clockwork)
    clockwork.publish(Verb.UPDATE, maintenance=True, window_from="30h")
    clockwork.publish(Verb.UPDATE, maintenance=True, window_from=begins.isoformat())

    clockwork.round(begins)

    assert phase(clockwork) is Phase.IN_PROGRESS


def test_nothing_is_sent_after_it_was_cancelled(clockwork):
    begins = announce(clockwork, remind_before="1h")
    clockwork.publish(Verb.RETRACT, maintenance=True)

    for at in (begins - HOUR, begins, begins + 90 * MINUTE):
        assert clockwork.round(at).done == ()

    assert phase(clockwork) is Phase.CANCELLED
    assert len(mails(clockwork)) == 2


def test_work_that_was_begun_by_hand_ends_by_itself(clockwork):
    begins = announce(clockwork)
    clockwork.publish(Verb.UPDATE, maintenance=True, phase="in_progress")
    assert set(stages(clockwork)) == {WorkStage.END}

    clockwork.round(begins)
    clockwork.publish(Verb.UPDATE, maintenance=True, window_until="3h")
    clockwork.round(begins + 90 * MINUTE)
    assert phase(clockwork) is Phase.IN_PROGRESS
    clockwork.round(begins + 3 * HOUR + MINUTE)

    assert phase(clockwork) is Phase.COMPLETED
    assert len(mails(clockwork)) == 4


def test_an_update_in_between_changes_nothing(clockwork):
    begins = announce(clockwork)
    clockwork.publish(Verb.UPDATE, message="Bitte speichern Sie vorher.")

    clockwork.round(begins)

    assert phase(clockwork) is Phase.IN_PROGRESS


def test_a_machine_that_was_off_begins_it_late_and_as_announced(clockwork):
    begins = announce(clockwork)

    clockwork.round(begins + 80 * MINUTE)

    assert phase(clockwork) is Phase.IN_PROGRESS
    assert clockwork.company.incident().started_at == begins


def test_a_beginning_whose_end_has_passed_is_not_sent_and_people_are_told(clockwork):
    begins = announce(clockwork, remind_before="1h")

    result = clockwork.round(begins + 91 * MINUTE)

    assert phase(clockwork) is Phase.SCHEDULED
    assert "the announced window is over" in result.trouble[0]
    assert [one[:2] for one in schedules(clockwork)] == [
        ("remind", ScheduleState.CANCELLED),
        ("start", ScheduleState.REFUSED),
        ("end", ScheduleState.CANCELLED),
    ]
    assert len(clockwork.to(ADA)) == 1
    assert len(mails(clockwork)) == 1


def test_an_end_that_is_hours_late_is_refused(clockwork):
    begins = announce(clockwork)
    clockwork.round(begins)

    result = clockwork.round(begins + 90 * MINUTE + HOUR + SECOND)

    assert "no `tick` or `serve` ran" in result.trouble[0]
    assert phase(clockwork) is Phase.IN_PROGRESS
    assert len(clockwork.to(ADA)) == 1


def test_a_step_that_a_person_cancels_is_not_taken_at_another_time_either(clockwork):
    begins = announce(clockwork)
    with clockwork.company.ledger() as ledger:
        (first, _) = ledger.schedules.all()
        assert ledger.schedules.cancel(first.id, clockwork.clock.now())
    clockwork.publish(Verb.UPDATE, maintenance=True, window_from="30h")

    assert set(stages(clockwork)) == {WorkStage.END}
    clockwork.round(begins + 30 * HOUR)
    assert phase(clockwork) is Phase.SCHEDULED


def test_auto_can_be_switched_on_and_off_later(clockwork):
    announce(clockwork, auto=None)
    clockwork.publish(Verb.UPDATE, maintenance=True, window_from="30h", auto=True)
    assert set(stages(clockwork)) == {WorkStage.START, WorkStage.END}

    clockwork.publish(Verb.UPDATE, maintenance=True, window_from="40h", auto=False)

    assert stages(clockwork) == {}


def test_work_that_begins_at_once_ends_by_itself(clockwork):
    clockwork.publish(
        Verb.NOTIFY, maintenance=True, title="Jetzt", window_from="now", window_until="90m", auto=True
    )

    assert set(stages(clockwork)) == {WorkStage.END}


def test_the_clock_leaves_out_the_channels_that_the_announcement_left_out(clockwork):
    clockwork.company.edit('lanes = [["email", "mail-backup", "sms"]]', 'lanes = [["email"], ["sms"]]')
    begins = announce(clockwork, not_channels=("sms",))

    clockwork.round(begins)
    clockwork.round(begins + 90 * MINUTE)

    assert {one.provider for one in clockwork.company.received()} == {"sendgrid"}
    assert len(mails(clockwork)) == 3


def test_colleagues_are_not_reminded_of_what_the_clock_does(clockwork):
    begins = announce(clockwork)

    clockwork.round(begins - 3 * MINUTE)
    clockwork.round(begins)
    clockwork.round(begins + 88 * MINUTE)

    assert clockwork.to(ADA) == []


def test_what_a_second_person_approves_does_not_begin_by_itself(clockwork):
    clockwork.company.edit(
        "[cadence]", '[approval]\nneeded_for = ["sev3:customers"]\nby = ["audience:crew"]\n\n[cadence]'
    )

    with pytest.raises(Refused):
        announce(clockwork, severity="sev3")

    assert clockwork.company.received() == []


def test_a_reminder_that_could_not_be_sent_expires_when_the_work_begins(clockwork):
    begins = announce(clockwork, remind_before="1h", auto=None)

    clockwork.round(begins - HOUR)

    assert notices(clockwork)[1].expires_at == begins


def own(company):
    return environment(company.folder, **SECRETS, **ENVIRONMENT)


def test_four_processes_at_the_same_moment_begin_it_once(clockwork):
    company = clockwork.company
    announce(clockwork, window_from="1ms")

    ended = [wait(one) for one in [start(["tick", "-q"], company.folder, own(company)) for _ in range(4)]]

    assert [one.said for one in ended if one.traceback] == []
    assert len(notices(clockwork)) == 2
    assert company.told_once("sendgrid", sequence=2)


@pytest.mark.parametrize("seconds", ["0.6", "0.8", "0.95"])
def test_a_process_that_is_killed_begins_it_once(clockwork, seconds):
    company = clockwork.company
    announce(clockwork, window_from="1ms")
    wait(start(["tick", "-q"], company.folder, own(company), before=["timeout", "-s", "KILL", seconds]))

    for _ in range(2):
        assert not wait(start(["tick", "-q"], company.folder, own(company))).traceback

    assert len(notices(clockwork)) == 2
    copies = company.copies(sequence=2)
    assert {who: found for who, found in copies.items() if not found or len(set(found)) < len(found)} == {}


def test_a_ledger_from_yesterdays_backup_does_not_begin_it_again(clockwork):
    company = clockwork.company
    begins = announce(clockwork, window_until="3d")
    backup = Path(company.ledger_path).read_bytes()
    clockwork.round(begins)
    told = len(company.received())
    Path(company.ledger_path).write_bytes(backup)

    result = clockwork.round(begins + 13 * HOUR)

    assert "no `tick` or `serve` ran" in result.trouble[0]
    assert len([one for one in company.received() if one.to.startswith("p")]) == told
