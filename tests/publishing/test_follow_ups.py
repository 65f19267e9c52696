"""Updates, resolves and retractions: in threads, for all who were told, and in order."""

from __future__ import annotations

import re
import threading

import pytest

from broadcast.dispatch.progress import Event, EventKind, ignore_events
from broadcast.errors import Overtaken, UnknownIncident
from broadcast.model.clock import SystemClock
from broadcast.model.delivery import DeliveryState
from broadcast.model.incident import Phase
from broadcast.publishing.request import Limits, Request, Verb
from broadcast.reports.analysis import build
from broadcast.reports.log import log
from broadcast.reports.status import one
from broadcast.wiring import make_publisher
from tests.harness.company import email, phone, published
from tests.harness.sandbox import arm


def test_follow_ups_are_in_one_thread_on_every_channel(company, sandbox):
    company.configure([["email"], ["sms"], ["x"], ["page"]])
    company.notify()

    company.follow_up(Verb.UPDATE, message="We found it.")
    result = company.follow_up(Verb.RESOLVE, message="It works again.")

    assert result.exit_code == 0
    posts = [m for m in sandbox.received if m.provider == "x"]
    assert [m.thread for m in posts] == [None, posts[0].ref, posts[1].ref]
    pages = [m for m in sandbox.received if m.provider == "statuspage"]
    assert len({m.thread or m.ref for m in pages}) == 1
    mails = [m for m in sandbox.received if m.to == email(0)]
    references = [m.extra["headers"]["References"].split() for m in mails]
    (root,) = {first for first, *_ in references}
    assert re.fullmatch(r"<INC-1\.[0-9a-f]{20}@muster\.example>", root)
    assert [m.thread for m in mails] == [last for *_, last in references]
    assert len({m.thread for m in mails}) == 3


def test_a_resolve_goes_to_everybody_who_was_told_on_the_channel_that_worked(company, sandbox):
    arm(sandbox, "sendgrid:auth")
    company.notify()
    sandbox.clear_faults()
    company.write_people("id,name,email,phone\nnew,Newcomer,new@kunde.example,\n")

    result = company.follow_up(Verb.RESOLVE, message="It works again.")

    assert result.exit_code == 0
    assert company.told_once("smtp", sequence=2)
    assert not any(message.to == "new@kunde.example" for message in sandbox.received)


def test_a_retraction_goes_to_everybody_who_was_told(company, sandbox):
    company.notify()
    company.follow_up(Verb.UPDATE, message="More.")

    result = company.follow_up(Verb.RETRACT, message="A false alarm.")

    assert result.exit_code == 0
    assert company.told_once("sendgrid", sequence=3)


def test_an_all_clear_that_is_taken_back_reaches_the_same_people_and_opens_the_incident(company):
    company.notify()
    company.follow_up(Verb.RESOLVE, message="Over.")
    company.write_people("id,name,email,phone\nnew,Newcomer,new@kunde.example,\n")

    result = company.follow_up(Verb.RETRACT, incident="INC-1", message="It still fails.")

    assert (result.exit_code, result.phase) == (0, "investigating")
    assert result.next_update
    assert any("update INC-1" in step for step in result.next)
    assert company.told_once("sendgrid", sequence=3)
    again = company.incident()
    assert (again.phase, again.ended_at) == (Phase.INVESTIGATING, None)
    assert again.next_update_at is not None
    assert company.follow_up(Verb.RESOLVE, message="Over.").phase == "resolved"


def test_status_log_and_report_say_that_an_incident_is_open_again(company):
    company.notify(started="20m")
    company.follow_up(Verb.RESOLVE, ended="now", message="Over.")
    company.follow_up(Verb.RETRACT, incident="INC-1", message="It still fails.")

    with company.ledger() as ledger:
        status = one(ledger, "INC-1", SystemClock().now())
        said = [entry.text for entry in log(ledger, "INC-1", {}) if entry.kind == "notice"]
        story = build(ledger, "INC-1", SystemClock().now(), company.settings.timezone)

    assert (status.phase, status.ended_at, status.overdue) == (Phase.INVESTIGATING, None, False)
    assert status.reopened_at is not None
    assert "retraction (investigating, open again)" in said[-1]
    assert (story.final, story.ended, story.times.to_end) == (False, None, None)
    assert [change.value for change in story.phases] == ["investigating", "resolved", "investigating"]


def test_the_report_states_no_end_that_was_not_given(company):
    company.notify(started="20m")
    company.follow_up(Verb.RESOLVE, message="Over.")

    with company.ledger() as ledger:
        story = build(ledger, "INC-1", SystemClock().now(), company.settings.timezone)

    assert (story.final, story.ended, story.times.to_end) == (True, None, None)
    assert story.incident.ended_at is not None
    assert story.times.opened_to_closed is not None


def test_on_every_channel_an_all_clear_is_taken_back_in_the_thread_of_the_incident(company, sandbox):
    company.configure([["email"], ["sms"], ["x"], ["page"]])
    company.notify()
    company.follow_up(Verb.RESOLVE, message="It works again.")

    assert company.follow_up(Verb.RETRACT, incident="INC-1", message="It still fails.").exit_code == 0

    posts = [m for m in sandbox.received if m.provider == "x"]
    assert [m.thread for m in posts] == [None, posts[0].ref, posts[1].ref]
    pages = [m for m in sandbox.received if m.provider == "statuspage"]
    assert len({m.thread or m.ref for m in pages}) == 1
    assert [m.extra["status"] for m in pages] == ["investigating", "resolved", "investigating"]


