"""Random escalations: policies, rosters, answers, failures, and processes that die or work side by side."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random

from broadcast.dispatch.stop import Stop
from broadcast.errors import BroadcastError
from broadcast.inbound.by_hand import Sought, confirm_by_hand
from broadcast.inbound.inbox import Inbox
from broadcast.model.delivery import DeliveryState
from broadcast.model.escalation import Escalation
from broadcast.model.inbound import KeyPress
from broadcast.publishing.request import Verb
from tests.cadence.ladder import Company, number

_SECOND = timedelta(seconds=1)
_ROSTERS = ("agents", "chiefs")
_MOST_EVENTS = 40
_WORDS = ("ja", "ok", "nein", "weiter", "wer ist da?")


@dataclass
class Play:
    """One run; `broken` lists the rules that did not hold."""

    company: Company
    random: Random
    broken: list[str] = field(default_factory=list)
    ended: tuple[int, str] | None = None  # how many messages had left when it ended, and why

    def begin(self) -> bool:
        """Write a policy and rosters, and start; False if no one can be reached."""
        steps = ", ".join(self._step() for _ in range(self.random.randint(1, 3)))
        repeat = self.random.randint(1, 3)
        self.company.configure(f"[escalation.duty]\nrepeat = {repeat}\nsteps = [{steps}]\n")
        people = list(range(1, 7))
        self.company.write(
            **{name: self.random.sample(people, self.random.randint(0, 3)) for name in _ROSTERS}
        )
        self.company.notify()
        for one in people:
            for channel in ("sms", "call"):
                if self.random.random() < 0.15:
                    self.random.choice((self.company.phone.refuses, self.company.phone.fails)).add(
                        (channel, number(one))
                    )
        try:
            self.company.start()
        except BroadcastError:
            return False
        return True

    def play(self) -> None:
        for _ in range(_MOST_EVENTS):
            self.check()
            self.random.choice((self.tick, self.tick, self.tick, self.answer, self.trouble))()
        self.check()

    def tick(self) -> None:
        """Let time pass until something is due, or for a moment; one or two processes look at the clock."""
        with self.company.ledger() as ledger:
            due = self.company.job(ledger).due()
        soon = self.company.clock.at + self.random.choice((1, 30, 90)) * _SECOND
        self.company.clock.at = (
            max(self.company.clock.at, due or soon) if self.random.random() < 0.7 else soon
        )
        asyncio.run(self._tick_twice() if self.random.random() < 0.3 else self._tick())

    def answer(self) -> None:
        """Somebody answers by SMS or with a key, or somebody else enters it."""
        self.random.choice((self._reply, self._press, self._by_hand))()

    def trouble(self) -> None:
        """A process is killed, before, between or after its messages; rarely, the incident ends."""
        if self.random.random() < 0.1:
            if self._running():
                self.company.notify(Verb.RESOLVE)
            return
        if self.random.random() < 0.5:
            seed = self.random.random()
            dying = Random(seed)
            self.company.killed_tick(lambda: dying.random() < 0.3)
            return
        found = self.company.escalation()
        with self.company.ledger() as ledger:
            self.company.job(ledger).climb(found.notice)

    def check(self) -> None:
        found = self.company.escalation()
        self.broken += self._rules(found)
        if self.ended is None and found.ended_at is not None:
            self.ended = (len(self.company.phone.sent), str(found.outcome))
        elif self.ended is not None and len(self.company.phone.sent) > self.ended[0]:
            self.broken.append(f"asked after the end: {self.ended}")
        if found.confirmed and found.ended_at is None:
            self.broken.append("confirmed by enough people, and still running")
        if found.ended_at is not None and any(
            page.state in {DeliveryState.PLANNED, DeliveryState.HELD} for page in found.pages
        ):
            self.broken.append("ended, and a message may still leave")

    def _rules(self, found: Escalation) -> Iterator[str]:
        rounds = Counter(
            (found.policy.positions[page.place].round, page.channel, page.person.phone)
            for page in found.pages
        )
        for place, count in rounds.items():
            if count > 1:
                yield f"asked {count} times on one channel in one round: {place}"
        keys = Counter(one.key for one in self.company.phone.sent)
        if set(keys.values()) - {1}:
            yield "one message left twice"

    def _step(self) -> str:
        to = self.random.sample(_ROSTERS, self.random.randint(1, 2))
        channels = self.random.sample(("sms", "call"), self.random.randint(1, 2))
        names = ", ".join(f'"audience:{name}"' for name in to)
        spelled = ", ".join(f'"{name}"' for name in channels)
        wait, needs = self.random.randint(1, 5), self.random.randint(1, 2)
        return f'{{ to = [{names}], channels = [{spelled}], wait = "{wait}m", needs = {needs} }}'

    def _running(self) -> bool:
        return self.company.escalation().ended_at is None

    def _reply(self) -> None:
        self.company.reply(self.random.randint(1, 6), self.random.choice(_WORDS))

    def _press(self) -> None:
        if not self.company.phone.sent:
            return
        place = self.random.randrange(len(self.company.phone.sent))
        sent = self.company.phone.sent[place]
        with self.company.ledger() as ledger:
            press = KeyPress(
                ref=f"{sent.channel}-{place + 1}", key=sent.key, pressed=self.random.choice("1594")
            )
            Inbox(ledger).key(sent.channel, press, self.company.clock.at)

    def _by_hand(self) -> None:
        sought = Sought(incident="INC-1", by=f"p{self.random.randint(1, 6)}", notice=None, region="DE")
        with self.company.ledger() as ledger:
            try:
                confirm_by_hand(ledger, sought, self.company.clock.at, "ada", "")
            except BroadcastError:
                return  # that person was not asked

    async def _tick(self) -> None:
        with self.company.ledger() as ledger:
            await self.company.job(ledger).run(self.company.clock.at, Stop())

    async def _tick_twice(self) -> None:
        with self.company.ledger() as one, self.company.ledger() as other:
            now = self.company.clock.at
            await asyncio.gather(
                self.company.job(one).run(now, Stop()), self.company.job(other).run(now, Stop())
            )


def run(folder: Path, seed: int | str) -> list[str]:
    """Play one escalation; return the rules that were broken."""
    play = Play(Company(folder), Random(seed))
    if play.begin():
        play.play()
    return sorted(set(play.broken))
