"""A call that follows the documents of the state machine, without any provider."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

from broadcast.hotline.call_state import CallState, call_state_of
from broadcast.hotline.caller import Caller
from broadcast.hotline.decide import decide
from broadcast.hotline.decision import Decision
from broadcast.hotline.effects import Effect, RingAgent
from broadcast.hotline.event import CallEvent
from broadcast.hotline.snapshot import Agent, IncidentKind, Snapshot, SpokenIncident
from broadcast.localisation.phrase_book import Phrases
from broadcast.model.call_document import Ask, Dial, GoOn, HangUp, Record, Say, Verb
from broadcast.model.incident import Severity
from broadcast.model.phone_call import CallRequest
from broadcast.rendering.catalogue import Catalogue, default_folders
from broadcast.rendering.hotline_prompts import hotline_prompts

_Kind = TypeVar("_Kind")
LOCALES = ("de", "en")
MOBILE, LANDLINE, PREMIUM = "+4915112345678", "+493023125001", "+499001123456"
HOTLINE = "+4930231250"
NOW = datetime(2025, 11, 16, 13, 5, tzinfo=UTC)
ANNA = Agent(id="a-1", name="Anna", number="+4915111111111")
BEN = Agent(id="a-2", name="Ben", number="+4915122222222")
CALLER = Caller(number=MOBILE, line="mobile")


@cache
def prompts(locale: str) -> Phrases:
    return hotline_prompts(Catalogue(default_folders(None)), locale)


OUTAGE = SpokenIncident(
    ref="INC-7",
    kind=IncidentKind.OUTAGE,
    severity=Severity.SEV2,
    drill=False,
    as_of=NOW,
    status={"de": "Gestört seit 13 Uhr 40: Chat.", "en": "Down since 1:40 pm: chat."},
    sentences={"INC-7/1": {"de": "Bestellen geht.", "en": "Orders work."}},
)


def snapshot(**changes: Any) -> Snapshot:
    known = Snapshot(
        taken_at=NOW.astimezone(ZoneInfo("Europe/Berlin")),
        organisation="Muster Handel",
        locales=LOCALES,
        prompts={locale: prompts(locale) for locale in LOCALES},
        incidents=(OUTAGE,),
        agents=(ANNA, BEN),
    )
    return replace(known, **changes)


@dataclass
class TelephoneCall:
    """One caller, who hears the documents one after the other; every decision is kept."""

    snapshot: Snapshot = field(default_factory=snapshot)
    caller: Caller = CALLER
    event: dict[str, Any] = field(default_factory=dict)
    path: str | None = "/voice/answer/0"
    decisions: list[Decision] = field(default_factory=list)

    def begin(self) -> TelephoneCall:
        self.request()
        return self

    def request(self, **changes: object) -> Decision:
        """Answer the last document: `digits="1"`, `speech="..."`, or nothing for silence."""
        assert self.path is not None, "the call is over"
        decision = decide(self.state, self.event_of(**changes), self.snapshot)
        self.decisions.append(decision)
        self.path = next_path(decision.document)
        return decision

    def press(self, key: str) -> Decision:
        asked = next((verb for verb in self.last.document if isinstance(verb, Ask)), None)
        self.path = asked.next if asked else self.path
        return self.request(digits=key)

    def say(self, words: str) -> Decision:
        asked = next(verb for verb in self.last.document if isinstance(verb, Ask))
        self.path = asked.next
        return self.request(speech=words)

    def stay_silent(self) -> Decision:
        return self.request()

    @property
    def state(self) -> CallState:
        return state_of(self.path or "/voice/answer/0")

    @property
    def last(self) -> Decision:
        return self.decisions[-1]

    @property
    def effects(self) -> list[Effect]:
        return [effect for decision in self.decisions for effect in decision.effects]

    @property
    def words(self) -> str:
        return words(self.last.document)

    def event_of(self, **changes: Any) -> CallEvent:
        request = CallRequest(call="CA1", caller=self.caller.number, called=HOTLINE)
        rung = tuple(effect.agent for effect in self.effects if isinstance(effect, RingAgent))
        event = CallEvent(request=replace(request, **changes), caller=self.caller, at=NOW, rung=rung)
        return replace(event, **self.event)


def begun(caller: Caller = CALLER, **known: Any) -> TelephoneCall:
    """A call whose greeting was heard; `known` is what the snapshot has otherwise."""
    return TelephoneCall(snapshot(**known), caller).begin()


def handed_over(**known: Any) -> TelephoneCall:
    """A call that asked for a person."""
    call = begun(**known)
    call.press("0")
    return call


def of_kind(call: TelephoneCall, kind: type[_Kind]) -> list[_Kind]:
    return [effect for effect in call.effects if isinstance(effect, kind)]


def state_of(path: str) -> CallState:
    parts = urlsplit(path)
    _, _, step, number = parts.path.split("/")
    return call_state_of(step, number, dict(parse_qsl(parts.query)), LOCALES)


def next_path(document: tuple[Verb, ...]) -> str | None:
    """Return where a caller who does nothing gets to; None if the call ends."""
    for verb in document:
        if isinstance(verb, GoOn | Dial | Record) or (isinstance(verb, Ask) and verb.silence):
            return verb.next
        if isinstance(verb, HangUp):
            return None
    return None


def sayings(document: tuple[Verb, ...]) -> Iterator[Say]:
    for verb in document:
        spoken = verb.prompts if isinstance(verb, Ask) else (verb,)
        yield from (one for one in spoken if isinstance(one, Say))


def words(document: tuple[Verb, ...]) -> str:
    return " ".join(say.text for say in sayings(document))