def test_an_all_clear_that_still_waits_is_not_sent_after_it_was_taken_back(company, sandbox):
    company.configure([["sms"]])
    company.notify()
    arm(sandbox, "twilio:auth")
    company.follow_up(Verb.RESOLVE, message="Over.")
    sandbox.clear_faults()

    assert company.follow_up(Verb.RETRACT, incident="INC-1", message="It still fails.").exit_code == 0
    company.retry()

    assert sum(company.per_provider(2).values()) == 0
    assert company.told_once("twilio", sequence=3)


@pytest.mark.parametrize("meanwhile", [Verb.RESOLVE, Verb.UPDATE])
def test_a_false_alarm_is_not_told_as_something_else_because_somebody_was_quicker(company, meanwhile):
    company.notify()
    told = []

    def say_yes(shown):
        told.append(shown.sequence)
        if len(told) == 1:
            company.follow_up(meanwhile, message="Quicker.")

    request = Request(verb=Verb.RETRACT, incident="INC-1", message="A false alarm.")
    with company.ledger() as ledger:
        publisher = make_publisher(company.settings, ledger, ignore_events)
        if meanwhile is Verb.RESOLVE:
            with pytest.raises(Overtaken, match="take back something else"):
                published(publisher, request, say_yes)
        else:
            assert published(publisher, request, say_yes).phase == "retracted"

    assert told == ([2] if meanwhile is Verb.RESOLVE else [2, 3])


def test_without_its_name_no_all_clear_is_taken_back_but_the_hint_names_it(company):
    company.notify()
    company.follow_up(Verb.RESOLVE, message="Over.")

    with pytest.raises(UnknownIncident) as raised:
        company.follow_up(Verb.RETRACT, message="It still fails.")

    assert "broadcast retract INC-1" in raised.value.hint


def test_a_resolve_reaches_those_whose_answer_was_lost(company, sandbox):
    company.configure([["mail-backup"]])
    arm(sandbox, "smtp:drop_after")
    assert company.notify().exit_code == 11
    sandbox.clear_faults()

    result = company.follow_up(Verb.RESOLVE, message="Over.")

    assert result.exit_code == 0
    assert company.told_once("smtp", sequence=2)


def test_a_resolve_reaches_those_who_are_told_while_somebody_says_yes_to_it(company, sandbox):
    """Bert is held when the resolve is prepared, and told before it is recorded; Carl never is."""
    company.configure([["sms"]])
    sandbox.suppress(phone(2))
    arm(sandbox, "twilio:auth")
    company.notify()
    sandbox.clear_faults()

    def say_yes(shown):
        assert shown.people == 0
        assert company.retry().counts.accepted == 2

    with company.ledger() as ledger:
        publisher = make_publisher(company.settings, ledger, ignore_events)
        result = published(publisher, Request(verb=Verb.RESOLVE, message="Over."), say_yes)

    assert result.exit_code == 0
    assert company.copies(2) == {"p0": ["twilio"], "p1": ["twilio"], "p2": []}


def test_a_resolve_without_earlier_recipients_has_none(company, sandbox):
    company.configure([["sms"]])
    arm(sandbox, "twilio:auth")
    assert company.notify().exit_code == 1
    sandbox.clear_faults()

    result = company.follow_up(Verb.RESOLVE, message="Over.")

    assert result.exit_code == 0
    assert sandbox.received == []
    assert company.retry().exit_code == 0
    assert sandbox.received == []


def test_an_update_after_a_partial_failure_reaches_everybody_and_cancels_the_old_text(company, sandbox):
    company.configure([["sms"]], sms="concurrency = 1")
    arm(sandbox, "twilio:status=400,every=2,times=1", "twilio:auth,every=2,times=1")
    company.notify()
    sandbox.clear_faults()

    result = company.follow_up(Verb.UPDATE, message="We found it.")
    company.retry()

    assert result.exit_code == 0
    assert company.told_once("twilio", sequence=2)
    assert sum(company.per_provider(1).values()) <= 3


def test_an_older_notice_is_not_sent_after_a_newer_one_was_recorded(company, sandbox):
    """The update is recorded while the first notice is being refused with "try again"."""
    company.configure([["sms"]], sms="concurrency = 1")
    company.employ(1)
    arm(sandbox, "twilio:ratelimit=0.2,times=1")
    updated: list[int] = []

    def listen(event: Event) -> None:
        if event.kind is EventKind.FAILED and not updated:
            updated.append(1)
            thread = threading.Thread(
                target=lambda: updated.append(company.follow_up(Verb.UPDATE, message="Newer.").exit_code)
            )
            thread.start()
            thread.join()

    company.publish(Request(verb=Verb.NOTIFY, title="Checkout down"), Limits(), listen)

    assert updated == [1, 0]
    assert company.copies(1) == {"p0": []}
    assert company.copies(2) == {"p0": ["twilio"]}
    assert company.states(1) == {"p0": DeliveryState.CANCELLED}
