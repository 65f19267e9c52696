"""An export has all data of the person, and none of other people."""

from __future__ import annotations

import json
import re

import pytest

BERT = "bert@kunde.example"


def export(muster, whom: str) -> dict:
    said = muster.run("contacts", "export-person", whom, "-o", "json")
    assert said.code == 0, said.err
    return json.loads(said.out)


@pytest.fixture
def told(muster):
    """Bert, with consent and a further column, told once and then suppressed."""
    people = [
        {"id": "kd4711-0", "name": "Annika", "email": "annika@kunde.example", "phone": "+4915112345078"},
        {"id": "kd4711-1", "name": "Bert", "email": BERT, "phone": "+4915112345178"},
    ]
    consent = {"consent_email": "yes", "consent_email_date": "2026-01-05", "consent_email_source": "Formular"}
    muster.write_contacts("customers", [each | consent | {"filiale": "Mitte"} for each in people])
    muster.notify()
    muster.suppress(BERT)
    return muster


@pytest.mark.parametrize("whom", ["kd4711-1", BERT.upper(), "0151 12345178"])
def test_everything_is_given_by_any_of_their_names(told, whom):
    found = export(told, whom)

    (row,) = found["contacts_files"]
    assert (row["audience"], row["email"], row["further"]) == ("customers", BERT, {"filiale": "Mitte"})
    assert row["consents"] == [
        {"channel": "email", "purpose": "", "given": True, "since": "2026-01-05", "source": "Formular"}
    ]
    (message,) = found["messages"]
    assert (message["incident"], message["channel"], message["state"]) == ("INC-1", "email", "accepted")
    assert "Kasse gestört" in message["subject"]
    assert "Kasse gestört" in message["text"]
    assert [attempt["outcome"] for attempt in message["attempts"]] == ["accepted"]
    assert [each["reason"] for each in found["suppressions"]] == ["opted-out"]


def test_nothing_is_given_about_anybody_else(told):
    said = told.run("contacts", "export-person", BERT)

    assert "Bert" in said.out
    assert "Annika" not in said.out + json.dumps(export(told, BERT))


@pytest.mark.parametrize(
    ("locale", "heading"),
    [
        ("de", "Auskunft über die zu Ihnen gespeicherten Daten"),
        ("en-GB", "Information about the data"),
    ],
)
def test_they_read_it_in_their_language(muster, locale, heading):
    muster.write_contacts("customers", [{"id": "kd4711-1", "name": "Bert", "email": BERT, "locale": locale}])

    assert heading in muster.run("contacts", "export-person", BERT).out


def test_the_outcome_of_a_message_is_in_their_language(told):
    told.notify()

    said = told.run("contacts", "export-person", BERT).out

    assert "angenommen" in said
    assert "gesperrt, nicht gesendet" in said
    assert "abgemeldet" in said
    assert "05.01.2026" in said
    assert re.search(r"Stand \d+\.\d+\.\d{4}, \d\d:\d\d Uhr \(MES?Z\)", said)


def test_a_person_only_in_a_file_is_found_and_an_unknown_one_is_reported(muster):
    assert export(muster, "kd4711-2")["contacts_files"][0]["name"] == "Carl"

    said = muster.run("contacts", "export-person", "nobody@kunde.example")

    assert said.code == 3
    assert "nothing is known about nobody@kunde.example" in said.err


def test_a_suppression_is_given_though_nothing_else_is_known(muster):
    muster.suppress("nobody@kunde.example")

    assert [each["kind"] for each in export(muster, "nobody@kunde.example")["suppressions"]] == ["email"]


def test_forgetting_suppresses_only_on_request(told):
    assert told.run("forget", "kd4711-0", "--yes").code == 0
    assert len(told.suppressed()) == 1
    told.notify()

    assert told.run("forget", "kd4711-0", "--suppress", "--yes").code == 0

    assert [each["address"] for each in told.suppressed()] == ["b•••@kunde.example", "", ""]
    assert told.run("notify", "Wieder", "--yes").code == 3
