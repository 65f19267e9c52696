"""Every number of a report, against the fates written down in `filled.py` and against SQL of its own."""

from __future__ import annotations

import sqlite3
from collections import Counter
from datetime import timedelta

from broadcast.model.incident import Phase
from broadcast.model.notice import NoticeKind
from broadcast.model.promise import PromiseVerdict
from tests.reports.filled_ledger import Try, owed, person


def names(people):
    return {one.name for one in people}


def reach_of(story, notice, channel):
    chapter = story.chapters[notice - 1]
    return next(reach for reach in chapter.reach if reach.channel == channel)


def test_everybody_is_told_uncertain_or_unreached(story):
    assert (story.people.total, story.people.reached) == (15, 12)
    assert names(story.people.unknown) == {"Person 14"}
    assert names(story.people.unreached) == {"Person 13", "Person 15"}


def test_people_add_up_to_what_the_file_says(story, sql):
    people = """SELECT count(DISTINCT contact) FROM delivery WHERE recipient_id IS NOT NULL"""
    told = f"{people} AND state IN ('accepted', 'delivered', 'confirmed')"

    assert sql(people) == [(story.people.total,)]
    assert sql(told) == [(story.people.reached,)]
    assert story.people.total == story.people.reached + len(story.people.unknown) + len(
        story.people.unreached
    )


def test_somebody_who_missed_the_resolution_is_named_though_they_were_told_before(story):
    assert names(story.people.behind) == {"Person 2", "Person 3"}


def test_a_superseded_message_does_not_count_as_missed(chronicle, tell):
    opening = chronicle.publish(6, [owed(person("c1"))])
    chronicle.send(opening, 6.5, {"c1": [Try("email", "accepted", 7)]})
    chronicle.publish(20, [owed(person("c1"))], kind=NoticeKind.UPDATE)
    assert names(tell().people.behind) == {"Person 1"}

    chronicle.publish(21, [], kind=NoticeKind.RETRACTION, phase=Phase.RETRACTED)
    assert tell().people.behind == ()


def test_accepted_messages_are_those_in_the_file(story, sql):
    accepted = sql("""
        SELECT notice.sequence, attempt.channel, count(*), min(attempt.ended_at) FROM attempt
        JOIN delivery ON attempt.delivery_id = delivery.id JOIN notice ON notice.id = delivery.notice_id
        WHERE attempt.outcome = 'accepted' GROUP BY 1, 2 ORDER BY 1, 2""")

    told = [
        (chapter.number, reach.channel, reach.accepted, reach.accepted_at.timestamp())
        for chapter in story.chapters
        for reach in chapter.reach
        if reach.accepted
    ]

    assert sorted(told) == accepted


def test_refused_and_lost_messages_are_those_in_the_file(story, sql):
    # In this incident no channel is tried again after it refused, but for the page.
    outcomes = dict(sql("SELECT outcome, count(*) FROM attempt WHERE channel <> 'page' GROUP BY outcome"))
    reach = [reach for chapter in story.chapters for reach in chapter.reach if reach.channel != "page"]

    assert sum(one.failed for one in reach) == outcomes["rejected"] + outcomes["not_sent"]
    assert sum(one.unknown for one in reach) == outcomes["unknown"]


def test_a_channel_that_was_left_alone_is_targeted_and_not_tried(story):
    email = reach_of(story, 2, "email")

    assert (email.targeted, email.accepted, email.unknown, email.failed) == (4, 0, 0, 0)
    assert email.first_at is None


def test_a_post_that_succeeds_at_the_second_try_has_not_failed(story):
    page = reach_of(story, 1, "page")

    assert (page.targeted, page.accepted, page.failed) == (1, 1, 0)


def test_somebody_no_channel_could_reach_is_no_channels_target(story):
    opening = {reach.channel: reach.targeted for reach in story.chapters[0].reach}

    assert opening == {"email": 13, "mail-backup": 7, "sms": 3, "x": 1, "page": 1}


def test_failovers_lead_from_each_channel_to_the_next(story, sql):
    hops: Counter[tuple[int, str, str]] = Counter()
    for chapter in story.chapters:
        for failover in chapter.failovers:
            hops[chapter.number, failover.origin, failover.destination] += failover.count
    steps = sql("""
        SELECT sequence, origin.value, destination.value FROM delivery JOIN notice ON notice.id = notice_id,
               json_each(route) AS origin, json_each(route) AS destination
        WHERE destination.key = origin.key + 1 AND origin.key < step""")

    assert hops == Counter(steps)
    assert hops[2, "email", "mail-backup"] == 4


def test_the_time_to_the_first_notice_counts_from_start_and_from_detection(story, sql):
    [(first,)] = sql("SELECT min(ended_at) FROM attempt WHERE outcome = 'accepted'")
    [(started, detected)] = sql("SELECT started_at, detected_at FROM incident")

    assert story.first_accepted.timestamp() == first
    assert story.times.to_tell_since_started == timedelta(seconds=first - started)
    assert story.times.to_tell_since_detected == timedelta(seconds=first - detected)


def test_promises_are_kept_or_late_by_what_readers_saw(story):
    assert [(p.notice, p.answer, p.verdict, p.late) for p in story.promises] == [
        (1, 2, PromiseVerdict.LATE, timedelta(minutes=12)),
        (2, 3, PromiseVerdict.KEPT, timedelta()),
        (3, 4, PromiseVerdict.KEPT, timedelta()),
    ]


def test_the_longest_silence_is_the_longest_gap_between_notices(story, sql):
    [(gap,)] = sql("""
        WITH heard AS (SELECT min(ended_at) AS at FROM attempt JOIN delivery ON delivery.id = delivery_id
                       WHERE outcome = 'accepted' GROUP BY notice_id)
        SELECT max(later - at) FROM (SELECT at, lead(at) OVER (ORDER BY at) AS later FROM heard)""")

    assert story.times.longest_silence == timedelta(seconds=gap)


def test_severities_change_where_a_notice_said_so(story):
    assert [(change.notice, change.value) for change in story.severities] == [(1, "sev1"), (3, "sev3")]


def test_nobody_was_told_twice(story, sql):
    assert story.duplicates == 0
    assert sql(
        "SELECT count(*) FROM (SELECT 1 FROM attempt WHERE outcome = 'accepted' GROUP BY delivery_id, channel"
        " HAVING count(*) > 1)"
    ) == [(0,)]


def test_whoever_may_have_been_told_twice_is_counted(story):
    # c12: the backup lost an answer, and the SMS was accepted.
    assert story.possible_duplicates == 1


def test_a_message_accepted_twice_is_counted(story, chronicle, tell):
    with sqlite3.connect(chronicle.ledger.name) as connection:
        connection.execute("""
            INSERT INTO attempt (delivery_id, channel, owner, started_at, ended_at, outcome)
            SELECT delivery_id, channel, owner, started_at, ended_at, outcome FROM attempt
            WHERE outcome = 'accepted' LIMIT 1""")
    connection.close()

    assert tell().duplicates == 1


def test_one_person_told_twice_by_one_channel_in_two_audiences_is_counted(chronicle, tell):
    contact = person("c1")
    notice = chronicle.publish(6, [owed(contact), owed(contact, audience="supervisors")])
    chronicle.send(notice, 7, {"c1": [Try("email", "accepted", 8), Try("email", "accepted", 8)]})

    assert tell().duplicates == 1
