"""How calls are recorded, which agent has one, what callers are owed, and how they are forgotten."""

from __future__ import annotations

from collections.abc import Callable

from broadcast.ledger.call_messages import MessageState, WrittenMessage
from broadcast.ledger.calls import MOST_LINKS
from broadcast.ledger.erasure import Author, Forgetting
from broadcast.ledger.hand_overs import NoteOutcome, hand_over, note_hand_over
from broadcast.ledger.ledger import Ledger
from broadcast.model.call_step import CallEffect, CallStep
from broadcast.model.contact import AddressKind
from broadcast.testing.ledger_fixtures import LedgerFixtures
from broadcast.testing.ledger_samples import NOON, after

_CALLER, _OTHER = "+4915112345678", "+4915112349999"
_AGENT = "+4917612345678"
_SOURCE = "call"


class CallsContract(LedgerFixtures):
    """A step is recorded once, with its effects, in one transaction."""

    def test_a_step_that_is_repeated_changes_nothing(self, ledger: Ledger) -> None:
        for _ in range(3):
            ledger.calls.record(_SOURCE, [_step(1, _link())])

        assert [one.details["number"] for one in ledger.call_messages.to_send()] == [_CALLER]
        assert ledger.calls.history(_CALLER, after(60)).calls == 1

    def test_the_first_agent_who_accepts_has_the_call(self, ledger: Ledger) -> None:
        ledger.calls.record(_SOURCE, [_step(1)])

        first = ledger.calls.accept(_SOURCE, "CA1", "alex", NOON)
        second = ledger.calls.accept(_SOURCE, "CA1", "bea", after(1))

        assert (first, second) == ("alex", "alex")
        assert ledger.calls.queue(after(2)).busy == {"alex"}

    def test_an_agent_is_free_again_after_the_call(self, ledger: Ledger) -> None:
        ledger.calls.record(_SOURCE, [_step(1)])
        ledger.calls.accept(_SOURCE, "CA1", "alex", NOON)
        ledger.calls.record(_SOURCE, [_step(2, CallEffect(kind="end", details={"outcome": "human"}))])

        assert ledger.calls.queue(after(2)).busy == set()

    def test_a_message_is_claimed_once_and_never_again_after_it_was_sent(self, ledger: Ledger) -> None:
        ledger.calls.record(_SOURCE, [_step(1, _link())])
        (message,) = ledger.call_messages.to_send()

        assert ledger.call_messages.claim([message], {}, NOON) == [message]
        assert ledger.call_messages.claim([message], {}, NOON) == []
        ledger.call_messages.settle([(message, MessageState.SENT)], NOON)
        assert ledger.call_messages.to_send() == []

    def test_a_message_whose_process_died_is_looked_up_and_not_sent_again(self, ledger: Ledger) -> None:
        ledger.calls.record(_SOURCE, [_step(1, _link())])
        messages = ledger.call_messages
        (message,) = messages.to_send()
        messages.claim([message], {message.id: _written()}, NOON)

        assert (messages.abandon(after(60)), messages.abandon(after(3600))) == (0, 1)
        assert messages.to_send() == []
        (lost,) = messages.lost(after(3600))
        assert (lost.written, lost.claimed_at, lost.lookups) == (_written(), NOON, 0)
        assert messages.claim_look_ups([lost], after(3660)) == [lost]
        assert messages.claim_look_ups([lost], after(3660)) == []
        assert messages.lost(after(3600)) == []
        assert messages.unknown(after(3600)) == 1

    def test_a_lost_message_is_forgotten_with_its_caller_its_receiver_and_its_time(
        self, ledger: Ledger
    ) -> None:
        messages, secret, root = ledger.call_messages, ledger.secret(), Author("root", after(60))
        forgets: dict[str, Callable[[], None]] = {
            "CA1": lambda: ledger.erasure.forget(_person(_CALLER), secret, root),
            "CA2": lambda: ledger.erasure.forget(_person(_AGENT), secret, root),
            "CA3": lambda: ledger.erasure.purge([], root, after(60)),
        }
        for call, forget in forgets.items():
            ledger.calls.record(_SOURCE, [_step(1, _link(), call=call)])
            (message,) = messages.to_send()
            written = _written(_AGENT if call == "CA2" else _CALLER)
            messages.claim([message], {message.id: written}, NOON)
            messages.settle([(message, MessageState.UNKNOWN)], NOON, after(10))
            assert len(messages.lost(after(60))) == 1

            forget()

            assert messages.lost(after(60)) == []

    def test_a_number_gets_no_more_than_three_links_in_a_day(self, ledger: Ledger) -> None:
        steps = [_step(1, _link(), call=f"CA{number}", at=number) for number in range(1, MOST_LINKS + 3)]
        ledger.calls.record(_SOURCE, steps)

        assert len(ledger.call_messages.to_send()) == MOST_LINKS

    def test_a_call_sends_a_number_one_link(self, ledger: Ledger) -> None:
        ledger.calls.record(
            _SOURCE, [_step(1, _link()), _step(4, _link(), at=5), _step(1, _link(), call="CA2")]
        )

        assert [one.call for one in ledger.call_messages.to_send()] == ["CA1", "CA2"]

    def test_a_number_waits_for_one_call_back_and_keeps_its_place(self, ledger: Ledger) -> None:
        ledger.calls.record(_SOURCE, [_step(1, _call_back(_CALLER))])
        ledger.calls.record(_SOURCE, [_step(1, _call_back(_OTHER), call="CA2", caller=_OTHER, at=10)])
        ledger.calls.record(_SOURCE, [_step(1, _call_back(_CALLER), call="CA3", at=20)])

        waiting = ledger.call_follow_ups.call_backs()

        assert [(one.call, one.number) for one in waiting] == [("CA1", _CALLER), ("CA2", _OTHER)]

    def test_important_people_and_those_in_danger_come_first(self, ledger: Ledger) -> None:
        ledger.calls.record(_SOURCE, [_step(1, _call_back(_CALLER))])
        important = _call_back(_OTHER, topic="vip")
        ledger.calls.record(_SOURCE, [_step(1, important, call="CA2", caller=_OTHER, at=10)])

        assert [one.call for one in ledger.call_follow_ups.call_backs()] == ["CA2", "CA1"]

    def test_another_number_of_the_same_call_corrects_the_first(self, ledger: Ledger) -> None:
        ledger.calls.record(_SOURCE, [_step(1, _call_back(_CALLER)), _step(2, _call_back(_OTHER), at=5)])

        (waiting,) = ledger.call_follow_ups.call_backs()

        assert (waiting.number, waiting.requested_at) == (_OTHER, NOON)

    def test_a_call_back_belongs_to_one_person_and_returns_three_times_at_most(self, ledger: Ledger) -> None:
        ledger.calls.record(_SOURCE, [_step(1, _call_back(_CALLER))])
        (waiting,) = ledger.call_follow_ups.call_backs()
        follow_ups = ledger.call_follow_ups

        for _ in range(2):
            assert follow_ups.take_call_back(waiting.id, "alex")
            assert not follow_ups.take_call_back(waiting.id, "bea")
            assert follow_ups.return_call_back(waiting.id, NOON)
        assert follow_ups.take_call_back(waiting.id, "alex")
        assert follow_ups.return_call_back(waiting.id, NOON)

        assert follow_ups.call_backs() == []

    def test_a_call_back_ends_when_a_person_is_reached_in_the_same_call(self, ledger: Ledger) -> None:
        waits = ledger.call_follow_ups.call_backs
        hung_up = CallEffect(kind="end", details={"outcome": "hung-up"})
        ledger.calls.record(_SOURCE, [_step(1, _call_back(_CALLER))])
        ledger.calls.record(_SOURCE, [_step(2, hung_up, at=5)])
        assert len(waits()) == 1

        ledger.calls.record(_SOURCE, [_step(1, _call_back(_CALLER), call="CA2", at=10)])
        ledger.calls.accept(_SOURCE, "CA2", "alex", after(20))
        assert len(waits()) == 1
        ledger.calls.record(
            _SOURCE,
            [_step(2, CallEffect(kind="end", details={"outcome": "human"}), call="CA2", at=30)],
        )
        assert waits() == []

        ledger.calls.record(_SOURCE, [_step(3, _call_back(_CALLER), call="CA2", at=40)])
        ledger.calls.record(_SOURCE, [_step(4, hung_up, call="CA2", at=50)])
        assert [(one.requested_at, one.tries) for one in waits()] == [(after(40), 0)]

    def test_a_call_back_that_ended_in_its_call_is_asked_for_again(self, ledger: Ledger) -> None:
        human = CallEffect(kind="end", details={"outcome": "human"})
        ledger.calls.record(_SOURCE, [_step(1, _call_back(_CALLER))])
        ledger.calls.accept(_SOURCE, "CA1", "alex", after(10))
        ledger.calls.record(_SOURCE, [_step(2, human, at=20)])
        assert ledger.call_follow_ups.call_backs() == []

        ledger.calls.record(_SOURCE, [_step(3, _call_back(_CALLER), at=30)])

        (waiting,) = ledger.call_follow_ups.call_backs()
        assert (waiting.number, waiting.requested_at) == (_CALLER, after(30))

    def test_a_call_back_that_the_person_promised_in_the_call_stays(self, ledger: Ledger) -> None:
        ledger.calls.record(_SOURCE, [_step(1, _call_back(_CALLER))])
        ledger.calls.accept(_SOURCE, "CA1", "alex", after(10))
        call = hand_over(ledger.store, 1)
        assert call
        note_hand_over(ledger.store, call, NoteOutcome.CALL_BACK, "asks the warehouse", after(20))
        ledger.calls.record(
            _SOURCE, [_step(2, CallEffect(kind="end", details={"outcome": "hung-up"}), at=30)]
        )

        assert [one.number for one in ledger.call_follow_ups.call_backs()] == [_CALLER]

    def test_a_call_leaves_one_ticket(self, ledger: Ledger) -> None:
        ticket = CallEffect(
            kind="ticket",
            details={"recording": "https://x/RE1", "seconds": 9, "locale": "de", "topic": "asked"},
        )
        ledger.calls.record(_SOURCE, [_step(4, ticket), _step(5, ticket)])

        (found,) = ledger.call_follow_ups.tickets()

        assert (found.caller, found.seconds, found.recording) == (_CALLER, 9, "https://x/RE1")

    def test_a_key_suppresses_the_number_at_once(self, ledger: Ledger) -> None:
        ledger.calls.record(_SOURCE, [_step(1, CallEffect(kind="stop", details={"number": _CALLER}))])

        assert len(ledger.suppressions.of(AddressKind.PHONE, _CALLER)) == 1

    def test_forgetting_a_person_leaves_the_counts_and_no_number(self, ledger: Ledger) -> None:
        said = CallEffect(kind="heard", details={"said": "my order", "intent": "other"})
        known = CallEffect(kind="customer", details={"name": "A.", "result": "found"})
        asked = CallEffect(kind="answer", details={"question": "my order", "result": "nothing"})
        ledger.calls.record(_SOURCE, [_step(1, said, known, asked, _link(), _call_back(_CALLER))])

        ledger.erasure.forget(_person(_CALLER), ledger.secret(), Author("root", after(60)))

        assert ledger.hotline.counts(NOON).calls == 1
        assert ledger.call_follow_ups.call_backs() == []
        assert ledger.calls.history(_CALLER, after(60)).calls == 0
        turns = ledger.hotline.turns(0)
        assert turns
        private = {"said", "number", "name", "question"}
        assert not any(turn.caller or private & turn.details.keys() for turn in turns)

    def test_a_purge_removes_callers_from_before(self, ledger: Ledger) -> None:
        ledger.calls.record(_SOURCE, [_step(1, _link())])
        ledger.calls.record(_SOURCE, [_step(1, call="CA2", caller=_OTHER, at=7200)])

        ledger.erasure.purge([], Author("root", after(9000)), before=after(3600))

        assert [turn.caller for turn in ledger.hotline.turns(0)] == [""]
        assert ledger.calls.history(_OTHER, after(7300)).calls == 1


def _step(
    number: int, *effects: CallEffect, call: str = "CA1", caller: str = _CALLER, at: float = 0
) -> CallStep:
    return CallStep(call=call, number=number, caller=caller, locale="de", at=after(at), effects=effects)


def _link() -> CallEffect:
    return CallEffect(kind="link", details={"number": _CALLER, "locale": "de", "refs": []})


def _call_back(number: str, topic: str = "asked") -> CallEffect:
    return CallEffect(kind="call-back", details={"number": number, "locale": "de", "topic": topic})


def _person(number: str) -> Forgetting:
    return Forgetting(
        people=(), names=frozenset(), addresses=((AddressKind.PHONE, number),), digests=frozenset()
    )


def _written(address: str = _CALLER) -> WrittenMessage:
    return WrittenMessage(
        key="k" * 24,
        channel="sms",
        address=address,
        locale="de",
        text="Alles läuft.",
        incident="INC-1",
        sequence=1,
    )
