from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from broadcast.hotline.incidents import public_facts, sentences, spoken_incidents
from broadcast.hotline.snapshot import IncidentKind, SpokenIncident
from broadcast.model.incident import Severity
from broadcast.model.notice import Facts, NoticeKind
from broadcast.model.situation import Situation
from broadcast.rendering.catalogue import Catalogue, default_folders
from broadcast.rendering.render import Renderer
from broadcast.rendering.samples import sample_facts

RENDERER = Renderer(Catalogue(default_folders(None)), "de")
NOW = datetime(2025, 11, 16, 13, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)


def facts(situation: Situation, ref: str = "INC-7", **changes: object) -> Facts:
    return replace(sample_facts(situation), ref=ref, **changes)  # type: ignore[arg-type]  # fields


def spoken(*latest: Facts, now: datetime = NOW) -> tuple[SpokenIncident, ...]:
    return spoken_incidents(latest, RENDERER, ("de", "en"), now)


def refs(*latest: Facts, now: datetime = NOW) -> list[str]:
    return [incident.ref for incident in spoken(*latest, now=now)]


def test_an_outage_is_told_in_both_languages_in_spoken_form():
    (incident,) = spoken(facts(Situation.UPDATE))

    assert incident.kind is IncidentKind.OUTAGE
    assert incident.status["de"].startswith("Noch gestört seit 13 Uhr 40: Chat und E-Mail-Support.")
    assert incident.status["en"].startswith("Still down since 1:40 pm: chat and e-mail support.")
    assert incident.link == "https://muster.example"


def test_the_worst_and_newest_outage_comes_first_then_maintenance_then_what_is_over():
    newer = facts(Situation.UPDATE, "INC-2", as_of=facts(Situation.UPDATE).as_of + timedelta(minutes=1))
    worst = facts(Situation.UPDATE, "INC-3", severity=Severity.SEV1)
    running = facts(Situation.IN_PROGRESS, "INC-4", severity=Severity.SEV1)
    over, planned = facts(Situation.RESOLVED, "INC-5"), facts(Situation.SCHEDULED, "INC-6")

    shuffled = (planned, over, running, facts(Situation.UPDATE, "INC-1"), newer, worst)

    assert refs(*shuffled) == ["INC-3", "INC-2", "INC-1", "INC-4", "INC-5", "INC-6"]


def test_what_ended_is_told_for_a_day():
    ended = facts(Situation.RESOLVED)

    assert refs(ended, now=NOW + 24 * HOUR) == ["INC-7"]
    assert refs(ended, now=NOW + 25 * HOUR) == []


def test_announced_work_is_told_from_a_week_before_until_its_end():
    planned = facts(Situation.SCHEDULED)

    assert refs(planned, now=NOW - timedelta(days=6)) == ["INC-7"]
    assert refs(planned, now=NOW - timedelta(days=8)) == []
    assert refs(planned, now=NOW + 24 * HOUR) == []


def test_an_exercise_is_not_told_beside_a_real_outage():
    drill, real = facts(Situation.DRILL, "INC-1"), facts(Situation.MONITORING, "INC-2")

    assert refs(drill, real) == ["INC-2"]
    assert refs(drill, facts(Situation.RESOLVED, "INC-2")) == ["INC-2", "INC-1"]
    assert spoken(drill)[0].status["de"].startswith("Übung. ")
    assert spoken(drill)[0].status["de"].endswith(" Übung.")


def test_a_promise_that_has_passed_is_not_said_again():
    late = spoken(facts(Situation.UPDATE), now=NOW + HOUR)[0]

    assert late.promised == datetime(2025, 11, 16, 13, 35, tzinfo=UTC)
    assert "Neues um" not in late.status["de"]
    assert "Neues um 14 Uhr 35." in spoken(facts(Situation.UPDATE))[0].status["de"]


def test_after_midnight_times_have_their_day():
    said = spoken(facts(Situation.UPDATE), now=NOW + 12 * HOUR)[0].status["de"]

    assert "seit Sonntag, 16. November, 13 Uhr 40" in said


def test_a_false_alarm_does_not_deny_another_outage():
    alone = spoken(facts(Situation.RETRACTION, "INC-1"))[0].status["de"]
    beside = spoken(facts(Situation.RETRACTION, "INC-1"), facts(Situation.UPDATE, "INC-2"))[1].status["de"]

    assert "Keine Störung" in alone
    assert "Keine Störung" not in beside


@pytest.mark.parametrize("situation", list(Situation))
def test_every_situation_has_a_status(situation: Situation):
    for incident in spoken(facts(situation), now=facts(situation).as_of.astimezone(UTC)):
        assert set(incident.status) == {"de", "en"}


def test_what_colleagues_alone_read_is_not_told():
    public = facts(Situation.INVESTIGATING, audiences=("customers", "agents"))
    internal = facts(Situation.UPDATE, audiences=("agents",))
    asked = facts(Situation.UPDATE, kind=NoticeKind.ESCALATION)

    assert public_facts([public, internal, asked]) == public
    assert public_facts([internal]) is None


def test_the_sentences_can_be_chosen_one_by_one():
    (incident,) = spoken(facts(Situation.UPDATE))
    german = [words["de"] for words in incident.sentences.values() if "de" in words]

    assert "Bestellen und Bezahlen geht." in german
    assert "Neues um 14 Uhr 35." in german
    assert {name.partition("#")[0] for name in incident.sentences} == {"INC-7"}


def test_a_date_ends_no_sentence():
    text = "Wartung am Sonntag, 16. November, von 22 Uhr bis 23 Uhr 30. Dann nicht erreichbar: Chat."

    assert sentences(text, "de") == [
        "Wartung am Sonntag, 16. November, von 22 Uhr bis 23 Uhr 30.",
        "Dann nicht erreichbar: Chat.",
    ]


def test_a_template_that_fails_does_not_silence_the_hotline(tmp_path: Path):
    broken = tmp_path / "de" / "customers" / "hotline.txt.j2"
    broken.parent.mkdir(parents=True)
    broken.write_text("{{ no_such_fact }}", encoding="utf-8")
    renderer = Renderer(Catalogue(default_folders(tmp_path)), "de")

    (incident,) = spoken_incidents([facts(Situation.UPDATE)], renderer, ("de", "en"), NOW)

    assert incident.status["de"] == "Chat und E-Mail-Support gestört."
    assert incident.status["en"].startswith("Still down")
