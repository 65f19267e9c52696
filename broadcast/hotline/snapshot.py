"""What the hotline knows at one moment. It is read from memory, so that no answer waits for the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from broadcast.localisation.phrase_book import Phrases
from broadcast.model.incident import Severity


class Mode(StrEnum):
    """What is done with callers who want a person."""

    AUTO = "auto"  # ring agents; call-backs when it is overloaded
    CALL_BACK = "callback"  # offer a call-back instead of ringing
    VOICEMAIL = "voicemail"  # record a message


class IncidentKind(StrEnum):
    """Which opening an incident gets."""

    OUTAGE = "outage"
    MAINTENANCE = "maintenance"
    ENDED = "ended"  # within the last 24 hours
    RETRACTED = "retracted"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenIncident:
    """What callers are told about one incident.

    Attributes:
        ref: `INC-7`.
        kind: Which opening it gets.
        severity: How bad it is.
        drill: Whether it is an exercise.
        running: Whether it has begun; announced work has not.
        as_of: When its latest notice was published, in UTC.
        promised: When the next one is promised, in UTC; None if it is not.
        status: The status in each language, in spoken form, at most 20 seconds.
        sentences: The sentences of it that may be an answer by themselves, by their id, in each language.
        link: The page that an SMS leads to; "" if there is none.
    """

    ref: str
    kind: IncidentKind
    severity: Severity
    drill: bool
    running: bool = True
    as_of: datetime
    promised: datetime | None = None
    status: Mapping[str, str]
    sentences: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """A person on duty who takes calls. `id` is the person's in the rota; `languages` may be empty (all).

    `busy` agents are talking to a caller; they are not rung. Who has `missed` the last call, minutes ago, is
    rung after the others.
    """

    id: str
    name: str = field(repr=False)
    number: str = field(repr=False)
    languages: tuple[str, ...] = ()
    busy: bool = False
    missed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedWait:
    """The expected wait as a range, in minutes; it is made from at least five recent waits."""

    least: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Everything that a decision needs beside the call itself.

    Attributes:
        taken_at: When it was read from the ledger, in the organisation's timezone.
        stale: Whether it could not be read again for a while, so that the time of the facts is said.
        organisation: The name that is said in the greeting, in spoken form.
        locales: The languages that are spoken; the first is the default.
        lines: The language of each of our numbers, where it is set.
        prompts: The words of the hotline in each language: `hotline_prompts` reads them.
        incidents: The worst and newest first; two at most are told.
        agents: Who is on duty, the first to be rung first.
        mode: What is done with callers who want a person.
        overloaded: Whether more callers wait than agents can serve in time.
        overload: Why, or why not.
        in_hours: Whether somebody's shift is now, present or not.
        waiting: The expected wait; None if it is not known.
        ai: Whether questions may be answered by a model.
        faq: Further sentences that may be an answer, by their id, in each language.
        sms: Whether a channel for SMS works.
        backups: The numbers of the backup lines that stand in, in E.164.
        ring_seconds: How long one agent is rung.
        most_agents: How many agents are rung in one call.
        give_up_seconds: How long agents are rung altogether.
    """

    taken_at: datetime
    stale: bool = False
    organisation: str
    locales: tuple[str, ...]
    lines: Mapping[str, str] = field(default_factory=dict)
    prompts: Mapping[str, Phrases]
    incidents: tuple[SpokenIncident, ...] = ()
    agents: tuple[Agent, ...] = ()
    mode: Mode = Mode.AUTO
    overloaded: bool = False
    overload: str = ""
    in_hours: bool = False
    waiting: ExpectedWait | None = None
    ai: bool = False
    faq: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    sms: bool = True
    backups: tuple[str, ...] = field(default=(), repr=False)
    ring_seconds: int = 15
    most_agents: int = 5
    give_up_seconds: int = 90
