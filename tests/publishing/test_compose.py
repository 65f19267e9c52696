"""Compose the facts: phases, promises, words and drills."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from broadcast.config.settings import AudienceSettings, ServeSettings, Settings
from broadcast.errors import PhaseError, UsageError
from broadcast.ledger.records import Notice
from broadcast.model.incident import Phase, Service, Severity
from broadcast.model.notice import NoticeKind, TextPhase
from broadcast.model.phone_line import phone_line
from broadcast.model.promise import Cadence
from broadcast.planning.outage import Dependencies
from broadcast.publishing.compose import EarlierNotices, compose
from broadcast.publishing.request import Request, Verb

NOW = datetime(2026, 5, 4, 12, 7, 42, tzinfo=UTC)  # 14:07 in Berlin
BERLIN = ZoneInfo("Europe/Berlin")
SETTINGS = Settings(
    folder=Path(),
    path=None,
    ledger=Path("ledger.db"),
    organisation="Muster Handel",
    locale="de",
    timezone=BERLIN,
    status_url="https://status.muster.example",
    hotline="+49 30 23125000",
    services={"checkout": Service("checkout", (("de", "Kasse"),), "abc123")},
)
DEPENDENCIES = Dependencies(systems={"@muster.example": ("microsoft",)}, line=phone_line)
#: Minutes by audience.
CADENCES = {"customers": 10, "executives": 45}
FIRST = EarlierNotices(incident=None, latest=None, ref="INC-1", sequence=1)


def composed(verb=Verb.NOTIFY, before=FIRST, now=NOW, **given):
    if verb is Verb.NOTIFY:
        given = {"title": "Kasse gestört", **given}
    if before is FIRST and given.get("phase") == "scheduled":
        given = {"started": "23:00", **given}
    return compose(Request(verb=verb, **given), before, SETTINGS, DEPENDENCIES, now)


def after(earlier, *, sequence=2):
    """Return what a follow-up to these facts finds."""
    facts = earlier.facts
    notice = Notice(
        id=1,
        incident_id=1,
        incident=facts.ref,
        sequence=facts.sequence,
        kind=facts.kind,
        phase=facts.phase,
        facts=facts,
        key=None,
        inputs_hash="",
        author="ada",
        created_at=NOW,
        next_update_at=facts.next_update,
        finished_at=None,
        result=None,
    )
    return EarlierNotices(incident=earlier.incident, latest=notice, ref=facts.ref, sequence=sequence)


def standing(phase):
    """Return what a follow-up to an incident in this phase finds."""
    start = Phase.SCHEDULED if phase.maintenance else Phase.INVESTIGATING
    first = after(composed(phase=start.value))
    if phase is start:
        return first
    if phase is Phase.COMPLETED:
        first = after(composed(Verb.UPDATE, first, phase="in_progress"))
    verbs = {Phase.RESOLVED: Verb.RESOLVE, Phase.COMPLETED: Verb.RESOLVE}
    verbs |= {Phase.RETRACTED: Verb.RETRACT, Phase.CANCELLED: Verb.RETRACT}
    verb = verbs.get(phase, Verb.UPDATE)
    return after(composed(verb, first, phase=phase.value if verb is Verb.UPDATE else None))


OPEN = [Phase.INVESTIGATING, Phase.IDENTIFIED, Phase.MONITORING]
CLOSED = [Phase.RESOLVED, Phase.RETRACTED, Phase.COMPLETED, Phase.CANCELLED]


@pytest.mark.parametrize("phase", [*OPEN, Phase.SCHEDULED, Phase.IN_PROGRESS])
def test_an_incident_may_begin_open(phase):
    assert composed(phase=phase.value).incident.phase is phase


@pytest.mark.parametrize("phase", CLOSED)
def test_no_incident_begins_closed(phase):
    with pytest.raises(PhaseError, match="cannot begin") as raised:
        composed(phase=phase.value)

    assert raised.value.exit_status == 2


@pytest.mark.parametrize("now", OPEN)
@pytest.mark.parametrize("wanted", OPEN)
def test_an_open_incident_goes_back_and_forth(now, wanted):
    assert composed(Verb.UPDATE, standing(now), phase=wanted.value).incident.phase is wanted


@pytest.mark.parametrize("now", OPEN)
@pytest.mark.parametrize("wanted", ["resolved", "retracted"])
def test_an_update_cannot_end_an_incident(now, wanted):
    with pytest.raises(PhaseError, match="cannot end") as raised:
        composed(Verb.UPDATE, standing(now), phase=wanted)

    assert "broadcast re" in raised.value.hint


@pytest.mark.parametrize("now", CLOSED)
@pytest.mark.parametrize("verb", [Verb.UPDATE, Verb.RESOLVE])
def test_a_closed_incident_stays_closed(now, verb):
    with pytest.raises(PhaseError, match=str(now)) as raised:
        composed(verb, standing(now))

    assert raised.value.exit_status == 2


@pytest.mark.parametrize("now", OPEN)
def test_a_notice_that_was_wrong_can_be_taken_back(now):
    result = composed(Verb.RETRACT, standing(now), message="Es war nie gestört.")

    assert (result.incident.phase, result.facts.kind) == (Phase.RETRACTED, NoticeKind.RETRACTION)
    assert result.facts.corrects is not None


def test_retracting_an_all_clear_needs_a_message():
    with pytest.raises(UsageError, match="say what is true"):
        composed(Verb.RETRACT, standing(Phase.RESOLVED))


def test_only_once():
    with pytest.raises(PhaseError):
        composed(Verb.RETRACT, standing(Phase.RETRACTED))


def test_maintenance_is_completed_or_cancelled():
    assert composed(Verb.RESOLVE, standing(Phase.IN_PROGRESS)).incident.phase is Phase.COMPLETED
    assert composed(Verb.RETRACT, standing(Phase.SCHEDULED)).incident.phase is Phase.CANCELLED
    with pytest.raises(PhaseError):
        composed(Verb.UPDATE, standing(Phase.SCHEDULED), phase="identified")


@pytest.mark.parametrize(("given", "hint"), [("identifed", "identified"), ("Kaputt", "one of")])
def test_an_unknown_phase_is_a_usage_error_with_a_hint(given, hint):
    with pytest.raises(UsageError) as raised:
        composed(phase=given)

    assert hint in raised.value.hint


@pytest.mark.parametrize(
    ("severity", "promised"), [("sev1", "14:22"), ("sev2", "14:37"), ("sev3", "15:07"), ("sev4", None)]
)
def test_the_severity_promises_the_next_update_and_says_so(severity, promised):
    result = composed(severity=severity)

    found = result.facts.next_update
    assert (found and f"{found:%H:%M}") == promised
    assert result.incident.next_update_at == found
    assert [w for w in result.warnings if promised and promised in w] == list(result.warnings)


@pytest.mark.parametrize(("given", "promised"), [("45m", "14:52"), ("18:30", "18:30"), ("none", None)])
def test_the_command_promises_otherwise(given, promised):
    result = composed(next_update=given)

    found = result.facts.next_update
    assert (found and f"{found.astimezone(BERLIN):%H:%M}") == promised
    assert found is None or found > NOW
    assert result.warnings == ()


def test_nothing_is_promised_at_the_end():
    for verb in (Verb.RESOLVE, Verb.RETRACT):
        result = composed(verb, standing(Phase.IDENTIFIED), next_update="30m")
        assert result.incident.next_update_at is None
        assert result.incident.ended_at is not None


def test_a_promise_in_the_past_is_refused():
    with pytest.raises(UsageError, match="not in the future"):
        composed(next_update="2026-05-04T10:00")


def test_words_in_other_languages_are_kept_apart_from_variables():
    result = composed(
        message="Wir arbeiten daran.",
        variables=(("title.en", "Checkout down"), ("message.en", "Working on it."), ("region", "EU")),
    )

    assert result.facts.worded("title", "en") == "Checkout down"
    assert result.facts.worded("message", "en-GB") == "Working on it."
    assert result.facts.worded("message", "de") == "Wir arbeiten daran."
    assert result.facts.variables == (("region", "EU"),)


def test_known_facts_are_kept():
    first = composed(services=("checkout",), variables=(("impact", "Niemand kann zahlen."),), started="13:00")
    result = composed(Verb.UPDATE, after(first), message="Ursache gefunden.")

    assert result.facts.impact == "Niemand kann zahlen."
    assert result.facts.title == "Kasse gestört"
    assert [service.name_in("de") for service in result.facts.services] == ["Kasse"]
    assert f"{result.facts.started:%H:%M}" == "13:00"
    assert result.facts.message == "Ursache gefunden."


def test_an_update_in_the_same_phase_has_its_own_texts():
    assert composed(Verb.UPDATE, standing(Phase.IDENTIFIED)).facts.text_phase is TextPhase.UPDATE
    assert (
        composed(Verb.UPDATE, standing(Phase.IDENTIFIED), phase="monitoring").facts.text_phase == "monitoring"
    )


def test_it_cannot_be_noticed_before_it_began():
    with pytest.raises(UsageError, match="before it started"):
        composed(started="13:30", detected="13:00")
    assert composed(detected="13:00").facts.started is None


def test_a_title_is_needed():
    with pytest.raises(UsageError, match="title"):
        composed(title="  ")


def test_a_drill_stays_a_drill():
    first = composed(drill=True)

    assert first.facts.text_phase is TextPhase.DRILL
    assert composed(Verb.RESOLVE, after(first)).incident.drill


def test_a_real_incident_does_not_become_a_drill():
    with pytest.raises(UsageError, match="real incident"):
        composed(Verb.UPDATE, standing(Phase.IDENTIFIED), drill=True)


def test_announced_maintenance_starts_in_the_future():
    facts = composed(phase="scheduled", started="23:00", variables=(("window_ends", "02:00"),)).facts

    assert facts.started is None
    assert facts.as_of < facts.window_starts < facts.window_ends


def test_when_it_began_and_was_noticed_is_known_only_if_somebody_said_so():
    facts = composed().facts

    assert (facts.started, facts.detected, facts.lasted) == (None, None, None)
    assert facts.reported == facts.as_of
    assert composed(started="13:00").facts.detected is None


def test_a_translated_title_stays_translated():
    first = composed(variables=(("title.en", "Checkout down"), ("message.en", "Sorry.")), message="Leider.")

    facts = composed(Verb.UPDATE, after(first), message="Weiter.").facts

    assert facts.worded("title", "en") == "Checkout down"
    assert facts.worded("message", "en") == "Weiter."


def test_maintenance_that_begins_early_has_begun_now():
    announced = composed(phase="scheduled", started="23:00")

    facts = composed(Verb.UPDATE, after(announced), phase="in_progress").facts

    assert facts.started == facts.as_of


@pytest.mark.parametrize(
    ("given", "minutes"), [({}, 10), ({"audiences": ("executives",)}, 45), ({"next_update": "5m"}, 5)]
)
def test_the_cadence_of_the_audiences_that_are_told_is_promised(given, minutes):
    audience = AudienceSettings(name="", origin="", template_audience="")
    spans = {name: {Severity.SEV2: timedelta(minutes=span)} for name, span in CADENCES.items()}
    settings = replace(SETTINGS, audiences=dict.fromkeys(CADENCES, audience), cadence=Cadence(spans=spans))
    request = Request(verb=Verb.NOTIFY, title="Kasse gestört", **given)

    promised = compose(request, FIRST, settings, DEPENDENCIES, NOW.replace(second=0)).facts.next_update

    assert promised == NOW.replace(second=0) + timedelta(minutes=minutes)


def test_an_update_keeps_the_cadence_of_the_audiences_that_were_told():
    spans = {"executives": {Severity.SEV2: timedelta(minutes=45)}}
    settings = replace(SETTINGS, cadence=Cadence(spans=spans))
    before = replace(after(composed()), audiences=("executives",))

    facts = compose(Request(verb=Verb.UPDATE), before, settings, DEPENDENCIES, NOW.replace(second=0)).facts

    assert facts.next_update == NOW.replace(second=0) + timedelta(minutes=45)


def test_people_read_until_when_to_confirm_in_the_time_of_the_organisation():
    settings = replace(SETTINGS, serve=ServeSettings(url="https://notify.muster.example"))
    request = Request(verb=Verb.NOTIFY, title="Kasse gestört", confirm_within=900.0)

    facts = compose(request, FIRST, settings, DEPENDENCIES, NOW).facts

    assert facts.confirm_by == NOW + timedelta(minutes=15)
    assert facts.confirm_by.tzinfo == facts.as_of.tzinfo == BERLIN
