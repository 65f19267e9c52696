"""Reminders of promises: in time, once, over channels that work, and never after the promise is kept."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from broadcast.publishing.request import Verb
from tests.harness.program import environment, start, wait
from tests.harness.sandbox import arm

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
ADA, BEN = "+4915112345001", "+4915112345002"


def announce(company, **given):
    company.notify(audiences=("customers",), next_update="30m", **given)
    return company.incident().next_update_at


def test_people_are_reminded_once_five_minutes_before(clockwork):
    due = announce(clockwork.company)

    assert clockwork.round(due - 5 * MINUTE - SECOND * 30).done == ()
    assert clockwork.to(ADA, BEN) == []

    result = clockwork.round(due - 5 * MINUTE)

    assert result.trouble == ()
    assert "remind: INC-1: 2 reminders accepted" in result.done
    assert len(clockwork.to(ADA)) == len(clockwork.to(BEN)) == 1
    assert "[INC-1/1]" in clockwork.to(ADA)[0]
    assert clockwork.round(due + MINUTE).done == ("receipts: sms: 2 messages delivered",)
    assert len(clockwork.to(ADA, BEN)) == 2


def test_a_kept_promise_reminds_nobody(clockwork):
    due = announce(clockwork.company)
    clockwork.company.follow_up(Verb.UPDATE, next_update="3h")

    assert clockwork.round(due).done == ()
    assert clockwork.to(ADA, BEN) == []


def test_an_outage_of_the_first_channel_sends_the_reminder_over_the_next(clockwork):
    due = announce(clockwork.company, affects=("sms",))

    clockwork.round(due - MINUTE)

    assert clockwork.to(ADA, BEN) == []
    assert len(clockwork.to("ada@firma.example", "ben@firma.example")) == 2


def test_a_reminder_changes_nothing_that_readers_or_reports_see(clockwork):
    company = clockwork.company
    due = announce(company)
    with company.ledger() as ledger:
        incident = ledger.incidents.all()[0]
        before = (
            ledger.incidents.all(),
            ledger.incidents.notices(incident),
            ledger.history.standings(incident),
        )

    clockwork.round(due - MINUTE)

    with company.ledger() as ledger:
        after = ledger.incidents.all(), ledger.incidents.notices(incident), ledger.history.standings(incident)
        events = [event.detail for event in ledger.history.events(incident) if event.kind == "reminder"]
    assert after == before
    assert events == ["2 people of crew reminded of the promise of INC-1/1 (update)"]
    company.follow_up(Verb.RESOLVE)
    assert len(clockwork.to(ADA, BEN)) == 2  # the all-clear goes to those who were told of the incident


def test_a_reminder_that_waits_is_not_sent_after_the_promise_was_kept(clockwork, sandbox):
    company = clockwork.company
    company.edit('lanes = [["sms", "email"]]\ninternal', 'lanes = [["sms"]]\ninternal')
    due = announce(company)
    arm(sandbox, "twilio:auth")
    clockwork.round(due - MINUTE)
    sandbox.clear_faults()
    company.follow_up(Verb.UPDATE, next_update="3h")

    clockwork.round(due)
    clockwork.round(due + 10 * MINUTE)

    assert clockwork.to(ADA, BEN) == []


def test_a_draft_says_that_nothing_has_changed_and_is_closed_once_it_is_not_needed(clockwork):
    company = clockwork.company
    due = announce(company)

    clockwork.round(due - MINUTE)

    draft = company.folder / "drafts" / "promise-INC-1-1.md"
    text = draft.read_text(encoding="utf-8")
    assert "update INC-1 -m " in text
    assert "--key no-change/INC-1/1" in text
    assert draft.stat().st_mode & 0o077 == 0
    company.follow_up(Verb.UPDATE, next_update="3h")
    assert "remind: closed the draft promise-INC-1-1.closed.md" in clockwork.round().done
    assert not draft.exists()


def test_a_draft_that_was_deleted_is_not_written_again(clockwork):
    due = announce(clockwork.company)
    clockwork.round(due - MINUTE)
    (clockwork.company.folder / "drafts" / "promise-INC-1-1.md").unlink()

    clockwork.round(due)

    assert list((clockwork.company.folder / "drafts").iterdir()) == []


def test_four_processes_at_the_same_moment_remind_once(clockwork):
    company = clockwork.company
    company.edit('before = "5m"', 'before = "45m"')
    announce(company)
    processes = [start(["tick", "-q"], company.folder, own_environment(company.folder)) for _ in range(4)]

    ended = [wait(process) for process in processes]

    assert [one.said for one in ended if one.code or one.traceback] == []
    assert len(clockwork.to(ADA)) == len(clockwork.to(BEN)) == 1


def test_a_process_that_is_killed_at_any_moment_doubles_no_reminder(clockwork):
    company = clockwork.company
    company.edit('before = "5m"', 'before = "45m"')
    announce(company)
    for lines in range(3):
        process = start(
            ["tick", "-q"],
            company.folder,
            own_environment(company.folder),
            before=["timeout", "-s", "KILL", f"0.{5 + lines * 2}"],
        )
        wait(process)
    for _ in range(2):
        assert wait(start(["tick", "-q"], company.folder, own_environment(company.folder))).traceback is False

    assert len(clockwork.to(ADA)) <= 1
    assert len(clockwork.to(BEN)) <= 1
    assert len(clockwork.to(ADA, "ada@firma.example", BEN, "ben@firma.example")) >= 2
    with company.ledger() as ledger, ledger.store.reading() as connection:
        assert connection.raw.execute("SELECT count(*) FROM reminder").fetchone()[0] == 1


def test_a_purge_erases_the_people_who_were_reminded(clockwork):
    company = clockwork.company
    due = announce(company)
    clockwork.round(due - MINUTE)
    company.follow_up(Verb.RESOLVE)

    ended = wait(
        start(
            ["purge", "--older-than", "0s", "--yes", "-o", "json"],
            company.folder,
            own_environment(company.folder),
        )
    )

    assert ended.code == 0, ended.said
    assert json.loads(ended.out)
    assert ADA.encode() not in Path(company.ledger_path).read_bytes()


def own_environment(folder):
    from tests.harness.configurations import ENVIRONMENT, SECRETS

    return environment(folder, **SECRETS, **ENVIRONMENT)


def test_an_escalation_can_be_the_reminder(clockwork):
    company = clockwork.company
    company.edit('remind = "audience:crew"', 'remind = "escalation:duty"')
    steps = '[{ to = ["audience:crew"], channels = ["sms"], wait = "5m" }]'
    company.config.write_text(
        company.config.read_text(encoding="utf-8") + f"\n[escalation.duty]\nsteps = {steps}\n",
        encoding="utf-8",
    )
    due = announce(company)

    done = clockwork.round(due - MINUTE).done
    clockwork.round(due)

    assert "remind: INC-1: started the escalation duty" in done
    assert len(clockwork.to(ADA)) == len(clockwork.to(BEN)) == 1
    with company.ledger() as ledger:
        assert len(ledger.escalations.of(ledger.incidents.all()[0])) == 1
