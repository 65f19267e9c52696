"""Many simulated calls beside each other: they share the agents, who also make the call-backs that are owed.

The calls go on in the order of their times, on a clock of their own.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count

from broadcast.hotline.effects import RequestCallBack
from broadcast.hotline.expected_wait import MOST_WAITS, expected_wait
from broadcast.hotline.overload import QueueLoad, overload
from broadcast.hotline.simulation.agent_phones import AgentPhones, PhoneBehaviour, staffed
from broadcast.hotline.simulation.call_transcript import CallTranscript
from broadcast.hotline.simulation.caller_script import CallScript
from broadcast.hotline.simulation.simulated_call import SimulatedCall
from broadcast.hotline.snapshot import Snapshot
from broadcast.ledger.calls import LATELY

#: So many callers who wanted a person are remembered with their time.
_MOST_ASKED = 500


@dataclass(slots=True, kw_only=True)
class LoadedCall:
    """One caller: what they want (`kind`), the call, and how their call-back went.

    `requested` is when they were promised a call-back, `returned` when an agent called them; None if not.
    `asked` says whether it is counted that they want a person, `counted` whether their wait is.
    """

    kind: str
    call: SimulatedCall
    requested: datetime | None = None
    returned: datetime | None = None
    counted: bool = False
    asked: bool = False

    @property
    def transcript(self) -> CallTranscript:
        """How the call went."""
        return self.call.transcript

    @property
    def waits(self) -> bool:
        """Whether the caller wants a person and has none yet."""
        call = self.transcript
        return call.asked_after is not None and not (call.human or self.requested)


@dataclass(slots=True, kw_only=True)
class CallLoad:
    """The calls of one exercise.

    Attributes:
        read: Reads what the hotline knows at a time.
        called: Our number.
        longest_wait: From how many seconds of expected wait call-backs are offered.
        phones: The phones of the agents; only agents with a behaviour are there.
        calls: All calls that have begun, in the order of their beginning.
    """

    read: Callable[[datetime], Snapshot]
    called: str
    longest_wait: float
    phones: AgentPhones = field(default_factory=AgentPhones)
    calls: list[LoadedCall] = field(default_factory=list)
    _due: list[tuple[datetime, int, LoadedCall, Iterator[datetime]]] = field(default_factory=list)
    _order: Iterator[int] = field(default_factory=count)
    _live: dict[int, LoadedCall] = field(default_factory=dict)
    _owed: deque[LoadedCall] = field(default_factory=deque)
    _waits: deque[float] = field(default_factory=lambda: deque(maxlen=MOST_WAITS))
    _asked: deque[datetime] = field(default_factory=lambda: deque(maxlen=_MOST_ASKED))
    _overloaded: bool = False
    _base: Snapshot | None = None
    _now: Snapshot | None = None

    def add(self, kind: str, script: CallScript, begun: datetime) -> None:
        """Let a person call at that time."""
        number = next(self._order)
        call = SimulatedCall(
            id=f"CA{number:06}",
            script=script,
            called=self.called,
            snapshot=self._known,
            phones=self.phones,
            begun=begun,
        )
        heapq.heappush(self._due, (begun, number, LoadedCall(kind=kind, call=call), call.play()))

    def until(self, moment: datetime | None) -> None:
        """Go on until that time, or to the end of all calls and call-backs, with what is known now."""
        self._base = None
        while self._due and (moment is None or self._due[0][0] < moment):
            at, number, one, going = heapq.heappop(self._due)
            if number not in self._live:
                self._live[number] = one
                self.calls.append(one)
            self._return_calls(at)
            self._now = self._at(at)
            following = next(going, None)
            self._note(one, at)
            if following is None:
                del self._live[number]
            else:
                heapq.heappush(self._due, (following, number, one, going))
        if moment is None:
            self._return_calls(None)

    def _note(self, one: LoadedCall, at: datetime) -> None:
        """Keep when a caller wanted a person, how long they waited, and what is owed to them."""
        call = one.transcript
        if call.asked_after is not None and not one.asked:
            one.asked = True
            self._asked.append(at)
        if one.requested is None and call.of_kind(RequestCallBack):
            one.requested = at
            self._owed.append(one)
        if call.human_after is not None and call.asked_after is not None and not one.counted:
            one.counted = True
            self._waits.append(call.human_after - call.asked_after)

    def _return_calls(self, at: datetime | None) -> None:
        """Let agents call back who has waited longest, as soon as one of them is free before that time.

        Without a time, all call-backs are made, if there is anybody to make them.
        """
        there = [id for id, one in self.phones.behaviours.items() if one is PhoneBehaviour.ACCEPT]
        while self._owed and there:
            asked = self._owed[0].requested or self._owed[0].call.begun
            free = {id: max(asked, self.phones.in_use.get(id, asked)) for id in there}
            agent = min(there, key=free.__getitem__)
            if at is not None and free[agent] > at:
                return
            self._owed.popleft().returned = free[agent]
            self.phones.connect(agent, free[agent] + self.phones.talk)

    def _known(self, at: datetime) -> Snapshot:
        """Return what the call that goes on now knows."""
        if self._now is None:
            self._now = self._at(at)
        return self._now

    def _at(self, at: datetime) -> Snapshot:
        if self._base is None:
            self._base = staffed(self.read(at), self.phones.behaviours)
        known = self.phones.known(self._base, at)
        load = self._queue(known, at)
        loaded = overload(load, self.longest_wait, before=self._overloaded)
        self._overloaded = loaded.active
        waiting = expected_wait(tuple(self._waits), load.waiting + 1, load.agents)
        return replace(self._base, waiting=waiting, overloaded=loaded.active, overload=loaded.why)

    def _queue(self, known: Snapshot, at: datetime) -> QueueLoad:
        """Return the queue as the ledger would have it."""
        lately = sum(at - one <= LATELY for one in self._asked)
        return QueueLoad(
            waiting=sum(one.waits for one in self._live.values()),
            agents=len(known.agents),
            busy=sum(one.busy for one in known.agents),
            arrivals=lately / (LATELY.total_seconds() / 60),
            handling=[self.phones.talk.total_seconds()] * len(self._waits),
            in_hours=known.in_hours,
        )
