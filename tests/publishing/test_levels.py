"""A run with `--until` waits for what others record, sends what falls due, and says who is missing."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from broadcast.dispatch.progress import Event, EventKind
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.receipts import ChannelReceipt
from broadcast.ledger.unconfirmed import move_unconfirmed
from broadcast.model.confirm_token import delivery_number, is_genuine
from broadcast.model.contact import AddressKind
from broadcast.model.delivery import DeliveryState
from broadcast.model.inbound import Receipt, ReceiptState
from broadcast.model.question import CONFIRM, DECLINE, AnswerMeans, PersonalAnswer
from broadcast.model.reach_level import ReachLevel
from broadcast.model.suppression import SuppressionReason, suppression
from broadcast.publishing.request import Limits
from broadcast.publishing.result import Result
from tests.harness.company import Company

_DELIVERED = Limits(until=ReachLevel.DELIVERED, within=20.0)
_CONFIRMED = Limits(until=ReachLevel.CONFIRMED, within=20.0)
_AT_ONCE = 0.3


class Meanwhile:
    """A listener that lets something happen in the ledger as soon as a run waits; keeps the events."""

    def __init__(self, company: Company, *happens: Callable[[Ledger], object]) -> None:
        self._company = company
        self._happens = list(happens)
        self.events: list[Event] = []

    def __call__(self, event: Event, /) -> None:
        self.events.append(event)
        if event.kind in {EventKind.WAITING, EventKind.DELIVERED, EventKind.CONFIRMED} and self._happens:
            with self._company.ledger() as ledger:
                self._happens.pop(0)(ledger)

    def of(self, kind: EventKind) -> list[tuple[str, int, str | None]]:
        return [(one.channel, one.count, one.contact) for one in self.events if one.kind is kind]


def receipts(state: ReceiptState, *contacts: str) -> Callable[[Ledger], None]:
    def happen(ledger: Ledger) -> None:
        (notice,) = ledger.incidents.notices(ledger.incidents.all()[0])
        news = [
            ChannelReceipt("sms", AddressKind.PHONE, Receipt(ref=line.ref, state=state, event=state))
            for line in ledger.history.lines(notice)
            if line.contact in contacts and line.ref
        ]
        ledger.receipts.record(news, notice.created_at + timedelta(seconds=1))

    return happen


def answers(answer: str, *contacts: str) -> Callable[[Ledger], None]:
    def happen(ledger: Ledger) -> None:
        (notice,) = ledger.incidents.notices(ledger.incidents.all()[0])
        at = notice.created_at + timedelta(seconds=1)
        for one in ledger.confirmations.receivers(notice.id):
            if one.contact in contacts:
                given = PersonalAnswer(answer=answer, means=AnswerMeans.REPLY, at=at, channel="sms")
                ledger.confirmations.record([one], given)

    return happen


@pytest.fixture
def texting(company: Company) -> Company:
    company.configure([["sms", "mail-backup"]])
    return company


def ask(company: Company, limits: Limits, listener: Meanwhile) -> Result:
    return company.notify(limits=limits, listener=listener, confirm_within=limits.within)


def test_a_run_ends_as_soon_as_every_message_is_delivered(texting):
    meanwhile = Meanwhile(
        texting, receipts(ReceiptState.DELIVERED, "p0", "p1"), receipts(ReceiptState.DELIVERED, "p2")
    )

    result = texting.notify(limits=_DELIVERED, listener=meanwhile)

    assert (result.exit_code, result.reached, result.counts.delivered) == (0, True, 3)
    assert meanwhile.of(EventKind.DELIVERED) == [("sms", 2, None), ("sms", 1, None)]


def test_what_did_not_arrive_goes_out_on_the_next_channel(texting):
    meanwhile = Meanwhile(
        texting,
        lambda ledger: [
            receipts(ReceiptState.DELIVERED, "p0", "p1")(ledger),
            receipts(ReceiptState.FAILED, "p2")(ledger),
        ],
    )

    result = texting.notify(limits=_DELIVERED, listener=meanwhile)

    # Nobody tells whether a mail arrives, so the run does not wait for it, and does not claim it either.
    assert (result.exit_code, result.reached) == (11, False)
    assert result.counts.delivered == 2
    assert [(one.origin, one.to, one.count) for one in result.failovers] == [("sms", "mail-backup", 1)]
    assert texting.states() == {
        "p0": DeliveryState.DELIVERED,
        "p1": DeliveryState.DELIVERED,
        "p2": DeliveryState.ACCEPTED,
    }


def test_without_receipts_the_run_ends_in_time_with_11(texting):
    result = texting.notify(limits=Limits(until=ReachLevel.DELIVERED, within=_AT_ONCE))

    assert (result.exit_code, result.reached, result.until) == (11, False, "delivered")
    assert result.next[0] == "broadcast retry INC-1 --until delivered"
    assert result.as_json()["until"] == "delivered"


def test_a_retry_waits_for_the_rest(texting):
    texting.notify(limits=Limits(until=ReachLevel.DELIVERED, within=_AT_ONCE))

    meanwhile = Meanwhile(texting, receipts(ReceiptState.DELIVERED, "p0", "p1", "p2"))
    result = texting.retry(_DELIVERED, listener=meanwhile)

    assert (result.exit_code, result.counts.delivered) == (0, 3)
    assert len(texting.received()) == 3


def test_a_result_names_who_confirmed_and_who_did_not(texting):
    meanwhile = Meanwhile(
        texting,
        answers(CONFIRM, "p0"),
        lambda ledger: [answers(DECLINE, "p1")(ledger), answers(CONFIRM, "p2")(ledger)],
    )

    result = ask(texting, _CONFIRMED, meanwhile)

    assert (result.exit_code, result.reached, result.counts.confirmed) == (11, False, 2)
    assert meanwhile.of(EventKind.CONFIRMED) == [("sms", 1, "p0"), ("sms", 1, "p2")]
    assert result.answers
    shown = result.answers.as_json()
    assert result.as_json()["answers"] == shown
    assert [one["id"] for one in shown["confirmed"]] == ["p0", "p2"]
    assert shown["late"] == []
    assert [(one["name"], one["answer"]) for one in shown["not_confirmed"]] == [("Person 1", "decline")]


def test_everybody_confirmed_is_reached(texting):
    result = ask(texting, _CONFIRMED, Meanwhile(texting, answers(CONFIRM, "p0", "p1", "p2")))

    assert (result.exit_code, result.reached) == (0, True)


def test_the_stored_result_names_nobody(texting):
    ask(texting, _CONFIRMED, Meanwhile(texting, answers(CONFIRM, "p0", "p1", "p2")))

    with texting.ledger() as ledger:
        (notice,) = ledger.incidents.notices(ledger.incidents.all()[0])
    assert "Person" not in notice.result


def test_who_unsubscribes_while_a_run_waits_does_not_get_the_next_channel(texting):
    def leaves(ledger: Ledger) -> None:
        (notice,) = ledger.incidents.notices(ledger.incidents.all()[0])
        (gone,) = [one for one in ledger.confirmations.receivers(notice.id) if one.contact == "p1"]
        at = notice.created_at + timedelta(seconds=61)
        reason = SuppressionReason.OPTED_OUT
        ledger.suppressions.add(
            [suppression(ledger.secret(), AddressKind.EMAIL, gone.email or "", reason, "a link", at)]
        )
        move_unconfirmed(ledger.store, at, notice.id)

    meanwhile = Meanwhile(texting, answers(CONFIRM, "p0"), leaves)
    ask(texting, Limits(until=ReachLevel.CONFIRMED, within=2.0), meanwhile)

    assert [one.provider for one in texting.received()] == ["twilio", "twilio", "twilio", "smtp"]
    assert texting.states()["p1"] is DeliveryState.SUPPRESSED


def test_who_does_not_confirm_gets_the_next_channel_from_a_waiting_run(texting):
    def time_passes(ledger: Ledger) -> None:
        (notice,) = ledger.incidents.notices(ledger.incidents.all()[0])
        move_unconfirmed(ledger.store, notice.created_at + timedelta(seconds=61), notice.id)

    meanwhile = Meanwhile(texting, answers(CONFIRM, "p0"), time_passes)
    result = ask(texting, Limits(until=ReachLevel.CONFIRMED, within=2.0), meanwhile)

    by_channel = {one.name: (one.counts.accepted, one.counts.failed) for one in result.channels}
    assert by_channel == {"sms": (3, 0), "mail-backup": (2, 0)}
    assert (result.exit_code, result.counts.confirmed) == (11, 1)


def test_a_notice_that_asks_nothing_has_no_more_fields_than_before(texting):
    shown = texting.notify().as_json()

    assert not {"until", "reached", "answers"} & set(shown)


def test_a_mail_has_a_link_that_confirms_for_its_receiver(company):
    company.configure([["mail-backup"]], extra='[serve]\nurl = "https://notify.muster.example"')

    company.notify(confirm_within=600.0)

    with company.ledger() as ledger:
        (notice,) = ledger.incidents.notices(ledger.incidents.all()[0])
        secret = ledger.secret()
        tokens = [re.search(r"https://notify.muster.example/c/(\S+)", one.text) for one in company.received()]
        numbers = [delivery_number(found[1]) for found in tokens if found]
        genuine = [
            is_genuine(found[1], secret, number, notice.identity)
            for found, number in zip(tokens, numbers, strict=True)
        ]
    assert len(set(numbers)) == len(genuine) == 3
    assert all(genuine)


def test_without_a_process_that_listens_no_text_asks_and_the_result_says_so(texting):
    result = texting.notify(confirm_within=600.0)

    assert any("no text asks for a confirmation" in warning for warning in result.warnings)
    assert all("JA" not in one.text and "YES" not in one.text for one in texting.received())
