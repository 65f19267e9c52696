"""Whatever order receipts, answers, refusals and restarts come in, nobody who answered is told again.

A model notes each claim. It is compared with the lane: every channel once, in order, and all of them for a
person who never answers.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from broadcast.errors import LedgerError
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.receipts import ChannelReceipt
from broadcast.ledger.records import Claim, Notice
from broadcast.ledger.store import Run
from broadcast.ledger.unconfirmed import move_unconfirmed
from broadcast.model.clock import SystemClock
from broadcast.model.contact import AddressKind
from broadcast.model.delivery import DeliveryState
from broadcast.model.inbound import Receipt, ReceiptState
from broadcast.model.outcome import Accepted
from broadcast.model.question import CONFIRM, DECLINE, FORWARD, AnswerMeans, NoticeQuestion, PersonalAnswer
from broadcast.testing.ledger_samples import NOON, after, incident, notice, owed, settled

LANE = ("sms", "call", "email")
PEOPLE = ("anna", "ben")
WAIT = 300.0
_S = DeliveryState

#: Most steps let the work go on, so that most examples come to the end of the lane.
step = st.one_of(
    st.tuples(st.just("wait"), st.booleans()),
    st.tuples(st.just("claim")),
    st.tuples(st.just("outcome"), st.sampled_from(["accepted", "accepted", "rejected"])),
    st.tuples(st.just("receipt"), st.integers(0, 5), st.sampled_from(list(ReceiptState))),
    st.tuples(st.just("answer"), st.sampled_from(PEOPLE), st.sampled_from([CONFIRM, DECLINE, FORWARD])),
    st.tuples(st.just("die")),
)


@dataclass
class Told:
    """A ledger that two processes use, and what was claimed for whom."""

    ledgers: tuple[Ledger, Ledger]
    notice: Notice
    run: Run
    seconds: float = 0.0
    out: list[Claim] = field(default_factory=list)
    claimed: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    answered: set[str] = field(default_factory=set)
    news: Iterator[int] = field(default_factory=count)
    refs: list[tuple[str, str]] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return after(self.seconds)

    def do(self, kind: str, *values: object) -> None:
        getattr(self, f"_{kind}")(*values)

    def _wait(self, other: bool) -> None:
        self.seconds += WAIT + 1
        move_unconfirmed(self.ledgers[other].store, self.now)

    def _claim(self) -> None:
        turn = self._work().turn([], dict.fromkeys(LANE, 10), self.now)
        for claim in (one for name in LANE for one in turn.claims[name]):
            assert claim.receiver not in self.answered, "told after an answer"
            self.claimed[claim.receiver].append(claim.route[claim.step])
            self.out.append(claim)

    def _outcome(self, outcome: str) -> None:
        if self.out:
            self._settle(self.out.pop(0), outcome)

    def _settle(self, claim: Claim, outcome: str) -> None:
        last = claim.step + 1 == len(claim.route)
        if outcome == "accepted":
            self.refs.append((claim.route[claim.step], f"{claim.route[claim.step]}-{claim.receiver}"))
            done = settled(claim, _S.ACCEPTED, outcome, accepted=(Accepted(self.refs[-1][1]),))
        elif last:
            done = settled(claim, _S.FAILED, outcome)
        else:
            done = settled(claim, _S.PLANNED, outcome, step=claim.step + 1)
        self._work().turn([done], {}, self.now)

    def _receipt(self, number: int, state: ReceiptState) -> None:
        """A provider tells about the last message, or an earlier one."""
        if number < len(self.refs):
            name, ref = self.refs[-1 - number]
            news = Receipt(ref=ref, state=state, event=str(next(self.news)))
            self.ledgers[1].receipts.record([ChannelReceipt(name, AddressKind.PHONE, news)], self.now)

    def _answer(self, who: str, answer: str) -> None:
        other = self.ledgers[1].confirmations
        asked = [one for one in other.receivers(self.notice.id) if one.contact == who]
        given = PersonalAnswer(answer=answer, means=AnswerMeans.REPLY, at=self.now)
        other.record(asked, given)
        self.answered.add(who)

    def _die(self) -> None:
        """The process ends while its requests are out; the next one asks the provider about them."""
        self.run.end()
        former, self.run = self.run, self.ledgers[0].runs.begin()
        self._work().orphan(former.id, "the run ended", self.now, self.now)
        self.out.clear()
        for name in LANE:
            for claim in self._work().lookups(name, 10, self.now, self.now)[0]:
                self._settle(claim, "accepted")

    def _work(self):
        return self.ledgers[0].deliveries(self.notice.id, self.run, clock=SystemClock())

    def until_nothing_is_left(self) -> None:
        """Let every request be accepted, and time pass, until no channel is left."""
        self._die()
        for _ in range(2 * len(LANE)):
            self._claim()
            while self.out:
                self._settle(self.out.pop(), "accepted")
            self._wait(other=False)


@contextmanager
def telling() -> Iterator[Told]:
    with TemporaryDirectory() as folder:
        ledgers = (Ledger.open(Path(folder) / "l.db"), Ledger.open(Path(folder) / "l.db"))
        question = NoticeQuestion(asked_at=NOON, answer_by=after(3 * WAIT), wait=WAIT)
        new = replace(notice(incident(), 1, owed(*PEOPLE, route=LANE)), question=question)
        recorded = ledgers[0].incidents.record(new, NOON)
        told = Told(ledgers, recorded, ledgers[0].runs.begin())
        try:
            told.do("claim")
            told.do("outcome", "accepted")
            told.do("outcome", "accepted")
            yield told
        finally:
            told.run.end()
            for ledger in ledgers:
                ledger.close()


#: A decline while a request is out that is refused then, and before news that a message did not arrive.
DECLINED_MEANWHILE = [
    ("wait", False),
    ("claim",),
    ("answer", "anna", DECLINE),
    *[("outcome", "rejected")] * 2,
]
DECLINED_BEFORE = [
    ("answer", "anna", DECLINE),
    *[("receipt", number, ReceiptState.FAILED) for number in (0, 1)],
]
#: The receipt of an SMS that comes when the call was made.
LATE_RECEIPT = [
    *[("wait", False), ("claim",), ("outcome", "accepted"), ("outcome", "accepted")],
    *[("receipt", 3, ReceiptState.DELIVERED), ("wait", True), ("claim",)],
]


def test_an_answer_that_cannot_be_written_whole_changes_nothing(tmp_path):
    """As after a kill in the middle of it: the answer, what it replaces and what it cancels are one."""
    with telling() as told:
        told.do("answer", "anna", DECLINE)
        store = told.ledgers[1].store
        with closing(sqlite3.connect(store.name)) as other:
            other.execute(
                "CREATE TRIGGER full BEFORE UPDATE ON delivery BEGIN SELECT RAISE(ABORT, 'disk full'); END"
            )
        with pytest.raises(LedgerError):
            told.do("answer", "anna", CONFIRM)

        confirmations = told.ledgers[0].confirmations
        assert [one.answer for one in confirmations.of(told.notice.id)] == [DECLINE]
        assert confirmations.others(told.notice.id) == []


@example([*DECLINED_MEANWHILE, ("claim",)])
@example([*DECLINED_BEFORE, ("claim",)])
@example(LATE_RECEIPT)
@given(st.lists(step, min_size=4, max_size=16))
@settings(max_examples=150)
def test_each_channel_is_used_once_in_order_until_the_person_answers(steps):
    with telling() as told:
        for kind, *values in steps:
            told.do(kind, *values)
            for channels in told.claimed.values():
                assert channels == [name for name in LANE if name in channels]
        told.until_nothing_is_left()

        for who in PEOPLE:
            used = told.claimed[who]
            assert used == list(LANE[: len(used)])
            if who not in told.answered:
                assert used == list(LANE), f"{who} was not told on every channel"
