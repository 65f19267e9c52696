"""What callers are told about the incidents of the ledger: which ones, in which order, in which words. Pure.

Texts are written anew for the moment of the call: "since 13:40" becomes "since Sunday, 13:40" after
midnight, and a promise that has passed is not said again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from broadcast.errors import BroadcastError
from broadcast.hotline.snapshot import IncidentKind, SpokenIncident
from broadcast.localisation.language import language_for, language_of
from broadcast.model.channel import ChannelKind
from broadcast.model.incident import Phase, Severity
from broadcast.model.moments import elapsed
from broadcast.model.notice import Facts, NoticeKind
from broadcast.rendering import phrase, speech
from broadcast.rendering.catalogue import PUBLIC
from broadcast.rendering.render import Renderer
from broadcast.rendering.words import words_for

#: How long after its end an incident is still told.
ENDED_FOR = timedelta(hours=24)
#: How long before its beginning announced work is told.
ANNOUNCED_FOR = timedelta(days=7)

_SEVERITIES = list(Severity)
_OVER = frozenset({IncidentKind.ENDED, IncidentKind.RETRACTED})
#: What is over comes after what is down or worked on, and before what is announced.
_RANK_OF_OVER = 2
_END = re.compile(r"(?<=[.?!])\s+(?=[^\sa-zäöüß])")
_ORDINAL = re.compile(r"(?<!\d)\d{1,2}\.$")


def public_facts(notices: Sequence[Facts]) -> Facts | None:
    """Return the facts of the latest notice that customers read; `notices` of one incident, oldest first.

    Notices for colleagues only, and requests to confirm, are not told to callers.
    """
    read = (
        facts
        for facts in reversed(notices)
        if facts.kind is not NoticeKind.ESCALATION and (not facts.audiences or PUBLIC in facts.audiences)
    )
    return next(read, None)


def spoken_incidents(
    latest: Iterable[Facts], renderer: Renderer, locales: Sequence[str], now: datetime
) -> tuple[SpokenIncident, ...]:
    """Return what callers are told, the most important first.

    In this order: outages, maintenance that goes on, what ended or was withdrawn within 24 hours, announced
    work; in each of these the worst first, then the newest. An exercise comes last, and is not told beside a
    real outage.

    Args:
        latest: the facts of one notice for each incident, as `public_facts` chooses it.
        renderer: the renderer of the organisation.
        locales: the languages that are spoken.
        now: in UTC.
    """
    current = [facts for facts in latest if _is_current(facts, now)]
    outages = [facts for facts in current if _is_outage(facts) and not facts.drill]
    shown = [facts for facts in current if not (facts.drill and outages)]
    spoken = (_spoken(as_of_now(facts, now, current), facts, renderer, locales) for facts in shown)
    return tuple(sorted(spoken, key=_importance))


def incident_kind(phase: Phase) -> IncidentKind:
    """Return which opening an incident in this phase gets."""
    if phase is Phase.RETRACTED:
        return IncidentKind.RETRACTED
    if phase.closed:
        return IncidentKind.ENDED
    return IncidentKind.MAINTENANCE if phase.maintenance else IncidentKind.OUTAGE


def _is_current(facts: Facts, now: datetime) -> bool:
    if facts.phase.closed:
        return elapsed(facts.as_of, now) <= ENDED_FOR
    if facts.phase is not Phase.SCHEDULED or facts.begins is None:
        return True
    ends = facts.window_ends or facts.begins
    return elapsed(now, facts.begins) <= ANNOUNCED_FOR and elapsed(ends, now) <= timedelta()


def _is_outage(facts: Facts) -> bool:
    return incident_kind(facts.phase) is IncidentKind.OUTAGE


def as_of_now(facts: Facts, now: datetime, current: Sequence[Facts] = ()) -> Facts:
    """Return the facts as a text of this moment states them; `current` are those of all incidents."""
    others = [one for one in current if one.ref != facts.ref and _is_outage(one)]
    promised = facts.next_update
    return replace(
        facts,
        as_of=now.astimezone(facts.as_of.tzinfo),
        next_update=promised if promised and elapsed(now, promised) > timedelta() else None,
        others_open=any(one.drill == facts.drill for one in others),
        outage_open=facts.outage_open and bool(others),
        confirm_by=None,
    )


def _spoken(restated: Facts, facts: Facts, renderer: Renderer, locales: Sequence[str]) -> SpokenIncident:
    status = dict(_texts(restated, renderer, locales))
    promised = None if facts.phase.closed else facts.next_update
    return SpokenIncident(
        ref=facts.ref,
        kind=incident_kind(facts.phase),
        severity=facts.severity,
        drill=facts.drill,
        running=facts.phase is not Phase.SCHEDULED,
        as_of=facts.as_of.astimezone(UTC),
        promised=promised.astimezone(UTC) if promised else None,
        status=status,
        sentences=_sentences(restated, status),
        link=facts.link or "",
    )


def _texts(facts: Facts, renderer: Renderer, locales: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the status in each language; readers of a language without templates get the default one.

    A template that fails must not silence the hotline: then the title is said.
    """
    for locale in locales:
        try:
            message = renderer.render(facts, PUBLIC, locale, ChannelKind.HOTLINE).message
        except BroadcastError:
            yield locale, _title(facts, locale)
            continue
        same = language_of(message.locale) == language_of(locale)
        yield locale if same else message.locale, message.text


def _title(facts: Facts, locale: str) -> str:
    """Return the title, marked if it is an exercise."""
    words = words_for(locale)
    title = phrase.sentence(speech.spoken(facts.worded("title", locale) or facts.title, words))
    drill = words("drill").capitalize()
    return f"{drill}. {title} {drill}." if facts.drill else title


def _sentences(facts: Facts, status: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return every sentence of the status, and of the message that may have had no room in it, by an id.

    An id names sentences with the same place in their language: compare them within one language only.
    """
    found: dict[str, dict[str, str]] = {}
    for locale, text in status.items():
        message = speech.spoken(facts.worded("message", locale) or "", words_for(locale))
        every = dict.fromkeys((*sentences(text, locale), *sentences(message, locale)))
        for number, sentence in enumerate(every, 1):
            found.setdefault(f"{facts.ref}#{number}", {})[locale] = sentence
    return found


def sentences(text: str, locale: str) -> list[str]:
    """Return the sentences of a text in spoken form; `16. November` is no end of a sentence."""
    months = language_for(locale).months
    found, start = [], 0
    for match in _END.finditer(text):
        before, after = text[: match.start()], text[match.end() :]
        if not (_ORDINAL.search(before) and after.startswith(months)):
            found.append(text[start : match.start()])
            start = match.end()
    return [one for one in (*found, text[start:].strip()) if one]


def _importance(incident: SpokenIncident) -> tuple[bool, int, int, float]:
    newest = -incident.as_of.timestamp()
    if incident.kind in _OVER:
        return incident.drill, _RANK_OF_OVER, 0, newest
    ranks = {IncidentKind.OUTAGE: 0, IncidentKind.MAINTENANCE: 1 if incident.running else _RANK_OF_OVER + 1}
    return incident.drill, ranks[incident.kind], _SEVERITIES.index(incident.severity), newest
