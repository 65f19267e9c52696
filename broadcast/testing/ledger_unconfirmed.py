"""How a message that nobody confirms moves along its lane."""

from __future__ import annotations

from dataclasses import replace

from broadcast.ledger.counts import Counts, counts_of_channel
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.receipts import ChannelReceipt
from broadcast.ledger.records import NewNotice, Notice
from broadcast.ledger.store import Run
from broadcast.ledger.unconfirmed import Moved, move_unconfirmed
from broadcast.model.clock import SystemClock
from broadcast.model.contact import AddressKind
from broadcast.model.delivery import DeliveryState
from broadcast.model.inbound import Receipt, ReceiptState
from broadcast.model.incident import Phase
from broadcast.model.outcome import Accepted
from broadcast.model.question import CONFIRM, DECLINE, AnswerMeans, NoticeQuestion, PersonalAnswer
from broadcast.testing.ledger_fixtures import LedgerFixtures, states
from broadcast.testing.ledger_samples import NOON, after, claim, incident, notice, owed, record, settled

_S = DeliveryState
_QUESTION = NoticeQuestion(asked_at=NOON, answer_by=after(900), wait=300.0)


class UnconfirmedContract(LedgerFixtures):
    """Who does not answer in time is told on the next channel; who has answered gets nothing more."""

    def test_nothing_moves_before_its_time_for_an_answer_is_over(self, ledger: Ledger, run: Run) -> None:
        new = _asked(ledger, run, "anna")

        assert move_unconfirmed(ledger.store, after(299)) == []
        assert states(ledger, new) == {"anna": _S.ACCEPTED}

    def test_who_does_not_answer_is_told_on_the_next_channel_once(self, ledger: Ledger, run: Run) -> None:
        new = _asked(ledger, run, "anna", "ben")

        moved = move_unconfirmed(ledger.store, after(300))

        assert moved == [Moved("INC-1/1", "sms", "call", 2)]
        assert move_unconfirmed(ledger.store, after(300)) == []
        work = ledger.deliveries(new.id, run, clock=SystemClock())
        assert [one.receiver for one in claim(work, "call", seconds=300)] == ["anna", "ben"]

    def test_who_has_answered_gets_nothing_more(self, ledger: Ledger, run: Run) -> None:
        new = _asked(ledger, run, "anna", "ben", "cleo")
        _answer(ledger, new, "anna", CONFIRM)
        _answer(ledger, new, "ben", DECLINE)

        move_unconfirmed(ledger.store, after(300))

        assert states(ledger, new) == {"anna": _S.CONFIRMED, "ben": _S.ACCEPTED, "cleo": _S.PLANNED}

    def test_a_refusal_after_a_decline_plans_nothing(self, ledger: Ledger, run: Run) -> None:
        new = _asked(ledger, run, "anna", route=("sms", "call", "email"))
        move_unconfirmed(ledger.store, after(300))
        work = ledger.deliveries(new.id, run, clock=SystemClock())
        (claimed,) = claim(work, "call", seconds=300)
        _answer(ledger, new, "anna", DECLINE)

        work.turn([settled(claimed, _S.PLANNED, "rejected", step=2)], {}, after(301))

        assert states(ledger, new) == {"anna": _S.CANCELLED}

    def test_a_receipt_does_not_lengthen_the_wait(self, ledger: Ledger, run: Run) -> None:
        new = _asked(ledger, run, "anna")
        _delivered(ledger, 250)

        move_unconfirmed(ledger.store, after(300))

        assert states(ledger, new) == {"anna": _S.PLANNED}

    def test_a_late_receipt_skips_no_channel(self, ledger: Ledger, run: Run) -> None:
        new = _asked(ledger, run, "anna", route=("sms", "call", "email"))
        move_unconfirmed(ledger.store, after(300))
        _delivered(ledger, 301)

        assert move_unconfirmed(ledger.store, after(302)) == [Moved("INC-1/1", "sms", "call", 1)]
        work = ledger.deliveries(new.id, run, clock=SystemClock())
        assert [one.receiver for one in claim(work, "call", seconds=303)] == ["anna"]

    def test_a_late_receipt_lets_no_channel_be_used_twice(self, ledger: Ledger, run: Run) -> None:
        _asked(ledger, run, "anna", route=("sms", "call", "email"))
        move_unconfirmed(ledger.store, after(300))
        _send(ledger, run, "call", 300)
        _delivered(ledger, 400)

        assert move_unconfirmed(ledger.store, after(600)) == [Moved("INC-1/1", "sms", "email", 1)]

    def test_the_last_channel_is_the_last(self, ledger: Ledger, run: Run) -> None:
        _asked(ledger, run, "anna")
        move_unconfirmed(ledger.store, after(300))
        _send(ledger, run, "call", 300)

        assert move_unconfirmed(ledger.store, after(900)) == []

    def test_a_call_that_fails_does_not_undo_the_message_before_it(self, ledger: Ledger, run: Run) -> None:
        new = _asked(ledger, run, "anna")
        move_unconfirmed(ledger.store, after(300))
        work = ledger.deliveries(new.id, run, clock=SystemClock())
        (claimed,) = claim(work, "call", seconds=300)

        work.turn([settled(claimed, _S.FAILED, "rejected")], {}, after(301))

        (line,) = ledger.history.lines(new)
        assert (line.state, line.channel) == (_S.ACCEPTED, "sms")
        entries, moves = ledger.history.delivery_counts(new.id), ledger.history.failovers(new.id)
        assert counts_of_channel("sms", entries, moves) == Counts(planned=1, accepted=1)
        assert counts_of_channel("call", entries, moves) == Counts(planned=1, failed=1)
        assert move_unconfirmed(ledger.store, after(900)) == []

    def test_a_call_without_an_answer_does_not_undo_an_sms_that_arrived(
        self, ledger: Ledger, run: Run
    ) -> None:
        new = _asked(ledger, run, "anna")
        _delivered(ledger, 10)
        move_unconfirmed(ledger.store, after(300))
        _send(ledger, run, "call", 300)
        no_answer = Receipt(ref="call-anna", state=ReceiptState.FAILED, event="no-answer")

        ledger.receipts.record([ChannelReceipt("call", AddressKind.PHONE, no_answer)], after(330))

        (line,) = ledger.history.lines(new)
        assert (line.state, line.channel, line.ref) == (_S.DELIVERED, "sms", "sms-anna")

    def test_an_sms_that_did_not_arrive_reached_nobody(self, ledger: Ledger, run: Run) -> None:
        new = _asked(ledger, run, "anna")
        lost = Receipt(ref="sms-anna", state=ReceiptState.FAILED, event="undelivered")
        ledger.receipts.record([ChannelReceipt("sms", AddressKind.PHONE, lost)], after(20))
        work = ledger.deliveries(new.id, run, clock=SystemClock())
        (claimed,) = claim(work, "call", seconds=30)

        work.turn([settled(claimed, _S.FAILED, "rejected")], {}, after(31))

        assert states(ledger, new) == {"anna": _S.FAILED}

    def test_nothing_moves_once_the_incident_is_over(self, ledger: Ledger, run: Run) -> None:
        _asked(ledger, run, "anna")
        record(ledger, phase=Phase.RESOLVED)

        assert move_unconfirmed(ledger.store, after(300)) == []

    def test_nothing_moves_once_the_receiver_has_a_newer_notice(self, ledger: Ledger, run: Run) -> None:
        _asked(ledger, run, "anna", "ben")
        record(ledger, "anna")

        assert move_unconfirmed(ledger.store, after(300)) == [Moved("INC-1/1", "sms", "call", 1)]

    def test_a_notice_that_asks_nothing_stays(self, ledger: Ledger, run: Run) -> None:
        new = ledger.incidents.record(notice(incident(), 1, owed("anna", route=("sms", "call"))), NOON)
        _send(ledger, run, "sms", 0)

        assert move_unconfirmed(ledger.store, after(900), new.id) == []

    def test_it_is_known_whether_an_answer_is_awaited(self, ledger: Ledger, run: Run) -> None:
        new = _asked(ledger, run, "anna", "ben")
        _answer(ledger, new, "anna", CONFIRM)

        assert ledger.confirmations.is_awaited(new.id)
        _answer(ledger, new, "ben", DECLINE)
        assert not ledger.confirmations.is_awaited(new.id)

    def test_it_is_known_whether_a_receipt_is_awaited(self, ledger: Ledger, run: Run) -> None:
        new = _asked(ledger, run, "anna")

        assert ledger.receipts.is_awaited(new.id, ["sms"])
        assert not ledger.receipts.is_awaited(new.id, ["email"])
        _delivered(ledger, 10)
        assert not ledger.receipts.is_awaited(new.id, ["sms"])


