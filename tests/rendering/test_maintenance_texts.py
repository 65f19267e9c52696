"""What readers get about announced work, word by word: each phase and each change of its window."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from broadcast.model.channel import ChannelKind
from broadcast.model.incident import Phase
from broadcast.model.notice import Facts
from broadcast.model.situation import Situation
from broadcast.rendering.render import Renderer
from broadcast.rendering.samples import sample_facts
from tests.harness.cases import for_every
from tests.rendering.facts import SHIPPED

BERLIN = ZoneInfo("Europe/Berlin")
RENDERER = Renderer(SHIPPED, "de")


def at(day: int, clock: str) -> datetime:
    hour, minute = clock.split(":")
    return datetime(2025, 11, day, int(hour), int(minute), tzinfo=BERLIN)


STARTS, ENDS = at(16, "22:00"), at(16, "23:30")
ANNOUNCED = replace(
    sample_facts(Situation.SCHEDULED),
    message=None,
    wording=(),
    title="Neue Datenbank",
    as_of=at(15, "09:00"),
    started=None,
    detected=None,
    window_starts=STARTS,
    window_ends=ENDS,
)
RUNNING = replace(ANNOUNCED, phase=Phase.IN_PROGRESS, started=STARTS, as_of=at(16, "22:00"))
CASES: dict[str, Facts] = {
    "announced": ANNOUNCED,
    "moved": replace(
        ANNOUNCED,
        window_starts=at(17, "23:00"),
        window_ends=at(18, "00:30"),
        former_starts=STARTS,
        former_ends=ENDS,
    ),
    "its end moved": replace(ANNOUNCED, window_ends=at(16, "23:45"), former_starts=STARTS, former_ends=ENDS),
    "under way": RUNNING,
    "longer": replace(RUNNING, window_ends=at(17, "00:30"), former_starts=STARTS, former_ends=ENDS),
    "shorter": replace(RUNNING, window_ends=at(16, "22:45"), former_starts=STARTS, former_ends=ENDS),
    "overdue": replace(RUNNING, as_of=at(16, "23:40")),
    "over": replace(RUNNING, phase=Phase.COMPLETED, as_of=at(16, "23:20"), ended=at(16, "23:20")),
    "over, and down": replace(
        RUNNING, phase=Phase.COMPLETED, as_of=at(16, "23:20"), ended=at(16, "23:20"), outage_open=True
    ),
    "called off": replace(ANNOUNCED, phase=Phase.CANCELLED, ended=at(15, "09:00")),
    "broken off": replace(RUNNING, phase=Phase.CANCELLED, as_of=at(16, "22:20"), ended=at(16, "22:20")),
}

WHAT = {"de": "Chat und E-Mail-Support", "en": "chat and e-mail support"}
#: The subject of the e-mail without its service, and the SMS without sender, link and reference.
SAID = {
    ("de", "announced"): (
        "[Wartung So, 16.11.]",
        "Wartung So, 16.11., 22:00-23:30. Dann nicht erreichbar: {what}.",
    ),
    ("de", "moved"): (
        "[Wartung Mo, 17.11.] Neue Zeit:",
        "Wartung NEU: Mo, 17.11., 23:00 bis Di, 18.11., 00:30 (statt So, 16.11., 22:00-23:30): {what}.",
    ),
    ("de", "its end moved"): (
        "[Wartung So, 16.11.] Neue Zeit:",
        "Wartung NEU: So, 16.11., 22:00-23:45 (statt 22:00-23:30). Dann nicht erreichbar: {what}.",
    ),
    ("de", "under way"): (
        "[Wartung läuft]",
        "Wartung läuft, geplant bis 23:30. Nicht erreichbar: {what}. Hilfe: 030 23125000.",
    ),
    ("de", "longer"): (
        "[Wartung läuft] Dauert länger:",
        "Wartung dauert länger, jetzt bis etwa Mo, 17.11., 00:30: {what}. Hilfe: 030 23125000.",
    ),
    ("de", "shorter"): (
        "[Wartung läuft] Endet früher:",
        "Wartung läuft, jetzt geplant bis 22:45 (statt 23:30): {what}. Hilfe: 030 23125000.",
    ),
    ("de", "overdue"): (
        "[Wartung läuft] Dauert länger:",
        "Wartung dauert länger als geplant. Nicht erreichbar: {what}. Hilfe: 030 23125000.",
    ),
    ("de", "over"): (
        "[Wartung beendet]",
        "Wartung um 23:20 beendet. Wieder erreichbar: {what}.",
    ),
    ("de", "over, and down"): (
        "[Wartung beendet]",
        "Wartung um 23:20 beendet: {what}. Über eine Störung berichten wir gesondert.",
    ),
    ("de", "called off"): (
        "[Wartung So, 16.11.] Fällt aus:",
        "Die Wartung am So, 16.11., fällt aus. Erreichbar bleibt: {what}. Sie müssen nichts tun.",
    ),
    ("de", "broken off"): (
        "[Wartung abgebrochen]",
        "Wartung abgebrochen. Wieder erreichbar: {what}.",
    ),
    ("en", "announced"): (
        "[Maintenance Sun 16 Nov]",
        "Maintenance Sun 16 Nov, 22:00-23:30. Not available then: {what}.",
    ),
    ("en", "moved"): (
        "[Maintenance Mon 17 Nov] New time:",
        (
            "Maintenance moved to Mon 17 Nov, 23:00 to Tue 18 Nov, 00:30 (was Sun 16 Nov, 22:00-23:30). "
            "Not available then: {what}."
        ),
    ),
    ("en", "its end moved"): (
        "[Maintenance Sun 16 Nov] New time:",
        "Maintenance moved to Sun 16 Nov, 22:00-23:45 (was 22:00-23:30). Not available then: {what}.",
    ),
    ("en", "under way"): (
        "[Maintenance now]",
        "Maintenance now, planned until 23:30. Not available: {what}. Help: 030 23125000.",
    ),
    ("en", "longer"): (
        "[Maintenance now] Takes longer:",
        "Maintenance takes longer, until about Mon 17 Nov, 00:30: {what}. Help: 030 23125000.",
    ),
    ("en", "shorter"): (
        "[Maintenance now] Ends earlier:",
        "Maintenance now, planned until 22:45 (was 23:30). Not available: {what}. Help: 030 23125000.",
    ),
    ("en", "overdue"): (
        "[Maintenance now] Takes longer:",
        "Maintenance takes longer than planned. Not available: {what}. Help: 030 23125000.",
    ),
    ("en", "over"): (
        "[Maintenance over]",
        "Maintenance ended at 23:20. Available again: {what}.",
    ),
    ("en", "over, and down"): (
        "[Maintenance over]",
        "Maintenance ended at 23:20: {what}. There is a separate message about an outage.",
    ),
    ("en", "called off"): (
        "[Maintenance Sun 16 Nov] Cancelled:",
        "Maintenance on Sun 16 Nov is cancelled. Still available: {what}. No action needed.",
    ),
    ("en", "broken off"): (
        "[Maintenance stopped]",
        "Maintenance was stopped. Available again: {what}.",
    ),
}


@for_every(("locale", "case"), SAID)
def test_announced_work_is_told_in_these_words(locale, case):
    subject, text = SAID[locale, case]

    mail = RENDERER.render(CASES[case], "customers", locale, ChannelKind.EMAIL).message
    sms = RENDERER.render(CASES[case], "customers", locale, ChannelKind.SMS).message

    assert (mail.subject or "").casefold() == f"{subject} {WHAT[locale]}".casefold()
    assert sms.text == f"Muster Handel: {text.format(what=WHAT[locale])} https://muster.example [INC-7/1]"


@for_every("audience", ["customers", "agents", "supervisors", "executives", "technical", "field"])
@for_every("locale", ["de", "en"])
@for_every("case", CASES)
def test_without_a_service_nothing_is_called_available_or_not(audience, locale, case):
    facts = replace(CASES[case], services=())
    for kind in (ChannelKind.SMS, ChannelKind.EMAIL, ChannelKind.VOICE):
        text = RENDERER.render(facts, audience, locale, kind).message.text
        assert "vailable" not in text
        assert "rreichbar" not in text
        assert "Neue Datenbank" in text


@pytest.mark.parametrize("locale", ["de", "en"])
def test_a_move_names_both_windows_wherever_there_is_room(locale):
    for audience in ("customers", "agents", "supervisors", "executives", "technical", "field"):
        for kind in (ChannelKind.SMS, ChannelKind.EMAIL):
            text = RENDERER.render(CASES["moved"], audience, locale, kind).message.text
            assert all(clock in text for clock in ("23:00", "00:30", "22:00", "23:30")), (audience, kind)
