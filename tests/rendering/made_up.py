"""Made-up notices: any situation, over midnight and in the nights when clocks change, with facts missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from broadcast.model.channel import ChannelKind
from broadcast.model.incident import Phase, Service, Severity
from broadcast.model.moments import later
from broadcast.model.notice import ContactPoint, Facts
from broadcast.model.situation import Situation
from broadcast.rendering.lint import AUDIENCES
from broadcast.rendering.placement import PUBLISHED
from broadcast.rendering.proof.case import Case
from broadcast.rendering.samples import CANARY, sample_facts

BERLIN = ZoneInfo("Europe/Berlin")
#: When a notice is written: an ordinary day, its midnight, both nights when clocks change, New Year.
_WRITTEN = (
    *("2025-11-16T14:05", "2025-11-16T23:58", "2025-11-17T00:00", "2025-11-17T00:04", "2026-01-01T00:30"),
    *("2026-03-29T01:55", "2026-03-29T03:10", "2026-10-25T02:10", "2026-10-25T02:50", "2026-10-25T03:05"),
)
#: Words that no list of ours knows, so that only templates can be wrong.
_WORDS = ("Kranich", "Bodensee", "Nordkasse", "Versand", "Lager 7", "Tourenplan", "Rechnung", "Zentrale")
_OPTIONAL = (
    *("message", "scope", "impact", "action", "cause", "data_loss", "instruction", "works", "link"),
    *("started", "detected", "next_update", "report", "hotline"),
)
#: Minutes by which everything lies further away: most incidents that go wrong last overnight.
_FURTHER = (0, 7, 240, 720, 1300, 2600)
_SENTENCES = ("message", "impact", "action", "data_loss", "instruction", "works")
_OFTEN, _SELDOM = 0.5, 0.2
_ONE_SMS_WORDS = 5
_CORRECTED = (Phase.IDENTIFIED, Phase.MONITORING)
_NAMES = ("bridge", "calls", "changes", "decision", "escalation", "figures", "needs", "owner", "risk")
_OPEN = (Situation.INVESTIGATING, Situation.IDENTIFIED, Situation.UPDATE, Situation.DOWN_AGAIN)
_SCENARIOS = (*_OPEN, Situation.MONITORING, Situation.STILL_WORKING, Situation.RESOLVED)


def _phrase(random: Random, most: int) -> str:
    return " ".join(random.sample(_WORDS, random.randint(1, most)))


def _notice(random: Random, situations: Sequence[Situation]) -> Facts:
    """The facts of one notice; the same words in every language."""
    situation = random.choice(situations)
    facts = _at(sample_facts(situation), random.choice(_WRITTEN), random.choice(_FURTHER))
    missing = set(random.sample(_OPTIONAL, random.randint(0, 5)))
    if situation is Situation.ABANDONED:
        missing -= {"started"}  # or the work never began
    nothing: dict[str, Any] = dict.fromkeys(missing)
    sentences = {name: f"{_phrase(random, _ONE_SMS_WORDS)}." for name in _SENTENCES}
    given: dict[str, Any] = {
        **sentences,
        "title": _phrase(random, 3),
        "scope": _phrase(random, 2),
        "cause": f"{CANARY}.",
        "link": "https://muster.example",
        "hotline": "030 23125000",
        "report": later(facts.as_of, timedelta(days=3)).astimezone(BERLIN),
    }
    ways = random.random() < _OFTEN
    return replace(
        facts,
        **nothing,
        **{name: value for name, value in given.items() if name not in missing},
        correction=facts.correction and f"{_phrase(random, _ONE_SMS_WORDS)}.",
        services=_services(random),
        severity=random.choice(tuple(Severity)),
        alternatives=(ContactPoint("email", "hilfe@muster.example"),) if ways else (),
        cut_off="hotline" in missing and not ways and random.random() < _OFTEN,
        others_open=random.random() < _OFTEN,
        outage_open=random.random() < _OFTEN,
        audiences=random.choice(((), ("customers", "agents"), ("agents",))),
        drill=facts.drill or (situation in _SCENARIOS and random.random() < _SELDOM),
        variables=_internal() if random.random() < _OFTEN else (),
        phase=random.choice(_CORRECTED) if facts.correction else facts.phase,
        wording=(),
    )


def _services(random: Random) -> tuple[Service, ...]:
    names = random.sample(_WORDS, random.randint(0, 4))
    return tuple(Service(name, names=(("de", name), ("en", name))) for name in names)


def _internal() -> tuple[tuple[str, str], ...]:
    return (*((f"internal_{name}", f"{CANARY}.") for name in _NAMES), ("internal_personal_data", "yes"))


def _at(facts: Facts, written: str, minutes: int) -> Facts:
    """The same notice at another time; what lies before it, or after it, lies `minutes` further away."""
    as_of = datetime.fromisoformat(written).replace(tzinfo=BERLIN)
    further = timedelta(minutes=minutes)
    moved: dict[str, Any] = {}
    for field in fields(facts):
        moment = getattr(facts, field.name)
        if isinstance(moment, datetime):
            distance = moment - facts.as_of
            away = -further if distance < timedelta() else further if distance > timedelta() else timedelta()
            moved[field.name] = later(as_of, distance + away).astimezone(BERLIN)
    return replace(facts, **moved)


def texts(
    kinds: Sequence[ChannelKind] = tuple(ChannelKind), *, drill: bool = False
) -> st.SearchStrategy[Case]:
    """One text of a made-up notice, for any readers; `drill`: of an exercise.

    All situations, readers and kinds are equally likely, which a strategy that can be shrunk does not give.
    """

    def made(seed: int) -> Case:
        random = Random(seed)
        kind = random.choice(kinds)
        audience = "customers" if kind in PUBLISHED else random.choice(AUDIENCES)
        facts = _notice(random, _SCENARIOS if drill else tuple(Situation))
        return Case(audience, random.choice(("de", "en")), kind, replace(facts, drill=facts.drill or drill))

    return st.builds(made, st.integers(0, 2**32))
