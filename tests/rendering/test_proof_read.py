"""What a German reader found wrong in texts of incidents that nobody had thought of; a test for each kind."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from broadcast.model.channel import ChannelKind
from broadcast.model.incident import Phase, Service, Severity
from broadcast.model.message import Message
from broadcast.model.situation import Situation
from broadcast.rendering.lint import AUDIENCES, KINDS
from broadcast.rendering.placement import PUBLISHED
from broadcast.rendering.render import Renderer
from broadcast.rendering.samples import sample_facts
from tests.rendering.facts import SHIPPED

RENDERER = Renderer(SHIPPED, "de")
COLLEAGUES = ("supervisors", "executives", "technical")
QUESTION = "Warum kommen keine Bestellbestätigungen an?"
FIRST: dict[str, Any] = {"sequence": 1, "phase_before": None}
NAMES = (
    "Bestellbestätigungen und Rechnungen per E-Mail",
    "Öffnungszeiten der Filialen in der App",
    "Anmeldung",
)
LONG = tuple(Service(name, names=(("de", name),)) for name in NAMES)
MAIL, SMS, VOICE = ChannelKind.EMAIL, ChannelKind.SMS, ChannelKind.VOICE


def at(day: int, clock: str) -> datetime:
    hour, minute = (int(part) for part in clock.split(":"))
    return datetime(2025, 11, day, hour, minute, tzinfo=ZoneInfo("Europe/Berlin"))


def read(
    situation: Situation, kind: ChannelKind, audience: str = "customers", locale: str = "de", **changes: Any
) -> Message:
    facts = replace(sample_facts(situation), wording=(), **changes)
    return RENDERER.render(facts, audience, locale, kind).message


def text(situation: Situation, kind: ChannelKind, audience: str = "customers", **changes: Any) -> str:
    return read(situation, kind, audience, **changes).text


@pytest.mark.parametrize("kind", [SMS, MAIL, VOICE, ChannelKind.SOCIAL])
def test_the_first_notice_says_since_when_though_its_cause_is_found(kind):
    since = text(Situation.IDENTIFIED, kind, **FIRST)
    titled = text(Situation.IDENTIFIED, kind, **FIRST, services=(), title="Kasse gestört")
    assert "Gestört seit 13" in since
    assert "Kasse gestört" in titled
    assert "och nicht" not in titled, "nobody was told before"


def test_a_later_correction_of_a_title_is_no_first_notice():
    assert 'Noch nicht behoben: "Kasse gestört".' in text(
        Situation.CORRECTION, SMS, services=(), title="Kasse gestört"
    )


@pytest.mark.parametrize("audience", COLLEAGUES)
@pytest.mark.parametrize(("locale", "label"), [("de", "Das geht"), ("en", "This works")])
def test_what_still_works_is_named_so_in_what_customers_are_told(audience, locale, label):
    said = read(Situation.UPDATE, MAIL, audience, locale, works="Bestellen", message=None).text
    assert f"{label}: Bestellen." in said


def test_whom_it_concerned_fits_one_and_several():
    for scope in ("Filiale Kiel", "Filialen in Kiel und Hamburg"):
        said = text(Situation.RESOLVED, SMS, scope=scope)
        assert f"Das betraf: {scope}." in said


def test_what_is_put_right_while_it_works_again_is_past():
    again = {"phase": Phase.MONITORING, "scope": "Filialen in Kiel"}
    assert "Das betraf: Filialen in Kiel." in text(Situation.CORRECTION, SMS, **again)
    assert "Wer betroffen war:\nFilialen in Kiel." in text(Situation.CORRECTION, MAIL, **again)


@pytest.mark.parametrize("locale", ["de", "en"])
@pytest.mark.parametrize("audience", AUDIENCES)
def test_a_name_that_is_cut_ends_in_three_dots(audience, locale):
    long = {
        "services": LONG[:1],
        "scope": "Kunden in Österreich und der Schweiz",
        "message": "Ihre Daten sind da.",
    }
    facts = {**long, "instruction": "Bitte bestellen Sie nicht noch einmal.", "organisation": "Muster " * 6}
    for kind in KINDS:
        if audience == "customers" or kind not in PUBLISHED:
            said = read(Situation.UPDATE, kind, audience, locale, **facts)
            assert "...." not in f"{said.subject} {said.text}"


def test_a_subject_tells_that_more_services_are_down_than_it_names():
    assert read(Situation.INVESTIGATING, MAIL, services=LONG).subject.endswith("... und 2 weitere")


def test_a_subject_is_not_cut_behind_a_preposition():
    subject = read(Situation.INVESTIGATING, MAIL, services=LONG[:2]).subject
    assert not re.search(r"\b(per|und|der|in)\.\.\.", subject)


def test_a_quotation_in_a_title_gets_single_marks():
    titled: dict[str, Any] = {"services": (), "title": 'Knopf "Jetzt kaufen" fehlt'}
    assert "„Knopf ‚Jetzt kaufen‘ fehlt“" in text(Situation.MONITORING, MAIL, **titled)
    assert "\"Knopf 'Jetzt kaufen' fehlt\"" in text(Situation.MONITORING, SMS, **titled)
    assert "Knopf Jetzt kaufen fehlt." in text(Situation.MONITORING, VOICE, **titled)


@pytest.mark.parametrize("situation", [Situation.UPDATE, Situation.MONITORING, Situation.RESOLVED])
def test_a_title_that_asks_is_spoken_with_one_mark(situation):
    for audience in AUDIENCES:
        said = text(situation, VOICE, audience, services=(), title=QUESTION)
        assert not re.search(r"[.?!:][.]", said)


def test_a_picture_leaves_no_mark_behind_in_speech():
    for audience in ("customers", "agents", "field"):
        assert not re.search(r"[.?!:][.]", text(Situation.UPDATE, VOICE, audience, message="🙏"))


def test_a_hyphen_that_stands_for_a_word_makes_no_pause():
    said = text(Situation.UPDATE, VOICE, organisation="Vertriebs- und Servicegesellschaft")
    assert said.startswith("Vertriebs und Servicegesellschaft, ")


@pytest.mark.parametrize("audience", ["agents", *COLLEAGUES, "field"])
def test_a_window_over_midnight_begins_with_from(audience):
    over: dict[str, Any] = {"window_ends": at(17, "02:00")}
    assert "Wartung von So, 16.11., 22:00 bis Mo, 17.11., 02:00 Uhr" in text(
        Situation.SCHEDULED, MAIL, audience, **over
    )
    assert "Wartung von Sonntag, 16. November, 22 Uhr bis Montag" in text(
        Situation.SCHEDULED, VOICE, audience, **over
    )
    assert "Wartung am So, 16.11., 22:00 bis 23:30 Uhr" in text(Situation.SCHEDULED, MAIL, audience)
    english = read(Situation.SCHEDULED, MAIL, audience, "en", **over).text
    assert "Maintenance from Sun 16 Nov, 22:00 to Mon 17 Nov, 02:00" in english


def test_customers_read_alike_of_a_cancelled_window():
    over: dict[str, Any] = {"window_ends": at(17, "02:00")}
    assert text(Situation.CANCELLED, MAIL, **over).startswith(
        "Wartung am Sonntag\n\nUnsere Wartung von So, 16.11., 22:00 bis Mo, 17.11., 02:00 Uhr, fällt aus."
    )
    assert "Die Wartung am So, 16.11., fällt aus." in text(Situation.CANCELLED, SMS)


def test_a_call_says_once_when_it_was_reported():
    said = text(Situation.INVESTIGATING, VOICE, started=None, reported=at(16, "14:05"))
    assert said.count("14 Uhr 5") == 1


def test_a_subject_says_once_that_something_is_limited_again():
    subject = read(Situation.DOWN_AGAIN, MAIL, severity=Severity.SEV3).subject
    assert subject == "[Wieder eingeschränkt] Chat und E-Mail-Support"


@pytest.mark.parametrize(
    ("kind", "audience"),
    [(MAIL, "customers"), (ChannelKind.SOCIAL, "customers"), (VOICE, "customers"), (MAIL, "field")],
)
def test_what_works_during_planned_maintenance_works_then(kind, audience):
    planned = text(Situation.SCHEDULED, kind, audience, works="Bestellen", message=None)
    running = text(Situation.IN_PROGRESS, kind, audience, works="Bestellen", message=None)
    assert "Was dann geht:" in planned
    assert "Was jetzt geht:" in running


@pytest.mark.parametrize("kind", [MAIL, ChannelKind.DESK])
def test_agents_do_not_say_since_when_of_what_worked_meanwhile(kind):
    assert "Seit wann?" not in text(Situation.DOWN_AGAIN, kind, "agents")
    assert "Seit wann?" in text(Situation.UPDATE, kind, "agents")


@pytest.mark.parametrize("kind", [MAIL, ChannelKind.DESK])
def test_an_answer_about_data_is_quoted_like_every_other(kind):
    said = text(Situation.UPDATE, kind, "agents", data_loss="Wir prüfen das")
    assert "Sind meine Daten sicher? „Wir prüfen das.“" in said


def test_agents_call_what_was_limited_no_outage():
    said = text(Situation.RESOLVED, MAIL, "agents", severity=Severity.SEV4)
    assert "„Die Einschränkung ist behoben: Chat und E-Mail-Support." in said


def test_colleagues_read_the_former_beginning_of_moved_work_without_end():
    said = text(Situation.MOVED, MAIL, "supervisors", window_ends=None, former_ends=None)
    assert "(statt 22:00 Uhr)" in said


@pytest.mark.parametrize("audience", ["agents", *COLLEAGUES])
def test_maintenance_in_an_exercise_is_a_scenario(audience):
    drilled = read(Situation.SCHEDULED, MAIL, audience, drill=True)
    assert drilled.subject.startswith("[ÜBUNG] ")
    assert drilled.subject.endswith(" – ÜBUNG")
    assert "Übungslage. Wartung am " in drilled.text
    assert "Übungslage. Wartung am " in text(Situation.SCHEDULED, VOICE, audience, drill=True)


def test_agents_are_thanked_once():
    assert text(Situation.DRILL_OVER, SMS, "agents", message="Danke für Ihre Hilfe.").count("Danke") == 1


def test_a_list_of_what_is_open_ends_with_a_full_stop():
    assert re.search(
        r"- Noch offen: .*[a-z]\.$", text(Situation.INVESTIGATING, MAIL, "technical"), re.MULTILINE
    )
