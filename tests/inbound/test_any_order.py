"""Any order of answers, by any means, in two processes: the strongest of each person counts, and ends it."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadcast.inbound.by_hand import Sought, confirm_by_hand
from broadcast.inbound.inbox import Inbox
from broadcast.inbound.links import answer_link, open_link
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.records import Notice
from broadcast.model.clock import SystemClock
from broadcast.model.confirm_token import confirm_token
from broadcast.model.contact import AddressKind, Contact
from broadcast.model.delivery import DeliveryState
from broadcast.model.inbound import InboundMessage, KeyPress
from broadcast.model.outcome import Accepted
from broadcast.model.question import CONFIRM, DECLINE, FORWARD, NoticeQuestion
from broadcast.testing.ledger_fixtures import states
from broadcast.testing.ledger_samples import NOON, after, claim, incident, notice, owed, settled

PEOPLE = ("anna", "ben", "cora", "dilek")
MEANS = ("key", "reply", "link", "command")
ANSWERS = (CONFIRM, FORWARD, DECLINE)
KEYS = {CONFIRM: "1", FORWARD: "5", DECLINE: "9"}
WORDS = {CONFIRM: "Ja", FORWARD: "weiter", DECLINE: "nein"}
QUESTION = NoticeQuestion(asked_at=NOON, answer_by=after(900), wait=60.0)


@dataclass(frozen=True)
class Step:
    """One answer, by one of two processes; `again` is how often it is repeated."""

    person: str
    means: str
    answer: str
    process: int
    again: int


def phone(person: str) -> str:
    return f"+4915112345{PEOPLE.index(person)}78"


class Play:
    """Two processes with one ledger, and a notice that asked everybody by a call that was not answered."""

    def __init__(self, folder: Path) -> None:
        self.ledgers = [Ledger.open(folder / "broadcast.db") for _ in range(2)]
        self.notice = self._ask(self.ledgers[0])
        self.numbers = {one.contact: number for number, one in enumerate(self._receivers(), start=1)}

    def _ask(self, ledger: Ledger) -> Notice:
        people = [
            replace(
                one, contact=Contact(id=one.receiver, name=one.receiver.title(), phone=phone(one.receiver))
            )
            for one in owed(*PEOPLE, route=("call", "sms"))
        ]
        recorded = ledger.incidents.record(replace(notice(incident(), 1, people), question=QUESTION), NOON)
        self.run = ledger.runs.begin()
        work = ledger.deliveries(recorded.id, self.run, clock=SystemClock())
        # The call was accepted and then not answered: the SMS is due.
        taken = [
            settled(
                one, DeliveryState.PLANNED, "accepted", step=1, accepted=(Accepted(f"CA-{one.receiver}"),)
            )
            for one in claim(work, "call")
        ]
        work.turn(taken, {}, NOON)
        return recorded

    def _receivers(self):
        return self.ledgers[0].confirmations.receivers(self.notice.id)

    def take(self, step: Step, number: int) -> str:
        """Let a person answer; return the answer that they gave."""
        ledger, at = self.ledgers[step.process], after(60 + number)
        inbox = Inbox(ledger, internal=frozenset({"customers"}))
        for _ in range(step.again + 1):
            match step.means:
                case "key":
                    press = KeyPress(ref=f"CA-{step.person}", key="", pressed=KEYS[step.answer])
                    inbox.key("call", press, at)
                case "reply":
                    text = WORDS[step.answer]
                    message = InboundMessage(ref=f"SM{number}", sender=phone(step.person), text=text)
                    inbox.message("sms", AddressKind.PHONE, message, at)
                case "link":
                    token = confirm_token(
                        ledger.secret(), self.numbers[step.person], self.notice.identity or ""
                    )
                    link = open_link(ledger, token, at, frozenset({"customers"}))
                    assert link is not None
                    assert link.asked.contact == step.person
                    answer_link(ledger, link, step.answer, at)
                case _:
                    sought = Sought(incident="INC-1", by=step.person, notice=None, region="DE")
                    confirm_by_hand(ledger, sought, at, "ada", "")
        return CONFIRM if step.means == "command" else step.answer

    def claimed(self) -> list[str]:
        """Return who would get an SMS now, and put it back."""
        work = self.ledgers[1].deliveries(self.notice.id, self.run, clock=SystemClock())
        claims = claim(work, "sms", seconds=600)
        back = [settled(one, DeliveryState.PLANNED, "not_sent") for one in claims]
        work.turn(back, {}, after(600))
        return [one.receiver for one in claims]

    def close(self) -> None:
        self.run.end()
        for ledger in self.ledgers:
            ledger.close()


steps = st.lists(
    st.builds(
        Step,
        person=st.sampled_from(PEOPLE),
        means=st.sampled_from(MEANS),
        answer=st.sampled_from(ANSWERS),
        process=st.integers(0, 1),
        again=st.integers(0, 2),
    ),
    max_size=10,
)


@pytest.fixture(scope="module", autouse=True)
def _secret():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BROADCAST_INSTALL_SECRET", "a secret of an installation")
        yield


RANKS = (DECLINE, FORWARD, CONFIRM)


@settings(max_examples=40)
@given(steps)
def test_people_change_their_mind_towards_confirming_and_get_nothing_after_any_answer(answers):
    """Whatever the order and the means: the strongest answer counts, and no answer is lost."""
    with tempfile.TemporaryDirectory() as folder:
        play = Play(Path(folder))
        said: dict[str, list[str]] = {}
        for number, step in enumerate(answers):
            said.setdefault(step.person, []).append(play.take(step, number))
            assert set(play.claimed()) == set(PEOPLE) - said.keys()

        found = play.ledgers[0].confirmations.of(play.notice.id)
        others = play.ledgers[0].confirmations.others(play.notice.id)
        shown = states(play.ledgers[0], play.notice)
        play.close()

    expected = {who: max(words, key=RANKS.index) for who, words in said.items()}
    assert {one.contact: one.answer for one in found} == expected
    assert {one.contact: one.later and one.later.answer for one in found} == {
        who: None if words[-1] == expected[who] else words[-1] for who, words in said.items()
    }
    kept = Counter([one.contact for one in found]) + Counter([one.contact for one in others])
    assert kept == {who: 1 + sum(a != b for a, b in pairwise(words)) for who, words in said.items()}
    confirmed = {who for who, answer in expected.items() if answer == CONFIRM}
    assert {who for who, state in shown.items() if state is DeliveryState.CONFIRMED} == confirmed
