from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given, settings
from hypothesis import strategies as st

from broadcast.ledger.facts_json import facts_from_json, facts_to_json
from broadcast.model.incident import Phase, Service, Severity
from broadcast.model.notice import ContactPoint, Facts, NoticeKind, TextPhase

words = st.text(st.characters(codec="utf-8"), max_size=8)
zones = st.builds(timezone, st.integers(-23, 23).map(lambda hours: timedelta(hours=hours)))
moments = st.builds(datetime.fromtimestamp, st.integers(10**6, 4 * 10**9), st.just(UTC) | zones)
pairs = st.lists(st.tuples(words, words), max_size=3).map(tuple)
services = st.builds(Service, words, pairs, st.none() | words)


def chosen(field):
    kinds = {
        "kind": st.sampled_from(NoticeKind),
        "phase": st.sampled_from(Phase),
        "text_phase": st.sampled_from(TextPhase),
        "severity": st.sampled_from(Severity),
        "severity_before": st.none() | st.sampled_from(Severity),
        "phase_before": st.none() | st.sampled_from(Phase),
        "sequence": st.integers(1, 10**6),
        "drill": st.booleans(),
        "services": st.lists(services, max_size=3).map(tuple),
        "alternatives": st.lists(st.builds(ContactPoint, words, words, pairs), max_size=3).map(tuple),
        "cut_off": st.booleans(),
        "audiences": st.lists(words, max_size=3).map(tuple),
        "hotlines": pairs,
        "affects": st.lists(words, max_size=3).map(tuple),
        "wording": st.lists(st.tuples(st.tuples(words, words), words), max_size=3).map(tuple),
        "variables": pairs,
    }
    if field.name in kinds:
        return kinds[field.name]
    values = moments if "datetime" in field.type else st.booleans() if field.type == "bool" else words
    return values | st.none() if "None" in field.type else values


everything = st.builds(Facts, **{field.name: chosen(field) for field in dataclasses.fields(Facts)})


@settings(max_examples=25, deadline=None)
@given(everything)
def test_a_fact_record_survives_being_kept(facts):
    kept = facts_from_json(facts_to_json(facts))

    assert kept == facts
    assert kept.as_of.utcoffset() == facts.as_of.utcoffset()


#: What the record did not have before instructions, corrections and hotlines of audiences.
LATER = (
    "phase_before",
    "correction",
    "instruction",
    "works",
    "report",
    "audiences",
    "hotlines",
    "others_open",
)


def test_a_record_of_before_is_read_without_what_nobody_said_then():
    facts = Facts(
        organisation="Muster",
        ref="INC-1",
        sequence=2,
        kind=NoticeKind.RETRACTION,
        phase=Phase.RETRACTED,
        text_phase=TextPhase.RETRACTION,
        severity=Severity.SEV2,
        title="Kasse",
        services=(),
        as_of=datetime(2026, 5, 4, tzinfo=UTC),
        ended=datetime(2026, 5, 4, tzinfo=UTC),
    )
    old = {name: value for name, value in json.loads(facts_to_json(facts)).items() if name not in LATER}

    assert facts_from_json(json.dumps(old)) == facts
