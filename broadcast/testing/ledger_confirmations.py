"""How questions are asked, and answers recorded."""

from __future__ import annotations

from dataclasses import replace

from broadcast.ledger.confirmations import AnswerEffect
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.records import NewNotice, Notice
from broadcast.ledger.store import Run
from broadcast.model.clock import SystemClock
from broadcast.model.contact import AddressKind
from broadcast.model.delivery import DeliveryState
from broadcast.model.outcome import Accepted
from broadcast.model.question import CONFIRM, DECLINE, AnswerMeans, NoticeQuestion, PersonalAnswer
from broadcast.testing.ledger_fixtures import LedgerFixtures, states
from broadcast.testing.ledger_samples import NOON, after, claim, incident, notice, owed, settled

_S = DeliveryState
_PHONE = "+4915112345678"
_YES = PersonalAnswer(answer=CONFIRM, means=AnswerMeans.REPLY, at=after(60), channel="sms")


class ConfirmationsContract(LedgerFixtures):
    """One answer of a receiver counts, and ends what is still to be sent to that receiver."""

    def test_a_confirmation_ends_what_is_still_to_be_sent(self, ledger: Ledger, run: Run) -> None:
        new = _asked(ledger, run, "anna")

        (asked, *_) = ledger.confirmations.asked_at(AddressKind.PHONE, _PHONE, after(60))

        assert (asked.mark, asked.contact, asked.answer) == ("INC-1/1", "anna", None)
        assert ledger.confirmations.record([asked], _YES) is AnswerEffect.COUNTS
        assert states(ledger, new) == {"anna": _S.CONFIRMED}
        (kept,) = ledger.confirmations.of(new.id)
        assert (kept.contact, kept.answer, kept.means, kept.late) == (
            "anna",
            CONFIRM,
            AnswerMeans.REPLY,
            False,
        )

    def test_a_decline_after_a_confirmation_is_kept_and_undoes_nothing(
        self, ledger: Ledger, run: Run
    ) -> None:
        new = _asked(ledger, run, "anna")
        asked = ledger.confirmations.asked_in("sms", "SM-anna")
        ledger.confirmations.record(asked, _YES)
        declined = replace(_YES, answer=DECLINE, means=AnswerMeans.KEY, at=after(90))

        effects = [ledger.confirmations.record(asked, declined) for _ in range(2)]

        assert effects == [AnswerEffect.NOTED, AnswerEffect.NONE]
        (kept,) = ledger.confirmations.of(new.id)
        (later,) = ledger.confirmations.others(new.id)
        assert (kept.answer, kept.later) == (CONFIRM, later)
        assert (later.answer, later.at, later.counted) == (DECLINE, after(90), False)
        assert states(ledger, new) == {"anna": _S.CONFIRMED}

    def test_a_confirmation_after_a_decline_counts(self, ledger: Ledger, run: Run) -> None:
        new = _asked(ledger, run, "anna", refused=True)
        asked = ledger.confirmations.receivers(new.id)
        ledger.confirmations.record(asked, replace(_YES, answer=DECLINE))

        effect = ledger.confirmations.record(asked, replace(_YES, at=after(90)))

        assert effect is AnswerEffect.COUNTS
        (counts,) = ledger.confirmations.of(new.id)
        assert (counts.answer, counts.at, counts.later) == (CONFIRM, after(90), None)
        assert [(one.answer, one.counted) for one in ledger.confirmations.others(new.id)] == [(DECLINE, True)]
        assert states(ledger, new) == {"anna": _S.CONFIRMED}
        assert claim(ledger.deliveries(new.id, run, clock=SystemClock()), "call", seconds=90) == []

    def test_nothing_is_claimed_for_a_receiver_who_confirmed(self, ledger: Ledger, run: Run) -> None:
        new = _asked(ledger, run, "anna", "ben", refused=True)
        (anna,) = [one for one in ledger.confirmations.receivers(new.id) if one.contact == "anna"]
        ledger.confirmations.record([anna], _YES)

        claimed = claim(ledger.deliveries(new.id, run, clock=SystemClock()), "call", seconds=90)

        assert [one.receiver for one in claimed] == ["ben"]
        assert states(ledger, new)["anna"] == _S.CONFIRMED

    def test_a_request_in_progress_does_not_undo_a_confirmation(self, ledger: Ledger, run: Run) -> None:
        new = _asked(ledger, run, "anna", refused=True)
        work = ledger.deliveries(new.id, run, clock=SystemClock())
        (claimed,) = claim(work, "call", seconds=30)
        ledger.confirmations.record(ledger.confirmations.receivers(new.id), _YES)

        work.turn([settled(claimed, _S.ACCEPTED, "accepted", accepted=(Accepted("CA1"),))], {}, after(61))

        assert states(ledger, new) == {"anna": _S.CONFIRMED}

    def test_a_receiver_who_declines_gets_nothing_more(self, ledger: Ledger, run: Run) -> None:
        new = _asked(ledger, run, "anna", refused=True)

        ledger.confirmations.record(ledger.confirmations.receivers(new.id), replace(_YES, answer=DECLINE))

        assert states(ledger, new) == {"anna": _S.CANCELLED}

    def test_an_answer_after_the_time_is_late(self, ledger: Ledger, run: Run) -> None:
        new = _asked(ledger, run, "anna")

        ledger.confirmations.record(ledger.confirmations.receivers(new.id), replace(_YES, at=after(901)))

        assert [one.late for one in ledger.confirmations.of(new.id)] == [True]

    def test_a_question_that_was_not_sent_is_not_open(self, ledger: Ledger) -> None:
        ledger.incidents.record(_new("anna"), NOON)

        assert ledger.confirmations.asked_at(AddressKind.PHONE, _PHONE, NOON) == []

    def test_what_a_notice_asks_can_be_read_back(self, ledger: Ledger, run: Run) -> None:
        new = _asked(ledger, run, "anna")

        assert ledger.confirmations.question(new.id) == _QUESTION
        assert ledger.confirmations.question(new.id + 1) is None


_QUESTION = NoticeQuestion(asked_at=NOON, answer_by=after(900), wait=300.0)


def _new(*receivers: str) -> NewNotice:
    return replace(notice(incident(), 1, owed(*receivers, route=("sms", "call"))), question=_QUESTION)


def _asked(ledger: Ledger, run: Run, *receivers: str, refused: bool = False) -> Notice:
    """Return a notice that asks, sent by SMS; if it was refused there, calls are due."""
    new = ledger.incidents.record(_new(*receivers), NOON)
    work = ledger.deliveries(new.id, run, clock=SystemClock())
    for claimed in claim(work, "sms"):
        done = (
            settled(claimed, _S.PLANNED, "rejected", step=1)
            if refused
            else settled(claimed, _S.ACCEPTED, "accepted", accepted=(Accepted(f"SM-{claimed.receiver}"),))
        )
        work.turn([done], {}, NOON)
    return new