def _new(*receivers: str, route: tuple[str, ...]) -> NewNotice:
    return replace(notice(incident(), 1, owed(*receivers, route=route)), question=_QUESTION)


def _asked(ledger: Ledger, run: Run, *receivers: str, route: tuple[str, ...] = ("sms", "call")) -> Notice:
    """Return a notice that asks, accepted by SMS at noon."""
    new = ledger.incidents.record(_new(*receivers, route=route), NOON)
    _send(ledger, run, "sms", 0)
    return new


def _send(ledger: Ledger, run: Run, channel: str, seconds: float) -> None:
    (new,) = ledger.incidents.notices(ledger.incidents.all()[0])
    work = ledger.deliveries(new.id, run, clock=SystemClock())
    for one in claim(work, channel, seconds=seconds):
        done = settled(one, _S.ACCEPTED, "accepted", accepted=(Accepted(f"{channel}-{one.receiver}"),))
        work.turn([done], {}, after(seconds))


def _delivered(ledger: Ledger, seconds: float) -> None:
    receipt = Receipt(ref="sms-anna", state=ReceiptState.DELIVERED, event="delivered")
    ledger.receipts.record([ChannelReceipt("sms", AddressKind.PHONE, receipt)], after(seconds))


def _answer(ledger: Ledger, new: Notice, contact: str, answer: str) -> None:
    people = [one for one in ledger.confirmations.receivers(new.id) if one.contact == contact]
    ledger.confirmations.record(
        people, PersonalAnswer(answer=answer, means=AnswerMeans.COMMAND, at=after(60), channel=None)
    )
