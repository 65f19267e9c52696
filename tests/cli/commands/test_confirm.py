"""Confirmation by hand: one person, once, and shown in the log beside what people wrote."""

from __future__ import annotations

import json
import re

import pytest

from broadcast.ledger.inbox import InboundEffect, NewInbound
from broadcast.ledger.ledger import Ledger
from broadcast.model.contact import AddressKind
from broadcast.model.inbound import InboundMessage
from broadcast.testing.ledger_samples import after
from tests.harness.program_company import PEOPLE


def written(company, text: str, notice: int | None) -> None:
    """Record what Annika wrote to us."""
    ledger = Ledger.open(company.folder / "broadcast.db")
    (incident,) = ledger.incidents.all()
    message = InboundMessage(ref=f"SM{text}", sender=PEOPLE[0]["phone"], text=text)
    new = NewInbound(
        channel="sms",
        message=message,
        kind=AddressKind.PHONE,
        meaning="other",
        notice=notice,
        at=incident.opened_at,
    )
    ledger.inbox.take(new, InboundEffect())
    ledger.close()


@pytest.mark.parametrize(
    "by",
    ["kd4711-0", "customers:kd4711-0", "Annika@kunde.example", "0151 12345078", "+49 151 12345078", "annika"],
)
def test_a_person_is_known_by_id_name_number_and_mailbox(mail_company, by):
    mail_company.notify("Chat down")

    done = mail_company.run("confirm", "INC-1", "--by", by, "--note", "called back", "-o", "json")

    assert done.code == 0, done.err
    assert (done.result["schema"], done.result["changed"]) == ("broadcast.confirmation/1", True)
    (answer,) = done.result["answers"]
    assert (answer["contact"], answer["answer"], answer["means"]) == ("kd4711-0", "confirm", "command")
    assert (answer["note"], answer["late"]) == ("called back", False)


def test_a_second_confirmation_changes_nothing_and_says_so(mail_company):
    mail_company.notify("Chat down")

    first = mail_company.run("confirm", "INC-1", "--by", "kd4711-0")
    again = mail_company.run("confirm", "INC-1", "--by", "kd4711-0", "--note", "once more")

    assert (first.code, first.out) == (0, "INC-1/1 confirmed by Annika\n")
    assert again.code == 0
    assert re.fullmatch(r"INC-1/1 was already confirmed by Annika at \d\d:\d\d by command\n", again.out)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["INC-1", "--by", "nobody@kunde.example"], 3, "INC-1/1 was not for nobody@kunde.example"),
        (["INC-1", "--by", "kd4711-0", "--notice", "7"], 3, "INC-1 has no notice 7"),
        (["INC-1"], 2, "INC-1/1 is for 3 people: Annika (customers:kd4711-0, "),
        (["INC-1", "--by", " "], 2, "--by is empty"),
        (["INC-9", "--by", "kd4711-0"], 2, "there is no incident INC-9"),
    ],
)
def test_who_is_meant_must_be_clear(mail_company, arguments, code, said):
    mail_company.notify("Chat down")

    ended = mail_company.run("confirm", *arguments)

    assert ended.code == code
    assert said in ended.err
    assert PEOPLE[1]["email"] not in ended.err


def test_two_people_with_one_number_are_listed(mail_company):
    shared = [{**person, "phone": PEOPLE[0]["phone"]} for person in PEOPLE[:2]]
    mail_company.write_contacts("customers", shared)
    mail_company.notify("Chat down")

    ended = mail_company.run("confirm", "INC-1", "--by", PEOPLE[0]["phone"])

    assert ended.code == 2
    assert "2 people: Annika (customers:kd4711-0, " in ended.err
    assert "--by AUDIENCE:ID" in ended.err


def test_the_log_shows_confirmations_and_what_people_wrote(mail_company):
    mail_company.notify("Chat down")
    mail_company.run("confirm", "INC-1", "--by", "kd4711-0", "--note", "called\x1b[31m back")
    written(mail_company, "Wann <geht> es\x1b[2J wieder? 🙏", 1)
    written(mail_company, "Falsche Nummer?", None)

    entries = json.loads(mail_company.run("log", "INC-1", "-o", "json").out)["entries"]
    page = mail_company.run("log", "INC-1").out

    (confirmed,) = (one for one in entries if one["kind"] == "confirmation")
    assert (confirmed["contact"], confirmed["state"], confirmed["notice"]) == ("kd4711-0", "confirm", 1)
    messages = [one for one in entries if one["kind"] == "message"]
    assert [(one["notice"], one["contact"]) for one in messages] == [
        (1, "+49 151 ••• 78"),
        (None, "+49 151 ••• 78"),
    ]
    assert messages[0]["text"] == "Wann <geht> es\x1b[2J wieder? 🙏"
    assert "Falsche Nummer?" in page
    assert "\x1b" not in page
    assert PEOPLE[0]["phone"] not in page


def test_what_is_written_after_the_end_of_an_incident_is_not_its_own(mail_company):
    mail_company.notify("Chat down")
    mail_company.run("resolve", "--yes", "-m", "Over")
    ledger = Ledger.open(mail_company.folder / "broadcast.db")
    message = InboundMessage(ref="SM1", sender=PEOPLE[0]["phone"], text="Danke")
    late = after(365 * 24 * 3600)
    new = NewInbound(
        channel="sms", message=message, kind=AddressKind.PHONE, meaning="other", notice=None, at=late
    )
    ledger.inbox.take(new, InboundEffect())
    ledger.close()

    assert "Danke" not in mail_company.run("log", "INC-1").out
