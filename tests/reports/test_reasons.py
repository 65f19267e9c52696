"""A German report says in German what the engine noted, and quotes what it does not know."""

from __future__ import annotations

import re

import pytest

from broadcast.reports.markdown import as_markdown
from broadcast.reports.reasons import in_german
from tests.reports.filled import Try, outage, owed, person, posted


@pytest.mark.parametrize(
    ("noted", "german"),
    [
        (
            "unreachable: no email for email, mail-backup",
            "nicht erreichbar: keine E-Mail-Adresse für email, mail-backup",
        ),
        ("unreachable: no phone for sms", "nicht erreichbar: keine Telefonnummer für sms"),
        ("5 in a row: connection refused", "5 in Folge: Verbindung abgelehnt"),
        (
            "look-up failed: no answer within 10 s",
            "Nachfrage beim Anbieter misslungen: keine Antwort innerhalb von 10 s",
        ),
        ("superseded by notice 3", "überholt durch Mitteilung 3"),
        ("mailbox unknown", "„mailbox unknown“"),
        ("3 in a row: mailbox unknown", "3 in Folge: „mailbox unknown“"),
        ("HTTP 503", "HTTP 503"),
        ("{0} %s", "„{0} %s“"),
        ("look-up failed: {0}", "Nachfrage beim Anbieter misslungen: {0}"),
    ],
)
def test_reasons_are_translated_or_quoted(noted, german):
    assert in_german(noted) == german


def test_no_reason_stands_in_a_german_report_as_if_it_were_our_own_words(chronicle, tell):
    outage(chronicle)

    german = as_markdown(tell(), "de")

    assert "keine E-Mail-Adresse für email, mail-backup" in german
    assert "Verbindung abgelehnt" in german
    for line in (line for line in german.splitlines() if "mobile number" in line):
        assert "„" in line
    assert "connection refused" in as_markdown(tell(), "en")


def test_a_lost_answer_is_never_denied_though_everybody_was_told(chronicle, tell):
    notice = chronicle.publish(6, [owed(person("c1"), ("mail-backup", "sms")), posted("x")])
    lost = Try("mail-backup", "unknown", 7, "timeout after sending")
    fates = {"c1": [lost, Try("sms", "accepted", 8)], "channel:x": [Try("x", "unknown", 8)]}
    chronicle.send(notice, 6.5, fates)

    assert not tell().people.unsure
    assert "Lost answers: 2" in as_markdown(tell(), "en")
    assert "Verlorene Antworten: 2" in as_markdown(tell(), "de")
    assert "No answer was lost" not in as_markdown(tell(), "en")


def test_without_a_lost_answer_the_report_says_so(chronicle, tell):
    notice = chronicle.publish(6, [owed(person("c1"), ("sms",))])
    chronicle.send(notice, 6.5, {"c1": [Try("sms", "accepted", 7)]})

    assert "No answer was lost." in as_markdown(tell(), "en")


@pytest.mark.parametrize("locale", ["de", "en"])
def test_one_is_singular_in_every_number_of_a_report(chronicle, tell, locale):
    chronicle.send(
        chronicle.publish(6, [owed(person("c1"), ("sms",))], next_update=36),
        6.5,
        {"c1": [Try("sms", "rejected", 7)]},
    )

    report = as_markdown(tell(), locale)

    assert not re.search(r"\b1\W+(?:of|von)?\W*(?:1 )?(?:people|promises|Personen|Zusagen)\b", report)
    assert ("von 1 Person" if locale == "de" else "of 1 person") in report
