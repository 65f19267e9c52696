"""The names a template may use, made from the facts.

    organisation ref mark sequence severity phase text_phase drill   always there
    title services what        `what` is the services, or the title where no service is named
    as_of reported             always there: now, and when the first notice was written, for |time |day |zone
    started since detected     None if nobody said; `started` of announced work is its announced beginning
    ended next_update window_starts window_ends corrects   further times, or None
    former_starts former_ends  the window that was announced before, where this notice changes it, or None
    window_change              of maintenance: moved, longer, shorter, overdue (past its end), or None
    begun                      whether it has really begun, as far as somebody said
    outage_open                of maintenance: whether another open incident may have its services down
    duration                   how long it has lasted, or lasted, for |duration; None without `started`
    minutes                    the same as a number; without `started`, since the first notice
    message scope impact action cause data_loss   the commander's words, or None
    link hotline               or None
    alternatives               further ways to reach us, each with .kind .label .value and .hours
    cut_off                    the sentence that says so, where no way to reach us works
    open                       whether more news is to come
    room                       .pleasantry .second .cause: whether there is room for such a sentence
    contact                    .name and every further column of the contacts file, filled in per person
    NAME                       every `-v NAME=...`; `internal_...` exist in internal texts only

`-v scope=...`, and likewise impact, action, cause and data_loss, set those facts where they are not given.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from broadcast.errors import TemplateError
from broadcast.model.message import SLOT_CLOSE, SLOT_OPEN
from broadcast.model.notice import Facts
from broadcast.rendering import phrase
from broadcast.rendering.clean import clean, one_line
from broadcast.rendering.words import Words

if TYPE_CHECKING:
    from broadcast.rendering.fit import Room

INTERNAL = "internal_"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_LINK = re.compile(r"https?://[^\s<>\"'\\]+", re.IGNORECASE)
_PROSE = ("message", "scope", "impact", "action", "cause", "data_loss")


class Slots:
    """`contact.<column>`: writes a slot that is filled for each person."""

    def __getitem__(self, name: str) -> str:
        if not _NAME.fullmatch(name):
            raise KeyError(name)
        return f"{SLOT_OPEN}{name}{SLOT_CLOSE}"


@dataclass(frozen=True, slots=True)
class Way:
    """A further way to reach us; `label` names its kind, and `hours` when, in the reader's language."""

    kind: str
    label: str
    value: str
    hours: str


def variables(facts: Facts, words: Words, room: Room, *, locale: str, internal: bool) -> dict[str, object]:
    """Everything a template may name, cleaned, in the reader's language, as long as there is room for."""
    given = dict(facts.variables)
    prose = {name: clean(facts.worded(name, locale) or given.get(name, "")) or None for name in _PROSE}
    services = phrase.listed([one_line(service.name_in(locale)) for service in facts.services], words)
    title = phrase.shortened_name(one_line(facts.worded("title", locale) or ""), room.title)
    named = phrase.shortened_name(services, room.services)
    return {
        **_plain(facts),
        "organisation": phrase.shortened_name(one_line(facts.organisation), room.organisation),
        **_times(facts),
        **prose,
        "message": _message(prose["message"], room),
        "title": title,
        "services": named,
        "what": named or title,
        "link": checked_link(facts.link),
        "hotline": _optional_line(facts.hotline),
        "alternatives": _ways(facts, words, locale),
        "cut_off": facts.cut_off and words.cut_off,
        "open": facts.text_phase.value in _OPEN,
        "room": room,
        "contact": Slots(),
        **_own(facts, internal=internal),
    }


_OPEN = frozenset({"investigating", "identified", "update", "monitoring"})


def checked_link(link: str | None) -> str | None:
    """The link, when it is one a reader can safely be sent to."""
    if link is None or not link.strip():
        return None
    if _LINK.fullmatch(link.strip()) and one_line(link) == link.strip():
        return link.strip()
    raise TemplateError(
        f"the link {one_line(link)!r} is no web address", hint="give it as https://..., without spaces"
    )


def _plain(facts: Facts) -> dict[str, object]:
    return {
        "ref": one_line(facts.ref),
        "mark": one_line(facts.mark),
        "sequence": facts.sequence,
        "severity": facts.severity.value,
        "kind": facts.kind.value,
        "phase": facts.phase.value,
        "text_phase": facts.text_phase.value,
        "drill": facts.drill,
    }


def _times(facts: Facts) -> dict[str, object]:
    return {
        "as_of": facts.as_of,
        "reported": facts.reported or facts.as_of,
        "started": facts.begins,
        "since": facts.begins,
        "detected": facts.detected,
        "ended": facts.ended,
        "next_update": facts.next_update,
        "window_starts": facts.window_starts,
        "window_ends": facts.window_ends,
        "former_starts": facts.former_starts,
        "former_ends": facts.former_ends,
        "window_change": facts.window_change,
        "begun": facts.started is not None,
        "outage_open": facts.outage_open,
        "corrects": facts.corrects,
        "duration": facts.lasted,
        "minutes": facts.minutes,
    }


def _message(message: str | None, room: Room) -> str | None:
    if message is None or room.message == 0:
        return None
    return phrase.shortened(message, room.message) or None


def _optional_line(text: str | None) -> str | None:
    return one_line(text or "") or None


def _ways(facts: Facts, words: Words, locale: str) -> list[Way]:
    labels = dict(words.ways)
    hotline = one_line(facts.hotline or "")
    found = (
        (one_line(way.kind), one_line(way.value), one_line(way.hours_in(locale)))
        for way in facts.alternatives
    )
    further = [way for way in dict.fromkeys(found) if way[1] and way[1] != hotline]
    return [Way(kind, labels.get(kind, kind), value, hours) for kind, value, hours in further]


def _own(facts: Facts, *, internal: bool) -> dict[str, str]:
    own = {name: clean(value) for name, value in facts.variables if name not in _PROSE}
    for name in own:
        if not _NAME.fullmatch(name) or name in RESERVED:
            raise TemplateError(
                f"-v {name}: that is no name for a variable of your own",
                hint="use letters, digits and _, and no name of a fact",
            )
    return {name: value for name, value in own.items() if internal or not name.startswith(INTERNAL)}


#: Names that `-v` cannot take.
RESERVED = frozenset(
    {
        "organisation",
        "ref",
        "mark",
        "sequence",
        "severity",
        "kind",
        "phase",
        "text_phase",
        "drill",
        "as_of",
        "reported",
        "started",
        "since",
        "detected",
        "ended",
        "next_update",
        "window_starts",
        "window_ends",
        "former_starts",
        "former_ends",
        "window_change",
        "begun",
        "outage_open",
        "corrects",
        "duration",
        "minutes",
        "title",
        "services",
        "what",
        "link",
        "hotline",
        "alternatives",
        "cut_off",
        "open",
        "room",
        "contact",
        "body",
        "subject",
        "loop",
        "self",
        "super",
        "caller",
        "varargs",
        "kwargs",
        "true",
        "false",
        "none",
        "True",
        "False",
        "None",
    }
)
