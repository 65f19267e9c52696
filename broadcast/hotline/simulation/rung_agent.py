"""The leg of an agent who is rung: nobody answers, a machine does, or a person who presses 1 or does not."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from broadcast.hotline.decision import Decision
from broadcast.hotline.effects import AcceptCall
from broadcast.hotline.event import Acceptance
from broadcast.hotline.simulation.agent_phones import AgentPhones, PhoneBehaviour
from broadcast.hotline.simulation.call_transcript import EVENT, HOTLINE, DialogueLine
from broadcast.model.call_document import Ask, Dial, Say
from broadcast.model.phone_call import DialResult

#: Seconds until a person, or a machine, answers; until a person who does not want to refuses.
_ANSWERS_AFTER = 6.0
_REFUSES_AFTER = 4.0
_AT_ONCE = 1.0
_SPOKEN_A_SECOND = 14.0
_KEY = "1"
#: A leg that asks more often than this never ends.
_MOST_REQUESTS = 8

_RESULTS = {
    PhoneBehaviour.NO_ANSWER: DialResult.NO_ANSWER,
    PhoneBehaviour.BUSY: DialResult.BUSY,
    PhoneBehaviour.OFF: DialResult.FAILED,
}
#: Answers a request on the leg: path, what was pressed, when, and whether the caller is still there.
LegAnswer = Callable[[str, "dict[str, Any]", datetime, Acceptance], Decision]


@dataclass(slots=True, kw_only=True)
class RungLeg:
    """What came of ringing: `at` is when it was over, or the two people were connected.

    `lines` have the seconds since the ringing began.
    """

    at: datetime
    result: DialResult = DialResult.COMPLETED
    connected: bool = False
    accepted: bool = False
    left: bool = False
    lines: list[DialogueLine] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class RungAgent:
    """One ringing; `patience` are the seconds until the caller hangs up, None if they do not."""

    dial: Dial
    phones: AgentPhones
    agent: str
    at: datetime
    hears: LegAnswer
    patience: float | None

    def ring(self) -> Generator[datetime, None, RungLeg]:
        """Ring, and yield the time of each request of the leg; return the `RungLeg`."""
        behaviour = self.phones.behaviour(self.agent, self.at)
        rings = self._rings(behaviour)
        result = _RESULTS.get(behaviour, DialResult.COMPLETED)
        leg = RungLeg(at=self.at + timedelta(seconds=rings), result=result)
        if behaviour is not PhoneBehaviour.BUSY:
            self.phones.occupy(self.agent, leg.at)
        if self.patience is not None and self.patience <= rings:
            leg.at, leg.left = self.at + timedelta(seconds=self.patience), True
            self.phones.occupy(self.agent, leg.at)
            return leg
        self._note(leg, EVENT, _SHOWN[behaviour])
        if behaviour in _RESULTS:
            yield leg.at
            return leg
        yield from self._answered(leg, behaviour)
        return leg

    def _rings(self, behaviour: PhoneBehaviour) -> float:
        if behaviour is PhoneBehaviour.NO_ANSWER:
            return float(self.dial.seconds)
        if behaviour in {PhoneBehaviour.BUSY, PhoneBehaviour.OFF}:
            return _AT_ONCE
        return _REFUSES_AFTER if behaviour is PhoneBehaviour.DECLINE else _ANSWERS_AFTER

    def _answered(self, leg: RungLeg, behaviour: PhoneBehaviour) -> Generator[datetime, None, None]:
        """Let whoever answered hear the documents of the leg until it ends or the two are connected."""
        if not self.dial.whisper:
            leg.connected = True
            return
        path, given = self.dial.whisper, dict[str, Any]()
        for _ in range(_MOST_REQUESTS):
            yield leg.at
            gone = self._gone(leg)
            decision = self.hears(path, given, leg.at, Acceptance.LEFT if gone else Acceptance.OPEN)
            leg.accepted |= any(isinstance(one, AcceptCall) for one in decision.effects)
            if not decision.document:
                leg.connected = True
                return
            following = self._hear(leg, decision, behaviour)
            self.phones.occupy(self.agent, leg.at)
            if following is None:
                leg.left = gone
                return
            path, given = following

    def _gone(self, leg: RungLeg) -> bool:
        """Return whether the caller has hung up meanwhile."""
        return self.patience is not None and leg.at >= self.at + timedelta(seconds=self.patience)

    def _hear(
        self, leg: RungLeg, decision: Decision, behaviour: PhoneBehaviour
    ) -> tuple[str, dict[str, Any]] | None:
        """Return the next request of the leg; None if it ends."""
        for verb in decision.document:
            if isinstance(verb, Say):
                self._say(leg, verb.text)
            elif isinstance(verb, Ask) and behaviour is not PhoneBehaviour.DECLINE:
                if self._presses(leg, verb, behaviour):
                    return verb.next, {"digits": _KEY}
            else:
                return None
        return None

    def _presses(self, leg: RungLeg, ask: Ask, behaviour: PhoneBehaviour) -> bool:
        """Let whoever answered hear the question; return whether they press the key."""
        for prompt in ask.prompts:
            if isinstance(prompt, Say):
                self._say(leg, prompt.text)
        if behaviour is PhoneBehaviour.ACCEPT:
            self._note(leg, self.agent, f"presses {_KEY}")
            return True
        leg.at += timedelta(seconds=ask.seconds)
        return False

    def _say(self, leg: RungLeg, text: str) -> None:
        self._note(leg, HOTLINE, text)
        leg.at += timedelta(seconds=len(text) / _SPOKEN_A_SECOND)

    def _note(self, leg: RungLeg, who: str, text: str) -> None:
        seconds = (leg.at - self.at).total_seconds()
        leg.lines.append(DialogueLine(at=seconds, who=who, text=text, to=self.agent))


_SHOWN = {
    PhoneBehaviour.ACCEPT: "answers",
    PhoneBehaviour.DECLINE: "answers, and hangs up",
    PhoneBehaviour.NO_ANSWER: "does not answer",
    PhoneBehaviour.MAILBOX: "a mailbox answers",
    PhoneBehaviour.BUSY: "is busy",
    PhoneBehaviour.OFF: "is switched off",
}
