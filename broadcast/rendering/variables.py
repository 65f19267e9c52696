"""The names a template may use, made from the facts.

    organisation ref mark sequence severity phase text_phase drill   always there
    title services what        `what` is the services, or the title if no service is named
    as_of reported             always there: now, and when the first notice was written, for |time |day |zone
    started since detected     None if not known; `started` of announced work is its announced beginning
    ended next_update window_starts window_ends corrects   further times, or None
    former_starts former_ends  the window that was announced before, if this notice changes it, or None
    window_change              of maintenance: moved, longer, shorter, overdue (past its end), or None
    begun                      whether it has really begun, as far as this is known
    outage_open                of maintenance: whether another open incident may have its services down
    duration                   how long it has lasted, or lasted, for |duration; None without `started`
    lasted                     the same if it is five minutes or more, else None
    minutes                    the same as a number; without `started`, since the first notice
    confirm_by                 until when readers are asked to confirm, or None
    message scope impact action cause data_loss   the commander's words, or None
    link hotline               or None
    alternatives               further contact points, each with .kind .label .value and .hours
    cut_off                    the sentence that says so if no contact point works
    open                       whether more news will follow
    room                       .pleasantry .second .cause: whether there is room for such a sentence
    contact                    .name and every further column of the contacts file, filled in per person;
                               .confirm_url, the person's own link to confirm a notice that asks;
                               .not_confirmed, who has not confirmed another notice (see `unconfirmed`)
    NAME                       every `-v NAME=...`; `internal_...` exist in internal texts only

`-v scope=...` sets this fact if it is not given; likewise impact, action, cause and data_loss.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from broadcast.errors import TemplateError
from broadcast.localisation.phrase_book import Phrases
from broadcast.model.message import SLOT_CLOSE, SLOT_OPEN
from broadcast.model.notice import Facts
from broadcast.model.situation import Situation, situation_of
from broadcast.rendering import phrase
from broadcast.rendering.catalogue import PUBLIC
from broadcast.rendering.clean import clean, one_line
from broadcast.rendering.sentences import Sentences, Table, state_of, state_word

if TYPE_CHECKING:
    from broadcast.rendering.fit import Room

INTERNAL = "internal_"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_LINK = re.compile(r"https?://[^\s<>\"'\\]+", re.IGNORECASE)
_PROSE = ("message", "scope", "impact", "action", "cause", "data_loss")
_OPTIONAL = ("correction", "instruction", "works")
_WORDED = frozenset({"title", *_PROSE, *_OPTIONAL})
_MOST_NAMES = 3
_PASSING_ON = "agents"
_WORTH_TELLING = timedelta(minutes=5)
_YES = frozenset({"yes", "ja", "true", "1"})


class Slots:
    """The variable `contact`: `contact.<column>` writes a slot that is filled for each person."""

    def __getitem__(self, name: str) -> str:
        if not _NAME.fullmatch(name):
            raise KeyError(name)
        return f"{SLOT_OPEN}{name}{SLOT_CLOSE}"


@dataclass(frozen=True, slots=True)
class TemplateContactPoint:
    """A further contact point; `label` is its name or kind, and `hours` when, in the reader's language."""

    kind: str
    label: str
    value: str
    hours: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who reads a text, in which language, and what they may know.

    `outside` readers are customers and drivers; `internal` texts are for colleagues only. `sentences` has the
    state words and sentences of the language.
    """

    locale: str
    audience: str
    words: Phrases
    sentences: Table
    internal: bool
    outside: bool


def variables(facts: Facts, reader: Reader, room: Room, *, short: bool = False) -> dict[str, object]:
    """Return the variables of a template: cleaned, in the reader's language, and within the room.

    A `short` text names at most three services.
    """
    words, facts = reader.words, _reached_by(facts, reader)
    situation = situation_of(facts, outside=reader.outside)
    title = phrase.shortened_name(one_line(facts.worded("title", reader.locale) or ""), room.title)
    services = _services(facts, reader, room.services, short=short)
    prose = _prose(facts, reader)
    return {
        **_plain(facts),
        "situation": situation.value,
        "state": state_word(reader.sentences, facts, situation),
        "state_name": state_of(facts, situation),
        "down": situation.down,
        "works_again": situation.works,
        "outside": reader.outside,
        "scenario": facts.drill and not reader.outside and situation is not Situation.DRILL_OVER,
        "say": Sentences(reader.sentences, facts, situation, room),
        "organisation": phrase.shortened_name(one_line(facts.organisation), room.organisation),
        **_times(facts),
        **prose,
        **_optional(facts, reader, room),
        **_message(prose["message"], room),
        "title": title,
        "services": services,
        "what": services or title,
        "link": checked_link(facts.link),
        "hotline": _optional_line(facts.hotline),
        "alternatives": _contact_points(facts, words, reader.locale),
        "cut_off": facts.cut_off and words("cut_off"),
        "framed": False,
        "to_customers": not facts.drill and (not facts.audiences or PUBLIC in facts.audiences),
        "open": situation.down or situation.works or situation is Situation.CORRECTION,
        "room": room,
        "contact": Slots(),
        **_own(facts, reader),
    }


def _reached_by(facts: Facts, reader: Reader) -> Facts:
    """Return the facts with the readers' own phone number, if it works, in place of the organisation's.

    Agents tell customers how to reach us, so they get the organisation's number.
    """
    own = dict(facts.hotlines).get(reader.audience)
    if not own or reader.audience == _PASSING_ON:
        return facts
    others = tuple(
        contact_point for contact_point in facts.alternatives if contact_point.value != facts.hotline
    )
    return replace(facts, hotline=own, alternatives=others, cut_off=False, phone_down=False)


def _services(facts: Facts, reader: Reader, limit: int | None, *, short: bool) -> str:
    """Return the names of the services; without room for all, fewer names come before cut ones."""
    names = [one_line(service.name_in(reader.locale)) for service in facts.services]
    fewer = [phrase.enumerated(names, reader.words, most) for most in range(_MOST_NAMES, 1, -1)]
    wordings = fewer if short else [phrase.listed(names, reader.words), *fewer]
    fitting = (wording for wording in wordings if limit is None or len(wording) <= limit)
    return next(fitting, None) or phrase.fewest(names, reader.words, limit)


def _prose(facts: Facts, reader: Reader) -> dict[str, str | None]:
    given = dict(facts.variables)
    return {name: clean(facts.worded(name, reader.locale) or given.get(name, "")) or None for name in _PROSE}


def _optional(facts: Facts, reader: Reader, room: Room) -> dict[str, object]:
    """Return facts that may be missing: false in a condition, an error if they are shown."""
    from broadcast.rendering.missing import Missing

    values: dict[str, object] = {name: clean(facts.worded(name, reader.locale) or "") for name in _OPTIONAL}
    values["works"] = room.works and values["works"]
    values["report"] = facts.report
    values["deadline"] = _deadline(facts) if reader.internal else None
    return {name: value or Missing(name=name) for name, value in values.items()}


def _deadline(facts: Facts) -> datetime | None:
    """Return when a breach of personal data must be reported: 72 hours later (GDPR, article 33)."""
    affected = dict(facts.variables).get("internal_personal_data", "").strip().lower() in _YES
    return facts.authority_deadline if affected and not facts.drill else None


def checked_link(link: str | None) -> str | None:
    """Return the link; raises `TemplateError` if it is no web address that is safe for readers."""
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
        "severity_level": facts.severity.value.removeprefix("sev"),
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
        "lasted": facts.lasted if facts.lasted and facts.lasted >= _WORTH_TELLING else None,
        "minutes": facts.minutes,
        "confirm_by": facts.confirm_by,
    }


def _message(message: str | None, room: Room) -> dict[str, object]:
    """Return the message; without room for all of it, cut at the end of a sentence."""
    # A post works without the message: it says "More:" and the link. A refusal would stop the whole notice.
    kept = phrase.whole_sentences(message, room.message) if message and room.message != 0 else None
    return {"message": kept, "message_cut": kept != message}


def _optional_line(text: str | None) -> str | None:
    return one_line(text or "") or None


def _contact_points(facts: Facts, words: Phrases, locale: str) -> list[TemplateContactPoint]:
    labels = words.table("contact_labels")
    hotline = one_line(facts.hotline or "")
    found = (
        (
            one_line(contact_point.kind),
            one_line(contact_point.value),
            one_line(contact_point.hours_in(locale)),
            one_line(contact_point.label_in(locale)),
        )
        for contact_point in facts.alternatives
    )
    further = [
        contact_point
        for contact_point in dict.fromkeys(found)
        if contact_point[1] and contact_point[1] != hotline
    ]
    return [
        TemplateContactPoint(kind, label or labels.get(kind, kind), value, hours)
        for kind, value, hours, label in further
    ]


def _own(facts: Facts, reader: Reader) -> dict[str, str]:
    """Return the commander's own variables, in the reader's language or as first given."""
    given = [name for name, _ in facts.variables] + [name for (name, _), _ in facts.wording]
    names = [name for name in dict.fromkeys(given) if name not in _WORDED]
    for name in names:
        if not _NAME.fullmatch(name) or name in RESERVED:
            raise TemplateError(
                f"-v {name}: you cannot use this name",
                hint="use letters, digits and _ only; names of facts (ref, title, ...) are taken",
            )
    permitted = (name for name in names if reader.internal or not name.startswith(INTERNAL))
    own = {name: clean(facts.worded(name, reader.locale) or "") for name in permitted}
    return {name: value for name, value in own.items() if value}


#: Names that `-v` cannot use.
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
        "lasted",
        "minutes",
        "confirm_by",
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
        "situation",
        "state",
        "state_name",
        "down",
        "works_again",
        "outside",
        "scenario",
        "say",
        "correction",
        "report",
        "deadline",
        "message_cut",
        "to_customers",
        "severity_level",
        "framed",
        "frame",
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
