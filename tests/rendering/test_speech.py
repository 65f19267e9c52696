"""What is written is said as people say it; `announcements.tsv` holds what every reader would hear."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadcast.model.message import SLOT_CLOSE, SLOT_OPEN
from broadcast.rendering.speech import seconds, spoken, words
from broadcast.rendering.words import words_for
from tests.harness.cases import for_every
from tests.security.hostile_texts import EVERYTHING

GERMAN, ENGLISH = words_for("de"), words_for("en")

CORE = (
    "Stand 14 Uhr 5. Gestört seit 13 Uhr 40: Chat und E-Mail. Bestellen und Bezahlen geht. "
    "Wir arbeiten an der Lösung. Die nächste Information gibt es um 14 Uhr 35."
)
# Language, words, seconds, as it is written, as it is said.
ROWS = [
    tuple(line.split("\t"))
    for line in (Path(__file__).parent / "announcements.tsv").read_text(encoding="utf-8").splitlines()
]
ABBREVIATIONS = re.compile(r"\b(?:MEZ|MESZ|CET|CEST|UTC|HTTPS?|DSGVO|VPN|SMS|PIN)\b")
SPELLED = re.compile(r"[A-ZÄÖÜ]{2}")
HALF_DAY = re.compile(r"1?\d:[0-5]\d [ap]m")
PARTS = (
    *("um ", "13:40", "1:2", " Uhr", "10.0.3.12", "3.12.", ":", "/", "-", "–", " ", "(", ")", "[INC-7/1]"),
    *("INC-7", "a@b.example", "@", "https://", "www.", "http://a.b", '"', "2:35 pm", " am", "8", "1", "So, "),
    *("Sun ", "Nov", "16.11.", ", ", "SEV1", "ÜBUNG", "%", " min", "€", "T", "2026-11-16", "030 23125000"),
    *("+49", "E-Mail: ", "an ", "z. B. ", "24/7", "'", ". ", "Version ", "\n"),
)
UNSPEAKABLE = re.compile(r"[()\[\]{}<>@|\\\"“”„]|https?:|www\.|\d:\d")


@for_every(
    ("written", "german", "english"),
    [
        ("seit 14:20 Uhr.", "seit 14 Uhr 20.", "seit 2:20 pm."),
        ("14:00: Chat", "14 Uhr: Chat", "2 pm: Chat"),
        ("08:05", "8 Uhr 5", "8:05 am"),
        ("0:10 12:00", "0 Uhr 10 12 Uhr", "12:10 am 12 pm"),
        ("14:05 Uhr 14.05 Uhr", "14 Uhr 5 14 Uhr 5", "2:05 pm 2:05 pm"),
        ("1:40 pm, at 2:35 p.m.", "13 Uhr 40, at 14 Uhr 35.", "1:40 pm, at 2:35 pm."),
        ("um 8 am Montag", "um 8 am Montag", "um 8 am Montag"),
        ("10:11:12", "10 Uhr 11 und 12 Sekunden", "10:11 am and 12 seconds"),
        ("13:40-14:22 Uhr", "13 Uhr 40 bis 14 Uhr 22", "1:40 pm to 2:22 pm"),
        ("02:30 (MESZ) Uhr", "2 Uhr 30 MESZ", "2:30 am MESZ"),
        ("02:30 Uhr (MESZ).", "2 Uhr 30 MESZ.", "2:30 am MESZ."),
        ("So 16.11. 13:40", "Sonntag 16. November 13 Uhr 40", "Sunday 16 November 1:40 pm"),
        ("So, 16.11., 08:00 Uhr", "Sonntag, 16. November, 8 Uhr", "Sunday, 16 November, 8 am"),
        ("Sun 16 Nov, 08:00", "Sonntag 16. November, 8 Uhr", "Sunday 16 November, 8 am"),
        ("Sun 16 Nov", "Sonntag 16. November", "Sunday 16 November"),
        ("am 3.4.2026", "am 3. April 2026", "am 3 April 2026"),
        ("am 3.12. Neu", "am 3. Dezember. Neu", "am 3 December. Neu"),
        ("2026-11-16T13:40", "16. November 2026, 13 Uhr 40", "16 November 2026, 1:40 pm"),
        ("So erreichen Sie uns:", "So erreichen Sie uns:", "So erreichen Sie uns:"),
        ("So, 16. November", "Sonntag, 16. November", "Sunday, 16 November"),
        ("Sun, 16 November", "Sonntag, 16. November", "Sunday, 16 November"),
        ("Mo-Fr, 8-18 Uhr", "Montag bis Freitag, 8 bis 18 Uhr", "Monday to Friday, 8 to 18 Uhr"),
        ("Mon to Fri", "Montag bis Freitag", "Monday to Friday"),
        ("Tel. 030 23125000.", "Telefon 0 3 0, 2 3, 1 2, 5 0, 0 0.", "Phone 0 3 0, 2 3, 1 2, 5 0, 0 0."),
        ("+49 30 1234567", "plus 4 9, 3 0, 1 2, 3 4, 5 6, 7", "plus 4 9, 3 0, 1 2, 3 4, 5 6, 7"),
        ("+49 (0)30 1234-567", "plus 4 9, 3 0, 1 2, 3 4, 5 6 7", "plus 4 9, 3 0, 1 2, 3 4, 5 6 7"),
        ("Nr. 4711-0815", "Nummer 4711-0815", "Nr. 4711-0815"),
        ("INC-42", "Vorgang 42", "incident 42"),
        ("Vorgang INC-42.", "Vorgang 42.", "Incident 42."),
        ("Reference INC-42.", "Vorgang 42.", "Incident 42."),
        ("Chat [INC-7/12]", "Chat, Vorgang 7, Meldung 12", "Chat, incident 7, message 12"),
        ("SEV1", "Schweregrad 1", "severity 1"),
        ("10.0.3.12.", "1 0 Punkt 0 Punkt 3 Punkt 1 2.", "1 0 dot 0 dot 3 dot 1 2."),
        ("10.0.3.12:80", "1 0 Punkt 0 Punkt 3 Punkt 1 2, Port 8 0", "1 0 dot 0 dot 3 dot 1 2, port 8 0"),
        ("2.10.1, v3.12", "2 Punkt 10 Punkt 1, Version 3 Punkt 12", "2 dot 10 dot 1, version 3 dot 12"),
        ("Version 3.12.", "Version 3 Punkt 12.", "Version 3 dot 12."),
        ("1.000.000 2 500", "1.000.000 2 500", "1.000.000 2 500"),
        ("90 min, 1 h", "90 Minuten, 1 Stunde", "90 minutes, 1 hour"),
        (
            "5-10 Min. Danach 5 %.",
            "5 bis 10 Minuten. Danach 5 Prozent.",
            "5 to 10 minutes. Danach 5 percent.",
        ),
        ("€5, 3 GB", "5 Euro, 3 Gigabyte", "5 euros, 3 gigabytes"),
        ("ca. 5, z. B. Chat", "etwa 5, zum Beispiel Chat", "about 5, z. B. Chat"),
        ("e.g. chat, approx. 5", "e.g. chat, approx. 5", "for example chat, about 5"),
        ("3:1, 24/7", "3 zu 1, rund um die Uhr", "3 to 1, around the clock"),
        ("siehe https://muster.example/i/7?x=1.", "siehe unsere Internetseite.", "siehe our website."),
        ("Mehr: www.muster.example", "Mehr: auf unserer Internetseite", "Mehr: on our website"),
        ("Auf HTTPS://muster.example", "Auf unserer Internetseite", "On our website"),
        ("muster.example/status", "auf unserer Internetseite", "on our website"),
        ("Hilfe, E-Mail: hilfe@muster.example.", "Hilfe, per E-Mail.", "Hilfe, by e-mail."),
        ("Schreiben Sie an a@b.example.", "Schreiben Sie per E-Mail.", "Schreiben Sie by e-mail."),
        ("eine E-Mail an a@b.example", "eine E-Mail", "eine E-Mail"),
        ("Fragen an: a@b.example", "Fragen per E-Mail", "Fragen by e-mail"),
        ("Email us at a@b.example.", "Email us.", "Email us."),
        ("https://meet.example Hilfe:", "auf unserer Internetseite. Hilfe:", "on our website. Hilfe:"),
        ("Hamburg/Kiel, km/h", "Hamburg, Kiel, km/h", "Hamburg, Kiel, km/h"),
        ("R&D", "R und D", "R and D"),
        ("Offen:\n- Chat\n- Telefon", "Offen: Chat, Telefon", "Offen: Chat, Telefon"),
        ("🚨 *Achtung* <b>", "Achtung b", "Achtung b"),
        ("Chat (seit gestern). Kunde(n)", "Chat, seit gestern. Kunden", "Chat, seit gestern. Kunden"),
        ("KORREKTUR: NEU, WICHTIG", "Korrektur: Neu, Wichtig", "Korrektur: Neu, Wichtig"),
        ("INTERN – bitte", "Intern, bitte", "Intern, bitte"),
        ("DSGVO, VPN", "DSGVO, VPN", "DSGVO, VPN"),
        ("“Chat down.” don't", "Chat down. don't", "Chat down. don't"),
        (
            *('Noch nicht behoben: "Chat gestört".', "Noch nicht behoben: Chat gestört."),
            "Noch nicht behoben: Chat gestört.",
        ),
    ],
)
def test_what_is_written_is_said_as_people_say_it(written, german, english):
    assert (spoken(written, GERMAN), spoken(written, ENGLISH)) == (german, english)


@for_every(("locale", "most", "lasting", "written", "said"), ROWS)
def test_every_announcement_is_said_as_it_was_agreed(locale, most, lasting, written, said):
    assert spoken(written, words_for(locale)) == said
    assert words(said) == int(most) <= 40
    assert abs(seconds(said) - int(lasting)) <= 1


@pytest.mark.parametrize(
    "text",
    ["ÜBUNG: Der Test läuft. ÜBUNG", "[ÜBUNG] Der Test läuft – ÜBUNG", "ÜBUNG Übung. Der Test läuft. ÜBUNG"],
)
def test_an_exercise_is_said_as_a_sentence_of_its_own(text):
    assert spoken(text, GERMAN) == "Übung. Der Test läuft. Übung."


def test_a_scenario_is_no_mark_of_an_exercise():
    assert spoken("Übungslage: Chat. Die Übung endet.", GERMAN) == "Übungslage: Chat. Die Übung endet."


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("https://muster.example/i/7", "auf unserer Internetseite"),
        ("https://status.muster.example", "auf unserer Internetseite"),
        ("https://meet.example/inc7", "im Internet"),
        ("https://notmuster.example", "im Internet"),
    ],
)
def test_another_organisations_page_is_not_called_ours(link, said):
    assert spoken(f"Mehr: {link}", GERMAN, "https://www.muster.example/x") == f"Mehr: {said}"
    assert spoken(f"Mehr: {link}", GERMAN, "") == "Mehr: im Internet"


def test_a_persons_own_words_still_find_their_place():
    slot = f"{SLOT_OPEN}first_name{SLOT_CLOSE}"

    assert spoken(f"Guten Tag {slot}.", GERMAN) == f"Guten Tag {slot}."


@for_every("text", [*EVERYTHING, *(row[3] for row in ROWS)])
def test_nothing_unspeakable_is_left_of_any_text(text):
    _assert_speakable(text)


@settings(max_examples=300)
@given(st.lists(st.sampled_from(PARTS), max_size=7).map("".join))
def test_nothing_unspeakable_is_left_however_it_is_put_together(text):
    _assert_speakable(text)


def _assert_speakable(text: str) -> None:
    """A time in English keeps its colon, as all voices know it: `2:35 pm`."""
    german, english = spoken(text, GERMAN), spoken(text, ENGLISH)

    assert not UNSPEAKABLE.search(german), (ascii(text), ascii(german))
    assert not UNSPEAKABLE.search(HALF_DAY.sub("", english)), (ascii(text), ascii(english))


@for_every("said", [row[4] for row in ROWS])
def test_no_announcement_spells_a_word(said):
    assert not SPELLED.search(ABBREVIATIONS.sub("", said))


@for_every(("locale", "written"), [(row[0], row[3]) for row in ROWS[::7]])
def test_what_is_spoken_already_stays_as_it_is(locale, written):
    once = spoken(written, words_for(locale))

    assert spoken(once, words_for(locale)) == once


@pytest.mark.parametrize(
    ("text", "measured"),
    [
        ("Muster Handel, automatische Ansage.", 2.8),
        ("Zurzeit ist keine Störung bekannt. Alle Dienste laufen.", 4.2),
        (CORE, 14.6),
    ],
)
def test_the_estimate_is_close_to_what_espeak_took(text, measured):
    assert abs(seconds(text) - measured) < 1.5
