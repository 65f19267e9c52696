"""What every ledger owes the engine, as tests.

A test file, whole:

    class TestMyLedger(LedgerContract):
        @pytest.fixture
        def open_ledger(self, tmp_path):
            return lambda: Ledger.open(tmp_path / "ledger.db")
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from broadcast.errors import AmbiguousIncident, Refused, UnknownIncident
from broadcast.ledger.deliveries import Deliveries
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.records import Notice
from broadcast.ledger.store import Run
from broadcast.model.delivery import DeliveryState
from broadcast.model.incident import Phase
from broadcast.model.outcome import Accepted, Thread
from broadcast.model.plan import Planned
from broadcast.testing.ledger_samples import (
    NOON,
    after,
    claim,
    facts,
    incident,
    notice,
    owed,
    record,
    settled,
)

OpenLedger = Callable[[], Ledger]
_S = DeliveryState


class LedgerContract:
    """How a ledger must remember.

    Needs the fixture `open_ledger`: each call is another connection to one ledger.
    """

    @pytest.fixture
    def ledger(self, open_ledger: OpenLedger) -> Iterator[Ledger]:
        ledger = open_ledger()
        yield ledger
        ledger.close()

    @pytest.fixture
    def other(self, open_ledger: OpenLedger) -> Iterator[Ledger]:
        """A second connection to the same ledger."""
        ledger = open_ledger()
        yield ledger
        ledger.close()

    @pytest.fixture
    def run(self, ledger: Ledger) -> Iterator[Run]:
        run = ledger.begin_run()
        yield run
        run.end()

    def test_a_notice_comes_back_as_it_was_recorded(self, ledger: Ledger, other: Ledger) -> None:
        new = notice(incident(), 1, owed("anna", "channel:page"), key="run-7")
        recorded = ledger.incidents.record(new, NOON)

        found = other.incidents.notice_with_key("run-7")
        assert found == recorded
        assert found.facts == facts(incident(), 1)
        assert other.incidents.texts(found.id) == list(new.texts)
        assert [(line.contact, line.state) for line in other.history.lines(found)] == [
            ("anna", _S.PLANNED),
            ("channel:page", _S.PLANNED),
        ]

    def test_a_notice_is_recorded_whole_or_not_at_all(self, ledger: Ledger) -> None:
        def failing() -> Iterator[Planned]:
            yield from owed("anna")
            raise RuntimeError

        with pytest.raises(RuntimeError):
            ledger.incidents.record(notice(incident(), 1, failing()), NOON)

        assert ledger.incidents.all() == []
        assert ledger.incidents.next_ref() == "INC-1"

    def test_of_two_incidents_prepared_at_once_the_second_is_refused(
        self, ledger: Ledger, other: Ledger
    ) -> None:
        ledger.incidents.record(notice(incident(), 1, owed("anna")), NOON)

        with pytest.raises(Refused, match="INC-1"):
            other.incidents.record(notice(incident(), 1, owed("bert")), NOON)

        assert len(ledger.incidents.all()) == 1

    def test_of_two_updates_prepared_at_once_the_second_changes_nothing(
        self, ledger: Ledger, other: Ledger
    ) -> None:
        first = record(ledger, "anna")
        known = ledger.incidents.all()[0]
        ledger.incidents.record(notice(known, 2, owed("anna")), NOON)

        with pytest.raises(Refused, match="somebody else"):
            other.incidents.record(notice(known, 2, owed("bert")), NOON)

        assert [n.sequence for n in other.incidents.notices(known)] == [1, 2]
        assert states(other, first) == {"anna": _S.CANCELLED}

    def test_a_key_belongs_to_one_notice(self, ledger: Ledger) -> None:
        ledger.incidents.record(notice(incident(), 1, owed("anna"), key="run-7"), NOON)
        known = ledger.incidents.all()[0]

        with pytest.raises(Refused, match="run-7"):
            ledger.incidents.record(notice(known, 2, owed("anna"), key="run-7"), NOON)

        assert len(ledger.incidents.notices(known)) == 1

    def test_the_only_open_incident_needs_no_name(self, ledger: Ledger) -> None:
        with pytest.raises(UnknownIncident):
            ledger.incidents.find(None)
        record(ledger, "anna")

        assert ledger.incidents.find(None) == ledger.incidents.find("inc-1") == ledger.incidents.find("1")
        with pytest.raises(UnknownIncident, match="INC-9"):
            ledger.incidents.find("INC-9")

    def test_of_two_open_incidents_one_must_be_named(self, ledger: Ledger) -> None:
        record(ledger, "anna")
        second = incident()
        object.__setattr__(second, "ref", "INC-2")
        ledger.incidents.record(notice(second, 1, owed("anna")), NOON)

        with pytest.raises(AmbiguousIncident):
            ledger.incidents.find(None)

    def test_a_delivery_is_claimed_by_one_of_two_connections(
        self, ledger: Ledger, other: Ledger, run: Run
    ) -> None:
        new = record(ledger, *(f"p{n}" for n in range(60)), route=("sms",))
        second = other.begin_run()
        works = [ledger.deliveries(new.id, run), other.deliveries(new.id, second)]

        with ThreadPoolExecutor(2) as both:
            claimed = list(both.map(lambda work: [claim(work, "sms", 3) for _ in range(12)], works))

        second.end()
        taken = Counter(one.delivery for each in claimed for batch in each for one in batch)
        assert len(taken) == 60
        assert max(taken.values()) == 1

    def test_an_intent_is_on_disk_before_anything_can_be_sent(
        self, ledger: Ledger, other: Ledger, run: Run
    ) -> None:
        new = record(ledger, "anna")
        (claimed,) = claim(ledger.deliveries(new.id, run), "email")

        assert states(other, new) == {"anna": _S.SENDING}
        assert other.deliveries(new.id, run).owners() == [run.id]
        assert other.history.attempts(new.id)[0].left == 1
        assert (claimed.attempts, claimed.step, claimed.thread) == (1, 0, None)
        assert claimed.contact is not None
        assert claimed.contact.email == "anna@kunde.example"

    def test_an_accepted_message_keeps_its_reference_and_is_not_claimed_again(
        self, ledger: Ledger, run: Run
    ) -> None:
        new = record(ledger, "anna")
        work = ledger.deliveries(new.id, run)
        (claimed,) = claim(work, "email")

        turn = work.turn(
            [settled(claimed, _S.ACCEPTED, "accepted", accepted=(Accepted("SG1"),))], {"email": 5}, NOON
        )

        assert turn.claims["email"] == []
        assert "email" not in turn.due
        (line,) = ledger.history.lines(new)
        assert (line.state, line.ref, line.attempts) == (_S.ACCEPTED, "SG1", 1)

    def test_a_turn_says_whether_there_is_more_though_it_got_all_it_wanted(
        self, ledger: Ledger, run: Run
    ) -> None:
        work = ledger.deliveries(record(ledger, "anna", "ben").id, run)

        first, second = (work.turn([], {"email": 1}, NOON) for _ in range(2))

        assert [len(turn.claims["email"]) for turn in (first, second)] == [1, 1]
        assert first.due["email"] <= NOON.timestamp()
        assert second.due == {}

    def test_what_never_left_is_owed_as_if_nobody_had_claimed_it(self, ledger: Ledger, run: Run) -> None:
        new = record(ledger, "anna", "ben")
        work = ledger.deliveries(new.id, run)
        anna, ben = claim(work, "email")

        work.turn([settled(ben, _S.ACCEPTED, "accepted")], {}, NOON)
        work.withdraw([anna, ben])

        assert states(ledger, new) == {"anna": _S.PLANNED, "ben": _S.ACCEPTED}
        assert ledger.history.attempts(new.id)[0].attempts == 1
        (again,) = claim(work, "email")
        assert (again.receiver, again.attempts) == ("anna", 1)

    def test_what_is_to_be_tried_again_waits_and_says_until_when(self, ledger: Ledger, run: Run) -> None:
        new = record(ledger, "anna")
        work = ledger.deliveries(new.id, run)
        (claimed,) = claim(work, "email")
        until = after(7).timestamp()

        turn = work.turn([settled(claimed, _S.PLANNED, "not_sent", not_before=until)], {"email": 5}, NOON)

        assert turn.claims["email"] == []
        assert turn.due == {"email": until}
        (again,) = claim(work, "email", seconds=7)
        assert again.attempts == 2

    def test_the_next_channel_begins_with_no_attempts(self, ledger: Ledger, run: Run) -> None:
        new = record(ledger, "anna")
        work = ledger.deliveries(new.id, run)
        (claimed,) = claim(work, "email")

        work.turn([settled(claimed, _S.PLANNED, "rejected", step=1, reason="no")], {}, NOON)

        assert claim(work, "email") == []
        (following,) = claim(work, "mail-backup")
        assert (following.step, following.attempts) == (1, 1)
        (failover,) = ledger.history.failovers(new.id)
        assert (failover.origin, failover.destination, failover.count) == ("email", "mail-backup", 1)

    def test_an_unknown_message_is_looked_up_when_it_is_time_by_one_at_a_time(
        self, ledger: Ledger, other: Ledger, run: Run
    ) -> None:
        new = record(ledger, "anna")
        work = ledger.deliveries(new.id, run)
        (claimed,) = claim(work, "email")
        work.turn([settled(claimed, _S.UNKNOWN, "unknown", not_before=after(5).timestamp())], {}, NOON)

        assert work.lookups("email", 9, after(4), after(9)) == ([], after(5).timestamp())
        (asked,), following = work.lookups("email", 9, after(5), after(10))
        assert (asked.attempt, asked.lookups, following) == (claimed.attempt, 0, None)
        assert other.deliveries(new.id, run).lookups("email", 9, after(6), after(11))[0] == []
        (again,), _ = work.lookups("email", 9, after(10), after(15))
        assert again.lookups == 1

    def test_look_ups_beyond_the_limit_are_due_at_once(self, ledger: Ledger, run: Run) -> None:
        new = record(ledger, "anna", "bert", "carl")
        work = ledger.deliveries(new.id, run)
        work.turn(
            [settled(one, _S.UNKNOWN, "unknown", not_before=1.0) for one in claim(work, "email")], {}, NOON
        )

        asked, following = work.lookups("email", 2, NOON, after(5))

        assert (len(asked), following) == (2, 1.0)

    def test_what_was_given_up_is_asked_about_again_in_the_next_run_only(
        self, ledger: Ledger, run: Run
    ) -> None:
        new = record(ledger, "anna")
        work = ledger.deliveries(new.id, run)
        (claimed,) = claim(work, "email")
        work.turn([settled(claimed, _S.UNKNOWN, "unknown", not_before=math.inf)], {}, NOON)

        assert work.lookups("email", 9, after(10**6), after(10**6)) == ([], None)
        work.unhold(after(10))
        assert len(work.lookups("email", 9, after(10), after(15))[0]) == 1

    def test_only_the_latest_attempt_decides(self, ledger: Ledger, run: Run) -> None:
        """Two processes asked about the same attempt; one of them has sent again since."""
        new = record(ledger, "anna")
        work = ledger.deliveries(new.id, run)
        (claimed,) = claim(work, "email")
        stale = settled(claimed, _S.PLANNED, "not_sent")
        work.turn([stale], {}, NOON)
        (again,) = claim(work, "email")

        work.turn([stale], {}, NOON)

        assert states(ledger, new) == {"anna": _S.SENDING}
        work.turn([settled(again, _S.ACCEPTED, "accepted")], {}, NOON)
        work.turn([settled(again, _S.UNKNOWN, "unknown")], {}, NOON)
        assert states(ledger, new) == {"anna": _S.ACCEPTED}
        assert ledger.history.attempts(new.id)[0].accepted == 1

    def test_everybody_who_waits_moves_on_and_the_last_are_held(self, ledger: Ledger, run: Run) -> None:
        new = record(ledger, "anna", "bert", route=("email", "sms"))
        work = ledger.deliveries(new.id, run)

        assert work.reroute("email", "out", NOON) == 2
        assert [(w.channel, w.state, w.count) for w in work.waiting()] == [("sms", _S.PLANNED, 2)]
        assert work.reroute("sms", "out", NOON) == 0
        assert work.hold("sms", "out", NOON) == 2
        assert states(ledger, new) == {"anna": _S.HELD, "bert": _S.HELD}
        assert work.waiting() == []

    def test_only_those_with_no_way_left_are_held(self, ledger: Ledger, run: Run) -> None:
        new = record(ledger, "anna", route=("email", "sms"))

        assert ledger.deliveries(new.id, run).hold("email", "out", NOON) == 0

    def test_what_was_held_starts_over(self, ledger: Ledger, run: Run) -> None:
        new = record(ledger, "anna")
        work = ledger.deliveries(new.id, run)
        refuse(work, "email", "mail-backup", "sms")

        assert work.unhold(after(1)) == 1
        (claimed,) = claim(work, "email", seconds=1)
        assert (claimed.step, claimed.attempts) == (0, 1)

    def test_it_starts_over_behind_a_channel_that_may_have_taken_it(self, ledger: Ledger, run: Run) -> None:
        new = record(ledger, "anna")
        work = ledger.deliveries(new.id, run)
        refuse(work, "email", "mail-backup", "sms", outcomes=("rejected", "unknown", "rejected"))

        work.unhold(after(1))

        assert [w.channel for w in work.waiting()] == ["sms"]

    def test_a_newer_notice_takes_the_place_of_what_has_not_left(self, ledger: Ledger, run: Run) -> None:
        first = record(ledger, "anna", "bert", "carl", "dora", route=("sms",))
        work = ledger.deliveries(first.id, run)
        (sending,) = claim(work, "sms", 1)

        record(ledger, "anna", "bert", "carl")

        assert states(ledger, first) == {
            "anna": _S.SENDING,
            "bert": _S.CANCELLED,
            "carl": _S.CANCELLED,
            "dora": _S.PLANNED,
        }
        work.turn([settled(sending, _S.PLANNED, "not_sent")], {"sms": 1}, NOON)
        assert states(ledger, first)["anna"] == _S.CANCELLED

    @pytest.mark.parametrize("state", [_S.PLANNED, _S.HELD])
    def test_what_came_back_after_a_newer_notice_is_never_sent(
        self, ledger: Ledger, run: Run, state: DeliveryState
    ) -> None:
        first = record(ledger, "anna", route=("sms",))
        work = ledger.deliveries(first.id, run)
        (sending,) = claim(work, "sms")
        record(ledger, "anna")

        work.turn([settled(sending, state, "not_sent")], {}, NOON)
        work.unhold(after(1))

        assert claim(work, "sms", seconds=1) == []
        assert states(ledger, first) == {"anna": _S.CANCELLED}

    @pytest.mark.parametrize("phase", [Phase.RESOLVED, Phase.RETRACTED])
    def test_when_it_is_over_nobody_else_is_told_of_it(self, ledger: Ledger, run: Run, phase: Phase) -> None:
        first = record(ledger, "anna", "bert")
        record(ledger, phase=phase)

        assert set(states(ledger, first).values()) == {_S.CANCELLED}
        assert claim(ledger.deliveries(first.id, run), "email") == []

    def test_a_thread_is_kept_for_each_channel_and_receiver(self, ledger: Ledger, run: Run) -> None:
        known: dict[str, Thread] = {}
        for root in ("root", "root", "moved"):  # a closed ticket is followed by another one
            new = record(ledger, "anna", "bert", route=("email",))
            work = ledger.deliveries(new.id, run)
            for claimed in claim(work, "email"):
                assert claimed.thread == known.get(claimed.receiver)
                thread = Thread(f"{root}-{claimed.receiver}", f"{claimed.receiver}-{new.sequence}")
                known[claimed.receiver] = thread
                took = (Accepted(claimed.receiver, thread),)
                work.turn([settled(claimed, _S.ACCEPTED, "accepted", accepted=took)], {}, NOON)

        other_channel = record(ledger, "anna", route=("sms",))
        (claimed,) = claim(ledger.deliveries(other_channel.id, run), "sms")
        assert claimed.thread is None

    def test_what_a_dead_run_left_is_unknown_and_another_ones_is_not(
        self, ledger: Ledger, other: Ledger, run: Run
    ) -> None:
        new = record(ledger, "anna", "bert", route=("sms",))
        dead = other.begin_run()
        claim(other.deliveries(new.id, dead), "sms", 1)
        work = ledger.deliveries(new.id, run)
        claim(work, "sms", 1)
        dead.end()

        assert sorted(work.owners()) == sorted([dead.id, run.id])
        assert work.orphan(dead.id, "it died", NOON, after(5)) == 1

        assert sorted(states(ledger, new).values()) == [_S.SENDING, _S.UNKNOWN]
        assert work.lookups("sms", 9, after(4), after(9)) == ([], after(5).timestamp())
        assert len(work.lookups("sms", 9, after(5), after(9))[0]) == 1

    def test_everybody_who_may_have_been_told_is_remembered(self, ledger: Ledger, run: Run) -> None:
        new = record(ledger, "anna", "bert", "carl", "dora", route=("email", "sms"))
        work = ledger.deliveries(new.id, run)
        anna, bert, carl, _ = claim(work, "email")
        work.turn(
            [
                settled(anna, _S.ACCEPTED, "accepted"),
                settled(bert, _S.PLANNED, "unknown", step=1),
                settled(carl, _S.PLANNED, "rejected", step=1),
            ],
            {},
            NOON,
        )

        told = ledger.history.told(ledger.incidents.all()[0])

        assert {(one.receiver, one.reached) for one in told} == {
            ("anna", True),
            ("bert", False),
            ("dora", False),
        }

    def test_a_result_is_stored_with_the_notice(self, ledger: Ledger, other: Ledger) -> None:
        new = ledger.incidents.record(notice(incident(), 1, owed("anna"), key="k"), NOON)
        assert new.result is None
        ledger.incidents.finish(new, "{}", after(3))

        found = other.incidents.notice_with_key("k")

        assert found is not None
        assert (found.result, found.finished_at) == ("{}", after(3))

    def test_a_channel_that_failed_is_remembered_until_it_works(
        self, ledger: Ledger, other: Ledger, run: Run
    ) -> None:
        new = record(ledger, "anna")
        work = ledger.deliveries(new.id, run)
        work.breaker_opened("sms", "401", NOON)

        assert [(b.channel, b.reason) for b in other.history.breakers()] == [("sms", "401")]
        work.breaker_closed("sms")
        assert other.history.breakers() == []


def states(ledger: Ledger, of: Notice) -> dict[str, DeliveryState]:
    """Where each delivery of a notice stands."""
    return {line.contact: line.state for line in ledger.history.lines(of)}


def refuse(work: Deliveries, *channels: str, outcomes: tuple[str, ...] = ()) -> None:
    """Let one delivery be refused on every channel of its route; it is held on the last."""
    for step, channel in enumerate(channels):
        (claimed,) = claim(work, channel)
        outcome = outcomes[step] if outcomes else "rejected"
        last = step + 1 == len(channels)
        state, following = (_S.HELD, step) if last else (_S.PLANNED, step + 1)
        work.turn([settled(claimed, state, outcome, step=following)], {}, NOON)
