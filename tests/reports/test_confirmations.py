"""Reports and status name who confirmed, who was late, and who did not; reports count what arrived."""

from __future__ import annotations

import pytest

from broadcast.ledger.receipts import ChannelReceipt
from broadcast.model.contact import AddressKind
from broadcast.model.inbound import Receipt, ReceiptState
from broadcast.model.question import CONFIRM, DECLINE, AnswerMeans, NoticeQuestion, PersonalAnswer
from broadcast.reports.html import as_html
from broadcast.reports.log import log
from broadcast.reports.markdown import as_markdown
from broadcast.reports.status import one
from tests.reports.filled_ledger import Chronicle, Try, at, owed, person


@pytest.fixture
def asked(chronicle: Chronicle) -> Chronicle:
    """Three people were asked by SMS: one confirms in time, one too late, one declines; one SMS arrived."""
    question = NoticeQuestion(asked_at=at(6), answer_by=at(21), wait=450.0)
    people = [person(f"c{number}") for number in (1, 2, 3)]
    notice = chronicle.publish(6, [owed(each, ("sms", "call")) for each in people], question=question)
    chronicle.send(notice, 6, {each.id: [Try("sms", "accepted", 7)] for each in people})
    receivers = {each.contact: each for each in chronicle.ledger.confirmations.receivers(notice.id)}
    for contact, answer, minutes in (("c1", CONFIRM, 9), ("c2", CONFIRM, 30), ("c3", DECLINE, 10)):
        given = PersonalAnswer(answer=answer, means=AnswerMeans.REPLY, at=at(minutes), channel="sms")
        chronicle.ledger.confirmations.record([receivers[contact]], given)
    ref = next(line.ref for line in chronicle.ledger.history.lines(notice) if line.contact == "c1")
    receipt = Receipt(ref=ref or "", state=ReceiptState.DELIVERED, event="delivered")
    chronicle.ledger.receipts.record([ChannelReceipt("sms", AddressKind.PHONE, receipt)], at(8))
    return chronicle


def test_a_report_names_who_confirmed_in_english(asked, tell):
    text = as_markdown(tell(), "en")

    section = text.partition("## Who confirmed")[2].partition("\n## ")[0]
    assert "1 confirmed, 1 late, 1 not confirmed" in section
    rows = [line for line in section.splitlines() if line.startswith("| Person ")]
    assert [(row.split("|")[1].strip(), row.split("|")[3].split(maxsplit=1)[1].strip()) for row in rows] == [
        ("Person 3", "declined"),
        ("Person 2", "confirmed late"),
        ("Person 1", "confirmed"),
    ]


def test_a_report_and_the_status_name_who_confirmed_and_cannot_any_more(asked, tell):
    confirmations = asked.ledger.confirmations
    latest = max(one.notice for one in confirmations.asked_at(AddressKind.PHONE, person("c1").phone, at(10)))
    receivers = {each.contact: each for each in confirmations.receivers(latest)}
    for contact, answer in (("c1", DECLINE), ("c3", CONFIRM)):
        given = PersonalAnswer(answer=answer, means=AnswerMeans.KEY, at=at(12), channel="call")
        confirmations.record([receivers[contact]], given)

    assert "confirmed, then: declined |" in as_markdown(tell(), "en")
    assert "bestätigt, danach: abgelehnt" in as_markdown(tell(), "de")
    answers = one(asked.ledger, "INC-1", at(40)).answers
    assert [each.id for each in answers.confirmed] == ["c1", "c3"]
    assert [each.id for each in answers.taken_back] == ["c1"]
    said = [(line.contact, line.state, line.text) for line in log(asked.ledger, "INC-1", {})]
    assert ("c1", DECLINE, "by key, does not count") in said
    assert ("c3", DECLINE, "by reply, until another answer") in said


def test_a_report_names_who_confirmed_in_german(asked, tell):
    text = as_markdown(tell(), "de")

    assert "1 bestätigt, 1 verspätet, 1 nicht bestätigt" in text
    assert "Zugestellt" in text


def test_a_page_names_who_confirmed(asked, tell):
    page = as_html(tell(), "en")

    assert "Who confirmed" in page
    assert "confirmed late" in page


def test_a_report_counts_what_arrived_by_channel(asked, tell):
    (chapter,) = tell().chapters

    assert chapter.delivered == {"sms": 1}


def test_a_report_without_questions_and_receipts_is_as_it_was(chronicle, tell):
    notice = chronicle.publish(6, [owed(person("c1"), ("sms",))])
    chronicle.send(notice, 6, {"c1": [Try("sms", "accepted", 7)]})

    text = as_markdown(tell(), "en")

    assert "Who confirmed" not in text
    assert "Delivered" not in text


def test_the_status_names_who_has_not_confirmed(asked):
    answers = one(asked.ledger, "INC-1", at(40)).answers

    assert answers
    assert [each.id for each in answers.confirmed] == ["c1"]
    assert [each.id for each in answers.late] == ["c2"]
    assert [(each.id, each.answer) for each in answers.not_confirmed] == [("c3", DECLINE)]
