from __future__ import annotations

import sqlite3
from datetime import timedelta

import pytest

from broadcast.errors import UnknownIncident
from broadcast.model.incident import Phase
from broadcast.model.notice import NoticeKind
from broadcast.model.promise import PromiseVerdict
from broadcast.reports.analysis import build
from broadcast.reports.people import Addresses
from broadcast.reports.timeline import Moment
from tests.reports.conftest import BERLIN
from tests.reports.filled_ledger import Try, at, owed, person, posted


def moments(story, kind):
    return [row for row in story.timeline if row.moment is kind]


def test_the_timeline_is_in_order(story):
    assert [row.at for row in story.timeline] == sorted(row.at for row in story.timeline)


def test_the_timeline_has_facts_notices_and_phases(story):
    assert [row.at for row in moments(story, Moment.DETECTED)] == [at(4)]
    assert [(row.notice, row.at) for row in moments(story, Moment.NOTICE)] == [
        (1, at(6)),
        (2, at(47)),
        (3, at(75)),
        (4, at(110)),
    ]
    assert [row.subject for row in moments(story, Moment.PHASE)] == [
        "investigating",
        "identified",
        "monitoring",
        "resolved",
    ]


def test_the_timeline_has_the_first_acceptance_by_notice_and_channel(story):
    first = {(row.notice, row.channel): row.at for row in moments(story, Moment.ACCEPTED)}

    assert first[1, "email"] == at(6.51)
    assert first[4, "page"] == at(110.4)
    assert (2, "email") not in first


def test_a_failover_without_any_request_is_told_once_with_its_reason(story):
    [row] = [row for row in moments(story, Moment.FAILOVER) if (row.notice, row.channel) == (2, "email")]

    assert (row.at, row.subject, row.count) == (at(47.1), "mail-backup", 4)
    assert row.detail == "5 in a row: connection refused"


def test_breakers_and_recoveries_are_told(story):
    assert [(row.channel, row.notice) for row in moments(story, Moment.BREAKER)] == [("email", 1)]
    assert [row.notice for row in moments(story, Moment.RECOVERY)] == [2]


def test_an_event_of_a_kind_not_known_here_is_told_in_its_own_words(chronicle, tell):
    notice = chronicle.publish(6, [])
    chronicle.deliveries(notice).note("acknowledgement", "ada took the call", at(7))

    [row] = moments(tell(), Moment.OTHER)

    assert (row.subject, row.detail) == ("acknowledgement", "ada took the call")


def test_addresses_are_masked(story):
    [fourteen] = story.people.unknown

    assert (fourteen.phone, fourteen.email) == ("+49 151 ••• 14", "p•••@kunde.example")


def test_addresses_that_providers_quote_in_their_errors_are_masked_too(story):
    reasons = {person.name: person.reason for person in story.people.unreached}
    failover = [row.detail for row in moments(story, Moment.FAILOVER) if row.channel == "mail-backup"]

    assert reasons["Person 13"] == "+49 151 ••• 13 is not a mobile number"
    assert failover[0] == "mailbox of p•••@kunde.example unknown"


def test_the_full_list_is_for_calling_people(story, tell):
    [fourteen] = tell(addresses=Addresses.FULL).people.unknown

    assert (fourteen.phone, fourteen.email) == ("+4915112345014", "person14@kunde.example")


def test_somebody_whose_answer_was_lost_may_have_been_told_whatever_came_later(chronicle, tell):
    notice = chronicle.publish(6, [owed(person("c1"), ("email", "sms"))])
    lost, refused = Try("email", "unknown", 7), Try("sms", "rejected", 8)
    chronicle.send(notice, 6.5, {"c1": [lost, refused]})

    people = tell().people

    assert (len(people.unknown), len(people.unreached)) == (1, 0)


def test_a_request_that_is_still_out_is_uncertain(chronicle, tell):
    notice = chronicle.publish(6, [owed(person("c1"), ("email",))])
    chronicle.send(notice, 6.5, {"c1": [Try("email", None, 7)]})

    story = tell()

    assert len(story.people.unknown) == 1
    assert story.chapters[0].reach[0].unknown == 1


def test_a_promise_that_is_not_due_yet_is_pending_and_then_overdue(chronicle, tell):
    notice = chronicle.publish(6, [posted("x")], next_update=36)
    chronicle.send(notice, 6.5, {"channel:x": [Try("x", "accepted", 7)]})

    [before], [after] = tell(36).promises, tell(50).promises

    assert (before.verdict, before.late) == (PromiseVerdict.PENDING, timedelta())
    assert (after.verdict, after.late) == (PromiseVerdict.OVERDUE, timedelta(minutes=14))


def test_a_notice_that_nobody_accepted_keeps_no_promise(chronicle, tell):
    chronicle.publish(6, [posted("x")], next_update=36)
    chronicle.publish(30, [posted("x")], kind=NoticeKind.UPDATE)

    [promise] = tell(50).promises

    assert (promise.answer, promise.verdict) == (None, PromiseVerdict.OVERDUE)


def test_word_within_the_promised_minute_is_on_time(chronicle, tell):
    chronicle.publish(6, [posted("x")], next_update=36)
    notice = chronicle.publish(36, [posted("x")], kind=NoticeKind.UPDATE)
    chronicle.send(notice, 36.2, {"channel:x": [Try("x", "accepted", 36.5)]})

    [promise] = tell(50).promises

    assert promise.verdict is PromiseVerdict.KEPT


def test_silence_lasts_until_now_while_the_incident_is_open(chronicle, tell):
    notice = chronicle.publish(6, [posted("x")])
    chronicle.send(notice, 6.5, {"channel:x": [Try("x", "accepted", 7)]})

    assert tell(67).times.longest_silence == timedelta(minutes=60)


def test_a_clock_that_was_set_back_leaves_times_unknown(chronicle, tell):
    notice = chronicle.publish(6, [posted("x")], detected_at=at(90), started_at=at(91), ended_at=at(80))
    chronicle.send(notice, 6.5, {"channel:x": [Try("x", "accepted", 7)]})

    times = tell().times

    assert (times.to_tell_since_detected, times.to_tell_since_started) == (None, None)
    assert (times.to_detect, times.to_end) == (None, None)


def test_an_incident_without_deliveries_has_a_story(chronicle, tell):
    chronicle.publish(6, [])

    story = tell()

    assert (story.people.total, story.first_accepted, story.duplicates) == (0, None, 0)
    assert story.times.longest_silence is None


def test_an_incident_without_notices_has_a_story(chronicle, tell):
    chronicle.publish(6, [])
    with sqlite3.connect(chronicle.ledger.name) as connection:
        connection.execute("DELETE FROM message")
        connection.execute("DELETE FROM notice")
    connection.close()

    assert tell().facts is None


def test_only_a_closed_incident_has_a_final_report(chronicle, tell):
    chronicle.publish(6, [])
    assert not tell().final

    chronicle.publish(9, [], kind=NoticeKind.RETRACTION, phase=Phase.RETRACTED)
    assert tell().final


def test_an_unknown_reference_is_refused(chronicle):
    with pytest.raises(UnknownIncident, match="INC-9"):
        build(chronicle.ledger, "INC-9", at(1), BERLIN)
