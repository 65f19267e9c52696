"""What a notice takes over from earlier ones: its situation, instructions that hold, a wrong all-clear."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from broadcast.errors import PhaseError, UsageError
from broadcast.model.incident import Phase, Severity
from broadcast.model.notice import NoticeKind, TextPhase
from broadcast.model.situation import Situation, situation_of
from broadcast.publishing.earlier_notices import EarlierNotices
from broadcast.publishing.request import Request, Verb
from tests.publishing.test_compose import BERLIN, NOW, after, composed

MINUTE = timedelta(minutes=1)


class Story:
    """An incident with one notice a minute."""

    def __init__(self, **given):
        self.now = NOW
        self.notices = []
        self.told = composed(Verb.NOTIFY, now=self.now, **given)
        self._keep()

    def _keep(self):
        found = after(self.told)
        earlier = tuple(self.notices)
        self.notices.append(found.latest)
        self.before = replace(found, earlier=earlier)

    def then(self, verb, **given):
        self.now += MINUTE
        self.told = composed(verb, self.before, self.now, **given)
        self._keep()
        return self.told

    def update(self, **given):
        return self.then(Verb.UPDATE, **given)

    def resolve(self, **given):
        return self.then(Verb.RESOLVE, **given)

    def retract(self, **given):
        return self.then(Verb.RETRACT, **given)

    @property
    def facts(self):
        return self.told.facts

    @property
    def situation(self):
        return situation_of(self.facts)


def local(moment):
    return moment.astimezone(BERLIN)


@pytest.mark.parametrize(
    ("phases", "situation", "texts"),
    [
        (["investigating"], Situation.UPDATE, TextPhase.UPDATE),
        (["identified"], Situation.IDENTIFIED, TextPhase.IDENTIFIED),
        (["identified", None], Situation.UPDATE, TextPhase.UPDATE),
        (["identified", "investigating"], Situation.UPDATE, TextPhase.UPDATE),
        (["monitoring"], Situation.MONITORING, TextPhase.MONITORING),
        (["monitoring", None], Situation.STILL_WORKING, TextPhase.MONITORING),
        (["monitoring", "monitoring"], Situation.STILL_WORKING, TextPhase.MONITORING),
        (["monitoring", "identified"], Situation.DOWN_AGAIN, TextPhase.UPDATE),
        (["monitoring", "investigating"], Situation.DOWN_AGAIN, TextPhase.UPDATE),
        (["monitoring", "investigating", None], Situation.UPDATE, TextPhase.UPDATE),
    ],
)
def test_an_update_takes_its_words_from_where_the_incident_stands(phases, situation, texts):
    story = Story()

    for phase in phases:
        story.update(phase=phase)

    assert (story.situation, story.facts.text_phase) == (situation, texts)


def test_a_set_of_templates_can_still_be_forced():
    story = Story()
    story.update(phase="monitoring")

    assert story.update(template="update").facts.text_phase is TextPhase.UPDATE


def test_a_service_that_fails_again_takes_back_the_first_message_that_it_works():
    story = Story()
    said = story.update(phase="monitoring").facts.as_of
    story.update()

    assert story.update(phase="identified").facts.corrects == said
    assert story.update().facts.corrects is None


def test_a_false_alarm_takes_back_the_first_message():
    story = Story()
    story.update()

    facts = story.retract().facts

    assert (facts.corrects, facts.phase) == (local(NOW), Phase.RETRACTED)


@pytest.mark.parametrize(
    ("phases", "again"),
    [
        ([], Phase.INVESTIGATING),
        (["identified"], Phase.IDENTIFIED),
        (["identified", "monitoring"], Phase.IDENTIFIED),
        (["monitoring"], Phase.INVESTIGATING),
        (["identified", "investigating", "monitoring"], Phase.INVESTIGATING),
    ],
)
def test_an_all_clear_that_was_wrong_opens_the_incident_where_it_was(phases, again):
    story = Story(affects=("twilio",), services=("checkout",))
    for phase in phases:
        story.update(phase=phase)
    over = story.resolve(ended="now").facts

    told = story.retract(message="Zahlen geht noch nicht.")

    facts, incident = told.facts, told.incident
    assert (facts.phase, facts.kind, story.situation) == (again, NoticeKind.RETRACTION, Situation.REOPENED)
    assert facts.text_phase is TextPhase.UPDATE
    assert facts.corrects == over.as_of
    assert (facts.ended, incident.ended_at) == (None, None)
    assert facts.next_update == incident.next_update_at > facts.as_of
    assert facts.affects == ("twilio",)
    assert any("open again" in warning for warning in told.warnings)
    assert over.affects == ()


def test_only_a_retract_opens_an_incident_again():
    story = Story()
    story.resolve()

    with pytest.raises(PhaseError, match="cannot change to") as raised:
        story.update(phase="identified", message="Geht nicht.")
    assert "broadcast retract" in raised.value.hint
    with pytest.raises(UsageError, match="say what is true"):
        story.retract()


@pytest.mark.parametrize("given", [{"next_update": "none"}, {"severity": "sev4"}])
def test_who_is_told_that_it_is_not_over_is_told_when_to_hear_more(given):
    story = Story()
    story.resolve()

    with pytest.raises(UsageError, match="open again") as raised:
        story.retract(message="Geht nicht.", **given)
    assert "--next-update" in raised.value.hint
    assert story.retract(message="Geht nicht.", severity="sev4", next_update="1h").facts.next_update


def test_a_reopened_incident_can_be_resolved_or_retracted_again():
    story = Story()
    story.resolve()
    story.retract(message="Geht nicht.")

    assert story.resolve().facts.phase is Phase.RESOLVED
    story.retract(message="Geht immer noch nicht.")
    story.update(message="Wir suchen weiter.")
    assert story.retract().facts.phase is Phase.RETRACTED


def test_two_people_who_take_an_all_clear_back_do_not_take_back_the_outage():
    story = Story()
    story.resolve()
    story.retract(message="Geht nicht.")

    with pytest.raises(PhaseError, match="already") as raised:
        story.retract(message="Zahlen geht noch nicht.")
    assert "broadcast update" in raised.value.hint


def test_an_end_that_was_not_stated_is_not_published_but_is_in_the_ledger():
    silent, stated = Story(started="60m"), Story(started="60m")

    quiet = silent.resolve()
    said = stated.resolve(ended="30m")

    assert (quiet.facts.ended, quiet.facts.lasted) == (None, None)
    assert quiet.incident.ended_at == silent.now
    assert any("--ended" in warning for warning in quiet.warnings)
    assert said.facts.ended == said.incident.ended_at == stated.now - 30 * MINUTE
    assert said.facts.lasted == 31 * MINUTE
    assert not any("--ended" in warning for warning in said.warnings)


def test_an_end_is_stated_once_and_only_at_the_end():
    story = Story()

    with pytest.raises(UsageError, match="given twice"):
        story.resolve(ended="now", variables=(("ended", "now"),))
    with pytest.raises(UsageError, match="not over"):
        story.update(variables=(("ended", "now"),))


def test_work_that_is_ended_by_its_own_verb_ends_now():
    story = Story(title="Umzug", maintenance=True, window_from="now", window_until="2h")

    assert story.then(Verb.RESOLVE, maintenance=True).facts.ended == local(story.now)


def test_work_that_takes_longer_than_announced_says_so_and_asks_for_the_new_end():
    story = Story(title="Umzug", maintenance=True, window_from="now", window_until="2m")
    assert story.update().warnings == ()
    story.now += 5 * MINUTE

    told = story.update(message="Es dauert noch.")
    situation = story.situation

    assert situation is Situation.OVERDUE
    assert any("takes longer" in warning and "--until" in warning for warning in told.warnings)
    assert story.then(Verb.UPDATE, maintenance=True, window_until="30m").warnings == ()
    assert story.situation is Situation.LONGER


@pytest.mark.parametrize(("after_start", "said"), [(5, "has not been started"), (200, "is over")])
def test_no_announcement_is_repeated_for_a_time_that_has_passed(after_start, said):
    story = Story(phase="scheduled", started="60m", variables=(("window_ends", "90m"),))
    story.update(message="Bleibt dabei.")
    story.now += (60 + after_start) * MINUTE

    with pytest.raises(UsageError, match=said):
        story.update(message="Bleibt dabei.")
    story.update(phase="in_progress", message="Jetzt.")


def said(**values):
    return tuple(values.items())


def test_an_instruction_holds_until_it_is_changed_taken_back_or_over():
    story = Story(variables=(*said(instruction="Weiterfahren"), ("instruction.en", "Drive on")))

    held = story.update()
    assert (held.facts.instruction, held.facts.worded("instruction", "en")) == ("Weiterfahren", "Drive on")
    assert any("still told" in warning and "Weiterfahren" in warning for warning in held.warnings)
    changed = story.update(variables=said(instruction="Anhalten")).facts
    assert (changed.instruction, changed.worded("instruction", "en")) == ("Anhalten", "Anhalten")
    gone = story.update(variables=said(instruction="none")).facts
    assert (gone.instruction, gone.worded("instruction", "en")) == (None, None)
    assert story.update().facts.instruction is None


@pytest.mark.parametrize("end", [Verb.RESOLVE, Verb.RETRACT])
def test_an_instruction_ends_with_the_incident_unless_it_is_given_again(end):
    story, again = Story(variables=said(instruction="Warten")), Story(variables=said(instruction="Warten"))

    assert story.then(end).facts.instruction is None
    assert again.then(end, variables=said(instruction="Neu laden")).facts.instruction == "Neu laden"


def test_facts_that_ended_do_not_return_but_the_preview_names_them():
    story = Story(variables=said(instruction="Warten", scope="Hamburg", action="Wir stellen um."))
    story.resolve()

    told = story.retract(message="Geht nicht.")

    assert (told.facts.instruction, told.facts.action, told.facts.scope) == (None, None, "Hamburg")
    assert any("Warten" in warning for warning in told.warnings)


def test_an_instruction_of_an_earlier_version_holds_as_well():
    story = Story()
    latest = story.before.latest
    old = replace(latest, facts=replace(latest.facts, variables=(("instruction", "Weiterfahren"),)))
    story.before = replace(story.before, latest=old)

    assert story.update().facts.instruction == "Weiterfahren"


@pytest.mark.parametrize("end", [Verb.RESOLVE, Verb.RETRACT])
def test_the_action_ends_with_the_incident(end):
    given = said(action="Wir stellen um.", impact="Zahlen geht nicht.", works="Rechnung geht.")
    story, again = Story(variables=given), Story(variables=given)
    assert story.update().facts.works == "Rechnung geht."

    facts = story.then(end).facts

    assert (facts.action, facts.works, facts.impact) == (None, None, None)
    assert again.then(end, variables=said(action="Umgestellt.")).facts.action == "Umgestellt."


@pytest.mark.parametrize("name", ["works", "impact", "action"])
def test_facts_in_the_present_tense_end_once_the_service_works_again(name):
    story = Story(variables=said(**{name: "Das ist so."}))
    assert getattr(story.update().facts, name) == "Das ist so."

    assert getattr(story.update(phase="monitoring").facts, name) is None


def test_own_words_take_a_language():
    facts = Story(variables=(("internal_needs", "Zwei Leute"), ("internal_needs.en", "Two people"))).facts

    assert facts.variables == (("internal_needs", "Zwei Leute"),)
    assert facts.worded("internal_needs", "en") == "Two people"
    assert facts.worded("internal_needs", "de") == "Zwei Leute"


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-05-08", "2026-05-08"),
        ("8.5.", "2026-05-08"),
        ("8.5.2027", "2027-05-08"),
        ("3.5.", "2027-05-03"),
        ("Fr", "2026-05-08"),
        ("Monday", "2026-05-11"),
        ("Dienstag", "2026-05-05"),
    ],
)
def test_a_report_is_promised_for_a_day(typed, day):
    facts = Story().resolve(variables=said(report=typed)).facts

    assert facts.report.utcoffset() is not None
    assert f"{facts.report.astimezone(BERLIN):%Y-%m-%d}" == day


@pytest.mark.parametrize("typed", ["2026-05-03", "soon", "31.2.", "2026-13-01", "20260508"])
def test_a_report_is_not_promised_for_the_past_or_for_no_day(typed):
    with pytest.raises(UsageError):
        Story().resolve(variables=said(report=typed))


def test_one_wrong_fact_is_put_right_without_taking_back_the_rest():
    story = Story(variables=said(scope="Hamburg und Kiel"))
    wrong = story.update(variables=said(instruction="Warten")).facts

    facts = story.update(
        corrects="Nur Hamburg.", variables=(("corrects.en", "Only Hamburg."), ("scope", "Hamburg"))
    ).facts

    assert story.situation is Situation.CORRECTION
    assert (facts.correction, facts.worded("correction", "en")) == ("Nur Hamburg.", "Only Hamburg.")
    assert (facts.corrects, facts.scope, facts.instruction) == (wrong.as_of, "Hamburg", "Warten")
    assert story.update().facts.correction is None


def test_a_correction_changes_no_phase_and_needs_its_words():
    story = Story()

    with pytest.raises(UsageError, match="does not change the phase"):
        story.update(corrects="Nur Hamburg.", phase="monitoring")
    with pytest.raises(UsageError, match="none is given"):
        story.update(variables=(("corrects.en", "Only Hamburg."),))


def test_keys_of_commands_without_an_end_and_a_correction_keep_their_meaning():
    digest = "d63f0c70930881013aa426a02fdc9829"
    plain = Request(verb=Verb.NOTIFY, title="Down")

    assert plain.inputs_hash().startswith(digest)
    assert replace(plain, ended="now").inputs_hash() != plain.inputs_hash()
    assert replace(plain, corrects="x").inputs_hash() != plain.inputs_hash()


def test_an_unknown_service_is_refused_with_the_nearest_name():
    with pytest.raises(UsageError, match="no service chekout") as raised:
        Story(services=("chekout",))
    assert raised.value.hint == "did you mean checkout?"
    with pytest.raises(UsageError) as raised:
        Story(services=("Kasse",))
    assert raised.value.hint == "did you mean checkout?"


def test_another_incident_of_the_same_kind_is_known():
    first = Story()
    others = (first.told.incident,)
    beside = EarlierNotices(incident=None, latest=None, ref="INC-2", sequence=1, beside=others)

    assert composed(before=beside).facts.others_open
    assert not composed(before=beside, drill=True).facts.others_open
    assert not composed().facts.others_open


STEPS = st.one_of(
    st.tuples(st.just(Verb.UPDATE), st.sampled_from(["investigating", "identified", "monitoring", None])),
    st.tuples(st.just(Verb.RESOLVE), st.none()),
    st.tuples(st.just(Verb.RETRACT), st.none()),
)


@examples(max_examples=200, deadline=None)
@given(st.lists(STEPS, max_size=9), st.sampled_from(list(Severity)[:3]))
def test_whatever_is_said_no_notice_says_down_while_it_works_and_no_instruction_is_lost(steps, severity):
    story = Story(severity=severity.value, variables=said(instruction="Warten"))
    for verb, phase in steps:
        before = story.facts.phase
        again = story.situation is Situation.REOPENED and verb is Verb.RETRACT
        if again or before is Phase.RETRACTED or (before is Phase.RESOLVED and verb is not Verb.RETRACT):
            continue
        had = story.facts
        story.then(verb, phase=phase, message="Neu.")
        facts, situation = story.facts, story.situation
        assert situation.down is (facts.phase in {Phase.INVESTIGATING, Phase.IDENTIFIED})
        assert situation.works is (facts.phase is Phase.MONITORING)
        holds = not facts.phase.closed and situation is not Situation.REOPENED
        assert facts.instruction == (had.instruction if holds else None)
        assert (facts.next_update is None) is facts.phase.closed
        assert (story.told.incident.ended_at is None) is not facts.phase.closed
        if (had.phase is Phase.MONITORING and situation.down) or situation is Situation.REOPENED:
            assert facts.corrects is not None
