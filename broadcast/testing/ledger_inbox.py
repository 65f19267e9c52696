"""How messages of people are recorded, with their effect, and how they are forgotten."""

from __future__ import annotations

from dataclasses import replace

from broadcast.ledger.confirmations import AnswerEffect
from broadcast.ledger.erasure import Author, Forgetting
from broadcast.ledger.inbox import InboundEffect, InboundTaken, NewInbound
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.records import Notice
from broadcast.ledger.store import Run
from broadcast.model.clock import SystemClock
from broadcast.model.contact import AddressKind
from broadcast.model.delivery import DeliveryState
from broadcast.model.ids import delivery_key
from broadcast.model.inbound import InboundMessage
from broadcast.model.outcome import Accepted
from broadcast.model.question import CONFIRM, AnswerMeans, NoticeQuestion, PersonalAnswer
from broadcast.model.suppression import SuppressionReason, suppression
from broadcast.testing.ledger_fixtures import LedgerFixtures, states
from broadcast.testing.ledger_samples import NOON, after, claim, incident, notice, owed, settled

_PHONE = "+4915112345678"
_OTHER = "+4915112349999"
_YES = PersonalAnswer(answer=CONFIRM, means=AnswerMeans.REPLY, at=after(60), channel="sms")
_QUESTION = NoticeQuestion(asked_at=NOON, answer_by=after(900), wait=300.0)


class InboxContract(LedgerFixtures):
    """A message is recorded once, in one transaction with its effect."""

    def test_a_message_and_its_effect_are_recorded_once(self, ledger: Ledger, run: Run) -> None:
        new = _asked(ledger, run)
        effect = InboundEffect(receivers=ledger.confirmations.receivers(new.id), answer=_YES)

        first = ledger.inbox.take(_message("Ja", notice=new.id), effect)
        again = ledger.inbox.take(_message("Ja", notice=new.id), effect)

        assert (first, again) == (
            InboundTaken(changed=True, answer=True, effect=AnswerEffect.COUNTS),
            InboundTaken(changed=False, answer=False),
        )
        assert states(ledger, new) == {"anna": DeliveryState.CONFIRMED}
        assert [one.text for one in ledger.inbox.of(ledger.incidents.find("INC-1"))] == ["Ja"]

    def test_without_an_effect_a_person_is_answered_once_a_day(self, ledger: Ledger) -> None:
        nothing = InboundEffect()

        taken = [
            ledger.inbox.take(_message("1"), nothing).answer,
            ledger.inbox.take(_message("2", at=3600), nothing).answer,
            ledger.inbox.take(_message("3", sender=_OTHER), nothing).answer,
            ledger.inbox.take(_message("4", at=24 * 3600 + 1), nothing).answer,
        ]

        assert taken == [True, False, True, True]

    def test_who_cannot_be_answered_is_not_counted_as_answered(self, ledger: Ledger) -> None:
        ledger.inbox.take(replace(_message("1"), answerable=False), InboundEffect())

        assert ledger.inbox.take(_message("2"), InboundEffect()).answer

    def test_a_release_lifts_what_a_reply_or_a_key_made(self, ledger: Ledger) -> None:
        for source in ("a reply on sms", "a key on call", "ada"):
            reason = SuppressionReason.OPTED_OUT
            number = _OTHER if source == "ada" else _PHONE
            made = suppression(ledger.secret(), AddressKind.PHONE, number, reason, source, NOON)
            ledger.suppressions.add([made])
            ledger.inbox.take(_message(source, sender=number), InboundEffect(release=True))

        assert [one.source for one in ledger.suppressions.all()] == ["ada"]

    def test_messages_are_found_by_address_and_by_time(self, ledger: Ledger, run: Run) -> None:
        new = _asked(ledger, run)
        ledger.inbox.take(_message("in answer", notice=new.id), InboundEffect())
        ledger.inbox.take(_message("no answer", at=5), InboundEffect())
        ledger.inbox.take(_message("later", at=500, sender=_OTHER), InboundEffect())

        own = ledger.inbox.from_address(AddressKind.PHONE, _PHONE)

        assert [(one.text, one.incident, one.sequence) for one in own] == [
            ("in answer", "INC-1", 1),
            ("no answer", None, None),
        ]
        assert [one.text for one in ledger.inbox.unasked(NOON, after(100))] == ["no answer"]

    def test_the_receiver_of_a_delivery_and_of_a_lost_answer_is_found(self, ledger: Ledger, run: Run) -> None:
        new = _asked(ledger, run, lost=True)
        key = delivery_key(ledger.secret(), new.identity or "", "customers", "anna", "sms")

        found = ledger.confirmations.asked_by(1)

        assert found is not None
        assert (found[0].contact, found[1]) == ("anna", new.identity)
        assert [one.contact for one in ledger.confirmations.asked_under("sms", key)] == ["anna"]
        assert ledger.confirmations.asked_under("sms", key[:-1]) == []
        assert ledger.confirmations.asked_by(99) is None

    def test_the_answer_of_one_receiver_is_found(self, ledger: Ledger, run: Run) -> None:
        new = _asked(ledger, run)
        (anna,) = ledger.confirmations.receivers(new.id)
        assert ledger.confirmations.answer_of(anna) is None

        ledger.confirmations.record([anna], _YES)

        (answer,) = ledger.confirmations.of(new.id)
        assert ledger.confirmations.answer_of(anna) == answer

    def test_messages_are_forgotten_by_their_address(self, ledger: Ledger) -> None:
        for sender in (_PHONE, _OTHER):
            ledger.inbox.take(_message(sender, sender=sender), InboundEffect())
        person = Forgetting(
            people=(),
            names=frozenset(),
            addresses=((AddressKind.PHONE, _PHONE),),
            digests=frozenset(),
        )
        assert ledger.erasure.written([(AddressKind.PHONE, _PHONE)]) == 1

        ledger.erasure.forget(person, ledger.secret(), Author("ada", NOON))

        assert ledger.erasure.written([(AddressKind.PHONE, _PHONE)]) == 0
        assert ledger.erasure.unasked(after(60)) == 1
        ledger.erasure.purge([], Author("ada", NOON), before=after(60))
        assert ledger.erasure.unasked(after(60)) == 0


def _message(text: str, sender: str = _PHONE, notice: int | None = None, at: float = 0.0) -> NewInbound:
    return NewInbound(
        channel="sms",
        message=InboundMessage(ref=f"SM {text}", sender=sender, text=text),
        kind=AddressKind.PHONE,
        meaning="other",
        notice=notice,
        at=after(at),
    )


def _asked(ledger: Ledger, run: Run, *, lost: bool = False) -> Notice:
    """Return a notice that asked Anna by SMS; if `lost`, the answer to the request was."""
    new = replace(notice(incident(), 1, owed("anna", route=("sms",))), question=_QUESTION)
    recorded = ledger.incidents.record(new, NOON)
    work = ledger.deliveries(recorded.id, run, clock=SystemClock())
    (one,) = claim(work, "sms")
    done = (
        settled(one, DeliveryState.UNKNOWN, "unknown")
        if lost
        else settled(one, DeliveryState.ACCEPTED, "accepted", accepted=(Accepted("SM0"),))
    )
    work.turn([done], {}, NOON)
    return recorded
