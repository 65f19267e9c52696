"""A German report says in German what the engine noted, and quotes what it does not know."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

from broadcast.reports.markdown import as_markdown
from broadcast.reports.reasons import translate
from tests.harness.cases import for_every
from tests.reports.filled_ledger import Try, outage, owed, person, posted


@for_every(
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
        ("superseded by notice 3", "überholt durch Meldung 3"),
        ("mailbox unknown", "„mailbox unknown“"),
        ("HTTP 503: over capacity", "HTTP 503: „over capacity“"),
        (
            "the message was refused (HTTP 400): bad sender",
            "die Nachricht wurde abgelehnt (HTTP 400): „bad sender“",
        ),
        (
            "the mail server refused the recipient (550: 5.1.1 gone)",
            "der Mailserver lehnte die Adresse ab (550: „5.1.1 gone“)",
        ),
        ("5 in a row: look-up failed: HTTP 503", "5 in Folge: Nachfrage beim Anbieter misslungen: HTTP 503"),
        (
            "suppressed: phone opted out, email bounced",
            "gesperrt: Telefonnummer abgemeldet, E-Mail-Adresse unzustellbar",
        ),
        ("Twilio has no such message yet", "bisher: Twilio hat keine solche Nachricht"),
        ("the text is longer than 1,600 characters", "der Text ist länger als 1.600 Zeichen"),
        (
            "alt is left out by --channel or --not-channel, so its thread 7 stays open",
            "alt ist durch --channel oder --not-channel ausgenommen; der Verlauf 7 bleibt offen",
        ),
        ("an answer (with words) that nobody knows", "„an answer (with words) that nobody knows“"),
        ("3 in a row: mailbox unknown", "3 in Folge: „mailbox unknown“"),
        ("HTTP 503", "HTTP 503"),
        ("{0} %s", "„{0} %s“"),
        ("look-up failed: {0}", "Nachfrage beim Anbieter misslungen: {0}"),
    ],
)
def test_reasons_are_translated_or_quoted(noted, german):
    assert translate(noted, "de") == german


def outcome_reasons() -> Iterator[tuple[str, str]]:
    """Every reason that an outcome is made with in our source, its values replaced, with its place."""
    files = [path for path in sorted(SOURCE.rglob("*.py")) if not {"sandbox", "testing"} & set(path.parts)]
    for path in files:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            yield from ((f"{path.name}:{getattr(node, 'lineno', 0)}", one) for one in of_outcome(node))
        if "channels" in path.parts:
            yield from ((path.name, one) for each in tree.body for one in of_table(each))


def of_outcome(node: Any) -> Iterator[str]:
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in OUTCOMES and node.args:
        yield from spelled(node.args[0])


def spelled(node: Any) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
        yield "".join(map(filled_in, node.values))
    elif isinstance(node, ast.BoolOp):
        yield from (one for part in node.values for one in spelled(part))


def filled_in(part: Any) -> str:
    """A part of a text with values: 503 for any value but a provider's explanation, which may be missing."""
    if isinstance(part, ast.Constant):
        return str(part.value)
    return "" if ast.unparse(part.value) == "explained" else "503"


def of_table(node: Any) -> Iterator[str]:
    """The reasons in the tables by which adapters read a provider's codes."""
    if isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") in TABLES and node.value:
        texts = (one.value for one in ast.walk(node.value) if isinstance(one, ast.Constant))
        yield from (text for text in texts if isinstance(text, str) and " " in text)


SOURCE = Path(__file__).parents[2] / "broadcast"
OUTCOMES = {"Rejected", "NotSent", "Unknown", "NoReply"}
TABLES = {"CODES", "STATUSES", "STAGES", "CREDENTIALS", "PLACES", "MESSAGES", "_REASONS", "WORDS"}


def test_every_reason_of_our_own_is_told_in_german():
    known = list(outcome_reasons())

    assert len(known) > 120
    assert [(place, reason) for place, reason in known if translate(reason, "de") == f"„{reason}“"] == []


@pytest.mark.parametrize(
    "reason", ["x: " * 900, "look-up failed: " * 300, "a (b " * 900, "7 in a row: " * 300]
)
def test_a_reason_without_end_is_told_at_once(reason):
    before = perf_counter()
    translate(reason, "de")
    assert perf_counter() - before < 1


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

    assert not tell().people.unknown
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
