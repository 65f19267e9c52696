"""What a reader must find in a text, by situation and kind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from broadcast.model.channel import ChannelKind
from broadcast.model.situation import Situation
from broadcast.rendering import phrase, speech
from broadcast.rendering.catalogue import PUBLIC
from broadcast.rendering.proof.case import Case, Problem

_NAMELESS = frozenset({Situation.DRILL, Situation.DRILL_OVER})  # nothing is down
#: The greeting of the hotline says who speaks.
_SIGNED = frozenset({ChannelKind.SMS, ChannelKind.EMAIL, ChannelKind.SOCIAL, ChannelKind.VOICE})
#: The page itself shows reference, contact points and next update; listeners cannot note a reference.
_REFERRED = frozenset({ChannelKind.SMS, ChannelKind.EMAIL, ChannelKind.SOCIAL, ChannelKind.CHAT})
_LINKED = _REFERRED
_SHORT = frozenset({ChannelKind.SMS, ChannelKind.VOICE})
_INTERNAL_WORDS = {"de": "INTERN", "en": "INTERNAL"}


def left_unsaid(texts: tuple[str, ...], case: Case) -> Iterator[Problem]:
    """Yield what a reader needs and the text does not say."""
    text = " ".join(texts).casefold()
    for name, fact in _required(case):
        spellings = [_spelled(each, case) for each in (fact if isinstance(fact, tuple) else (fact,))]
        if not any(spelled.casefold() in text for spelled in spellings):
            yield f"does not say {name} ({spellings[0]})", f"add it to the text for {case.situation}"


def _spelled(fact: str, case: Case) -> str:
    return speech.spoken(fact, case.words, case.facts.link or "").rstrip(".") if case.spoken else fact


def _clocks(moment: datetime) -> tuple[str, ...]:
    """Return the times that a text may write for a moment: midnight is a minute before or after it."""
    return tuple(phrase.clock_time(shown) for shown in phrase.shown_as(moment))


def _required(case: Case) -> Iterator[tuple[str, str | tuple[str, ...]]]:
    """Yield each needed fact: its name, and its value in that language."""
    facts, situation = case.facts, case.situation
    if case.kind in _SIGNED:
        yield "who says so", facts.organisation
    if case.kind in _REFERRED:
        whole = case.kind is ChannelKind.EMAIL  # its foot says: incident INC-7, message 2
        yield "the reference", facts.ref if whole else facts.mark
    if not case.outside and case.kind is ChannelKind.EMAIL and case.language:
        yield "that it is internal", _INTERNAL_WORDS[case.language]
    if _asks_for_a_decision(case):
        return
    if situation not in _NAMELESS:
        yield "what it is about", facts.services[0].name_in(case.locale)
    yield from _help(case)
    if facts.link and case.kind in _LINKED and case.audience == PUBLIC:
        yield "where to read on", facts.link
    yield from _moments(case)


def _moments(case: Case) -> Iterator[tuple[str, str | tuple[str, ...]]]:
    facts, situation = case.facts, case.situation
    awaited = situation.down or situation.works
    if facts.next_update and awaited and case.kind is not ChannelKind.PAGE:
        yield "when there will be news", _clocks(facts.next_update)
    if situation is Situation.SCHEDULED and facts.begins:
        yield "when it is", phrase.day(facts.begins, case.words)
    if situation is Situation.RESOLVED and facts.ended and (facts.started or not case.spoken):
        yield "when it ended", _clocks(facts.ended)
    if situation is Situation.RETRACTION and facts.corrects:
        yield "which message was wrong", _clocks(facts.corrects)


def _asks_for_a_decision(case: Case) -> bool:
    """Return whether it is the short text that has only the decision that is needed."""
    decision = dict(case.facts.variables).get("internal_decision")
    return bool(decision) and case.audience == "executives" and case.kind in _SHORT


def _help(case: Case) -> Iterator[tuple[str, str]]:
    """Yield a contact point that works, for readers who need one; else the sentence that there is none.

    Addresses are not spoken.
    """
    facts = case.facts
    if facts.drill or not case.situation.down or not _is_asked_for_help(case):
        return
    if facts.hotline:
        yield "how to get help now", facts.hotline
    elif facts.alternatives and not case.spoken:
        yield "how to get help now", facts.alternatives[0].value
    elif facts.cut_off:
        yield "that no way to reach us works", case.words("cut_off")


def _is_asked_for_help(case: Case) -> bool:
    """Return whether the text must name a contact point: of calls, only those to customers.

    The page shows them, and callers of the hotline have reached us.
    """
    if case.kind in {ChannelKind.PAGE, ChannelKind.HOTLINE}:
        return False
    if case.audience == "agents":
        return case.kind not in _SHORT
    return case.audience == PUBLIC or (case.audience == "field" and not case.spoken)
