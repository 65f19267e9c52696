"""Play one call: a scripted caller follows the documents that `decide` returns, as a telephone would.

Nothing sleeps: a call goes on with a clock of its own, and yields the time of its next request, so that many
calls can go on beside each other in the order of their times.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, urlsplit

from broadcast.hotline.call_state import CallState, call_state_of
from broadcast.hotline.caller import Caller
from broadcast.hotline.decide import decide
from broadcast.hotline.decision import Decision
from broadcast.hotline.effects import BeginHandOver, Effect, RingAgent, SendLink
from broadcast.hotline.event import Acceptance, CallEvent
from broadcast.hotline.simulation.agent_phones import AgentPhones
from broadcast.hotline.simulation.call_transcript import CALLER, EVENT, HOTLINE, CallTranscript, DialogueLine
from broadcast.hotline.simulation.caller_script import (
    ActionsLeft,
    CallScript,
    KeepSilent,
    LeaveCall,
    PressKeys,
    SpeakWords,
)
from broadcast.hotline.simulation.rung_agent import RungAgent
from broadcast.hotline.snapshot import Snapshot
from broadcast.hotline.status import spoken_incidents
from broadcast.model.call_document import Ask, CallDocument, Dial, GoOn, HangUp, Record, Say, Silence
from broadcast.model.caller_context import CallerContext
from broadcast.model.phone_call import CallRequest
from broadcast.model.phone_line import phone_line

#: No call has more requests; a call that has is a loop.
MOST_STEPS = 60
#: Characters that a voice says in a second.
SPOKEN_A_SECOND = 14.0
_BEGIN = "/voice/answer/0"
#: Seconds of silence that end a recording.
_SILENCE_ENDS = 5.0
_SHORTEST_MESSAGE = 2.0

#: What the next request brings: its path and what the caller did. None at the end of the call.
Following: TypeAlias = tuple[str, dict[str, Any]] | None


def spoken_seconds(text: str) -> float:
    """Return how long it takes to say a text."""
    return len(text) / SPOKEN_A_SECOND


@dataclass(slots=True, kw_only=True)
class SimulatedCall:
    """One call; `play` runs it, and `transcript` says how it went.

    Attributes:
        id: The id of the call.
        script: What the caller does.
        called: Our number.
        snapshot: Returns what the hotline knows at a time.
        phones: The phones of the agents, which all calls share.
        begun: When it begins, in UTC.
    """

    id: str
    script: CallScript
    called: str
    snapshot: Callable[[datetime], Snapshot]
    phones: AgentPhones
    begun: datetime
    transcript: CallTranscript = field(init=False)
    _at: datetime = field(init=False)
    _left: ActionsLeft = field(init=False)
    _caller: Caller = field(init=False)
    _rung: list[str] = field(init=False, default_factory=list)
    _asked_at: datetime | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.transcript, self._at = CallTranscript(begun=self.begun), self.begun
        self._left = ActionsLeft(self.script.actions)
        number, language = self.script.caller, self.script.language
        self._caller = Caller(
            number=number,
            line=phone_line(number) if number else "",
            context=CallerContext(locale=language) if language else None,
            calls=self.script.calls,
        )

    def play(self) -> Iterator[datetime]:
        """Go through the call, and yield the time of each request before it is answered."""
        following: Following = (_BEGIN, {})
        while following and self.transcript.steps < MOST_STEPS:
            yield self._at
            path, given = following
            decision = self._decided(path, given)
            self.transcript.steps += 1
            following = yield from self._follow(decision.document)
            if following is None and self.transcript.hung_up:
                self._decided(decision.state.path, {"ended": True})
        self.transcript.seconds = (self._at - self.begun).total_seconds()

    def _follow(self, document: CallDocument) -> Generator[datetime, None, Following]:
        """Do what the document says; return the request that follows, None if the call is over."""
        for verb in document:
            match verb:
                case Say() | Silence():
                    self._listen(verb)
                case Dial():
                    return (yield from self._dial(verb))
                case Ask():
                    answered = self._ask(verb)
                    if answered or self.transcript.hung_up:
                        return answered
                case _:
                    return self._last(verb)
        return None

    def _last(self, verb: GoOn | Record | HangUp) -> Following:
        if isinstance(verb, Record):
            return self._record(verb)
        return (verb.next, {}) if isinstance(verb, GoOn) else None

    def _ask(self, ask: Ask) -> Following:
        """Return the request with the caller's answer; None if the document goes on, or the caller left."""
        for prompt in ask.prompts:
            self._listen(prompt)
        given = self._given(ask)
        if given is None or self.transcript.hung_up:
            return None
        return ask.next, given

    def _given(self, ask: Ask) -> dict[str, Any] | None:
        """Return what the caller does at a prompt; None if they are silent, and silence is no answer."""
        silent: dict[str, Any] | None = {} if ask.silence else None
        left = float(ask.seconds)
        while left > 0:
            match self._left.take():
                case PressKeys(keys):
                    return self._pressed(keys, ask)
                case SpeakWords(words) if ask.speech:
                    self._note(CALLER, words)
                    self._pass(spoken_seconds(words))
                    return {"speech": words}
                case KeepSilent(seconds):
                    waited = min(seconds, left)
                    if seconds > waited:
                        self._left.put_back(KeepSilent(seconds - waited))
                    self._pass(waited)
                    left -= waited
                case LeaveCall():
                    self._hang_up()
                    return None
                case _:
                    self._pass(left)
                    left = 0.0
        self._note(EVENT, "silence")
        return silent

    def _pressed(self, keys: str, ask: Ask) -> dict[str, Any]:
        """Return the keys that this prompt takes; the others wait for the next one."""
        taken = keys[: ask.digits] if ask.digits else keys.partition("#")[0]
        rest = keys[len(taken) + (0 if ask.digits else 1) :]
        if rest:
            self._left.put_back(PressKeys(rest))
        self._note(CALLER, f"presses {keys[: len(keys) - len(rest)]}")
        return {"digits": taken}

    def _record(self, record: Record) -> Following:
        """Return the request after a recording, and report that it can be fetched."""
        self._note(EVENT, "tone")
        action = self._left.take()
        seconds = 0.0
        match action:
            case SpeakWords(words):
                self._note(CALLER, words)
                seconds = max(_SHORTEST_MESSAGE, min(spoken_seconds(words), float(record.seconds)))
            case LeaveCall():
                self._hang_up()
                return None
            case KeepSilent(waited) if waited > _SILENCE_ENDS:
                self._left.put_back(KeepSilent(waited - _SILENCE_ENDS))
        self._pass(seconds + _SILENCE_ENDS)
        if not seconds:
            return record.next, {}
        kept = {"recording": f"simulated:{self.id}", "recorded_seconds": round(seconds)}
        self._decided(record.recorded, kept)
        return record.next, kept

    def _dial(self, dial: Dial) -> Generator[datetime, None, Following]:
        """Ring one agent; return the request after the dialling, or None if the caller left."""
        rung = RungAgent(
            dial=dial,
            phones=self.phones,
            agent=self._rung[-1] if self._rung else "",
            at=self._at,
            hears=self._leg_decided,
            patience=self._left.patience(),
        )
        self._note(EVENT, f"rings {rung.agent or 'an agent'}")
        leg = yield from rung.ring()
        for line in leg.lines:
            moment = line.at + (rung.at - self.begun).total_seconds()
            self.transcript.lines.append(replace(line, at=moment))
        self._at = leg.at
        if leg.connected and not leg.accepted:
            self.transcript.swallowed = True
            self._note(EVENT, f"connected to the phone of {rung.agent}, with nobody there")
        if leg.left:
            self._hang_up()
            return None
        self._left.spend((leg.at - rung.at).total_seconds())
        if leg.connected and leg.accepted:
            self._talk(rung.agent)
            if self.transcript.hung_up:
                return None
        return dial.next, {"dialled": leg.result}

    def _talk(self, agent: str) -> None:
        """Let the two people talk until one of them hangs up."""
        self.transcript.human, self.transcript.human_after = agent, self._since_begin()
        self._note(EVENT, f"connected to {agent}")
        patience, talk = self._left.patience(), self.phones.talk.total_seconds()
        lasts = talk if patience is None else min(patience, talk)
        self._pass(lasts)
        self.phones.connect(agent, self._at)
        if patience is not None and patience <= talk:
            self._hang_up()
        else:
            self._left.spend(lasts)

    def _decided(self, path: str, given: dict[str, Any]) -> Decision:
        """Return what the hotline answers to a request on the caller's leg."""
        request = CallRequest(call=self.id, caller=self.script.caller, called=self.called, **given)
        accepted = Acceptance.MINE if self.transcript.human else Acceptance.OPEN
        return self._answered(path, request, self._at, accepted, "")

    def _leg_decided(
        self, path: str, given: dict[str, Any], at: datetime, acceptance: Acceptance
    ) -> Decision:
        """Return what the hotline answers to a request on the leg of the agent who is rung."""
        request = CallRequest(call=f"{self.id}-leg", parent=self.id, called=self.called, **given)
        return self._answered(path, request, at, acceptance, self._rung[-1] if self._rung else "")

    def _answered(
        self, path: str, request: CallRequest, at: datetime, acceptance: Acceptance, agent: str
    ) -> Decision:
        snapshot = self.phones.known(self.snapshot(at), at)
        event = CallEvent(
            request=request,
            caller=self._caller,
            at=at,
            waited=int((at - self._asked_at).total_seconds()) if self._asked_at else 0,
            acceptance=acceptance,
            agent=agent,
            rung=tuple(self._rung),
            links_to_typed=self._caller.links,
        )
        decision = decide(_state(path, snapshot), event, snapshot)
        for effect in decision.effects:
            self._keep(effect, at)
        return decision

    def _keep(self, effect: Effect, at: datetime) -> None:
        """Keep what a step did, as the ledger does."""
        self.transcript.effects.append(effect)
        if isinstance(effect, RingAgent):
            self._rung.append(effect.agent)
        elif isinstance(effect, BeginHandOver) and self._asked_at is None:
            self._asked_at = at
            self.transcript.asked_after = self._since_begin()
        elif isinstance(effect, SendLink):
            self._caller = replace(self._caller, links=self._caller.links + 1)

    def _listen(self, said: Say | Silence) -> None:
        if isinstance(said, Silence):
            self._pass(said.seconds)
            return
        if self.transcript.fact_after is None and self._is_fact(said.text):
            self.transcript.fact_after = self._since_begin()
        self._note(HOTLINE, said.text)
        self._pass(spoken_seconds(said.text))

    def _is_fact(self, text: str) -> bool:
        """Return whether a text is about the incidents."""
        snapshot = self.snapshot(self._at)
        known = (text in one.status.values() for one in spoken_incidents(snapshot))
        return any(known) or any(text == words("status.nothing") for words in snapshot.prompts.values())

    def _hang_up(self) -> None:
        self.transcript.hung_up = True
        self._note(CALLER, "hangs up")

    def _note(self, who: str, text: str) -> None:
        self.transcript.lines.append(DialogueLine(at=self._since_begin(), who=who, text=text))

    def _pass(self, seconds: float) -> None:
        self._at += timedelta(seconds=seconds)

    def _since_begin(self) -> float:
        return (self._at - self.begun).total_seconds()


def _state(path: str, snapshot: Snapshot) -> CallState:
    parts = urlsplit(path)
    _, _, step, number = parts.path.split("/")
    return call_state_of(step, number, dict(parse_qsl(parts.query)), snapshot.locales)
