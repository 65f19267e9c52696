"""Who has to agree is told by what they agreed to, and a no is a no."""

from __future__ import annotations

import json

import pytest

from broadcast.contacts.book import read_contacts
from broadcast.model.consent import Consent, Purpose, answer

REQUIRED = 'lanes = [["email"], ["sms"]]\nconsent = "required"'
BOTH = 'lanes = [["email"], ["sms"]]'
ANNA = {"id": "1", "name": "Anna", "email": "anna@kunde.example", "phone": "+4915112345178"}


def told(muster) -> list[str]:
    return sorted({message.provider for message in muster.received()})


@pytest.mark.parametrize(
    ("audience", "columns", "ways"),
    [
        (BOTH, {}, ["sendgrid", "twilio"]),
        (BOTH, {"consent_sms": "no"}, ["sendgrid"]),
        (REQUIRED, {"consent_email": "yes"}, ["sendgrid"]),
        (REQUIRED, {"consent_email": "2026-01-05"}, ["sendgrid"]),
        (REQUIRED, {"Einwilligung SMS": "ja", "Einwilligung SMS Datum": "05.01.2026"}, ["twilio"]),
        (REQUIRED, {"consent_email": "perhaps", "consent_sms": "x"}, ["twilio"]),
        (REQUIRED, {"consent_email": "yes", "consent_email_incident": "no", "consent_sms": "1"}, ["twilio"]),
        (f"{BOTH}\ninternal = true", {"consent_sms": "no"}, ["sendgrid", "twilio"]),
    ],
)
def test_people_are_told_by_what_they_agreed_to(muster, audience, columns, ways):
    muster.write_contacts("customers", [ANNA | columns])
    muster.audiences(customers=audience)

    result = muster.notify()

    assert told(muster) == ways
    assert (result["exit_code"], result["counts"]["suppressed"]) == (0, 0)


def test_who_agreed_to_nothing_is_counted_as_suppressed(muster):
    muster.write_contacts(
        "customers", [ANNA | {"consent_sms": "yes"}, {"id": "2", "email": "bert@kunde.example"}]
    )
    muster.audiences(customers=REQUIRED)

    result = muster.notify()
    preview = muster.run("notify", "Kasse gestört", "--dry-run").out

    assert result["counts"]["suppressed"] == 1
    assert "customers: 2 people, email without consent" in preview


def test_drills_have_an_answer_of_their_own(muster):
    muster.write_contacts("customers", [ANNA | {"consent_email": "yes", "consent_email_drill": "no"}])
    muster.audiences(customers=REQUIRED)

    assert muster.run("notify", "Kasse gestört", "--drill", "--yes").code == 3
    assert muster.notify()["counts"]["accepted"] == 1


def test_the_check_counts_what_is_not_used_and_why(muster):
    muster.write_contacts(
        "customers", [ANNA | {"consent_email": "yes"}, {"id": "2", "phone": "+4915112345278"}]
    )
    muster.audiences(customers=REQUIRED)
    muster.suppress("anna@kunde.example")

    shown = json.loads(muster.run("contacts", "check", "-o", "json").out)["audiences"]["customers"]

    assert shown["barred"] == {"sms without consent": 2, "email opted out": 1}
    assert shown["addresses"] == {"phone": 2, "email": 0}
    assert "customers: 2 people, sms without consent" in muster.run("contacts", "check").out
    assert "sms without consent" in muster.run("contacts", "list").out


def test_a_rule_that_is_none_is_named_with_its_line(muster):
    muster.audiences(customers='lanes = [["email"]]\nconsent = "double-opt-in"')

    said = muster.run("contacts", "check")

    assert said.code == 6
    assert '"double-opt-in" is not a consent rule' in said.err


def test_consent_is_read_with_its_date_and_its_source_and_is_no_variable(tmp_path):
    path = tmp_path / "kunden.csv"
    path.write_text(
        "email,consent_email,consent_email_date,consent_email_source,consent_sms_drill,consent_sms_drill_date\n"
        "anna@kunde.example,yes,2026-01-05,Formular 7,nein,bald\n",
        "utf-8",
    )

    book = read_contacts([path], "DE")

    (anna,) = book.contacts
    assert anna.consents == (
        Consent(channel="email", purpose="", given=True, since="2026-01-05", source="Formular 7"),
        Consent(channel="sms", purpose="drill", given=False),
    )
    assert book.columns == ()
    assert book.warnings == (
        "kunden.csv:2: the date of the consent for sms is not known; write it like 2026-01-31",
    )


def test_of_two_rows_of_one_person_the_later_word_counts(muster):
    columns = ("email", "consent_email", "consent_email_date")
    rows = [("anna@kunde.example", "yes", "2026-01-05"), ("anna@kunde.example", "no", "2026-03-01")]
    muster.write_contacts("customers", [dict(zip(columns, row, strict=True)) for row in rows])
    muster.audiences(customers=REQUIRED)

    assert muster.run("notify", "Kasse gestört", "--yes").code == 3


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([], None),
        ([Consent(channel="sms", purpose="", given=True)], None),
        (
            [
                Consent(channel="email", purpose="", given=True, since="2026-01-05"),
                Consent(channel="email", purpose="", given=False),
            ],
            False,
        ),
        (
            [
                Consent(channel="email", purpose="", given=False, since="2026-01-05"),
                Consent(channel="email", purpose="", given=True),
            ],
            False,
        ),
        (
            [
                Consent(channel="email", purpose="", given=False, since="2026-01-05"),
                Consent(channel="email", purpose="", given=True, since="2026-02-01"),
            ],
            True,
        ),
    ],
)
def test_the_latest_answer_counts_and_an_undated_no_always(said, expected):
    assert answer(said, "email", Purpose.INCIDENT) is expected
