"""Made-up notices: any situation, over midnight and in the nights when clocks change, with facts missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from broadcast.model.channel import ChannelKind
from broadcast.model.incident import Phase, Service, Severity
from broadcast.model.moments import later
from broadcast.model.notice import Alternative, Facts
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
_ONE_SMS_WORDS = 5
_OPEN = (Situation.INVESTIGATING, Situation.IDENTIFIED, Situation.UPDATE, Situation.DOWN_AGAIN)
_SCENARIOS = frozenset({*_OPEN, Situation.MONITORING, Situation.STILL_WORKING, Situation.RESOLVED})


def _phrases(most: int) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(_WORDS), min_size=1, max_size=most, unique=True).map(" ".join)


def _sentences() -> st.SearchStrategy[str]:
    return _phrases(_ONE_SMS_WORDS).map(lambda words: f"{words}.")


_GIVEN = st.fixed_dictionaries(
    {
        "title": _phrases(3),
        **{name: _sentences() for name in ("message", "impact", "action", "data_loss")},
        **{name: _sentences() for name in ("instruction", "works")},
        "scope": _phrases(2),
        "cause": st.just(f"{CANARY}."),
        "link": st.just("https://muster.example"),
        "hotline": st.just("030 23125000"),
    }
)
_SERVICES = st.lists(st.sampled_from(_WORDS), max_size=4, unique=True)
_CORRECTED = st.sampled_from((Phase.IDENTIFIED, Phase.MONITORING))
_NAMES = ("bridge", "calls", "changes", "decision", "escalation", "figures", "needs", "owner", "risk")


@st.composite
def notices(draw: st.DrawFn, situations: Sequence[Situation] = tuple(Situation)) -> Facts:
    """The facts of one notice; the same words in every language."""
    situation = draw(st.sampled_from(situations))
    facts = _at(sample_facts(situation), draw(st.sampled_from(_WRITTEN)), draw(st.integers(0, 2600)))
    names = draw(_SERVICES)
    report = later(facts.as_of, timedelta(days=3)).astimezone(BERLIN)
    given: dict[str, Any] = {**draw(_GIVEN), "report": report}
    missing = draw(st.sets(st.sampled_from(_OPTIONAL)))
    kept = {name: value for name, value in given.items() if name not in missing}
    if situation is Situation.ABANDONED:
        missing -= {"started"}  # or the work never began
    nothing: dict[str, Any] = dict.fromkeys(missing)
    ways = draw(st.booleans())
    return replace(
        facts,
        **nothing,
        **kept,
        correction=facts.correction and draw(_sentences()),
        services=tuple(Service(name, names=(("de", name), ("en", name))) for name in names),
        severity=draw(st.sampled_from(Severity)),
        alternatives=(Alternative("email", "hilfe@muster.example"),) if ways else (),
        cut_off="hotline" in missing and not ways and draw(st.booleans()),
        others_open=draw(st.booleans()),
        outage_open=draw(st.booleans()),
        audiences=draw(st.sampled_from(((), ("customers", "agents"), ("agents",)))),
        drill=facts.drill or (situation in _SCENARIOS and draw(st.booleans())),
        variables=draw(st.sampled_from(((), _internal()))),
        phase=draw(_CORRECTED) if facts.correction else facts.phase,
        wording=(),
    )


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


@st.composite
def texts(draw: st.DrawFn, kinds: Sequence[ChannelKind] = tuple(ChannelKind), *, drill: bool = False) -> Case:
    """One text of such a notice, for any readers; `drill`: of an exercise."""
    kind = draw(st.sampled_from(kinds))
    audience = "customers" if kind in PUBLISHED else draw(st.sampled_from(AUDIENCES))
    facts = draw(notices(tuple(_SCENARIOS) if drill else tuple(Situation)))
    return Case(
        audience, draw(st.sampled_from(("de", "en"))), kind, replace(facts, drill=facts.drill or drill)
    )
