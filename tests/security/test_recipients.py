"""Nobody sees another, and what is public names nobody."""

from __future__ import annotations

import json
import re
from email.utils import getaddresses

from broadcast.channels.email.headers import Identity, Sender
from broadcast.channels.email.personalizations import request_body
from broadcast.sandbox.faults import parse_fault
from broadcast.testing.samples import outgoing
from tests.harness.program_company import PERSON, ProgramCompany

PEOPLE = 50


def crowd(company: ProgramCompany) -> list[dict[str, str]]:
    rows = [
        {
            "id": f"k{number}",
            "name": f"Vorname{number} Nachname{number}",
            "email": f"kunde{number}@privat.example",
            "phone": f"+491511{number + 1000:07}",
        }
        for number in range(PEOPLE)
    ]
    company.write_contacts("customers", rows)
    company.write_contacts("agents", [{"name": row["name"], "email": f"x{row['email']}"} for row in rows])
    return rows


def private(rows: list[dict[str, str]]) -> re.Pattern[str]:
    words = [word for row in rows for word in (row["email"], row["phone"], row["phone"][1:], row["name"])]
    return re.compile("|".join(map(re.escape, words)))


def restore(company: ProgramCompany) -> None:
    company.write_contacts("customers", [PERSON])
    company.write_contacts("agents", [{"name": "Ada", "email": "ada@muster.example"}])


def test_a_thousand_people_in_one_sendgrid_request_are_each_alone():
    people = [outgoing(key=f"k{number}", address=f"kunde{number}@privat.example") for number in range(1000)]
    sender = Sender("status@muster.example")

    body = json.loads(
        json.dumps(request_body(people, [Identity.of(o, sender.domain) for o in people], sender))
    )

    assert [len(one["to"]) for one in body["personalizations"]] == [1] * 1000
    assert [one["to"][0]["email"] for one in body["personalizations"]] == [one.address for one in people]
    assert not {"cc", "bcc"} & {key for one in body["personalizations"] for key in one}
    rest = json.dumps({key: value for key, value in body.items() if key != "personalizations"})
    assert "privat.example" not in rest


def test_each_message_names_the_one_person_it_is_for(muster):
    rows = crowd(muster)

    assert muster.notify("Chat").code == 0

    names = private(rows)
    mails, letters, messages = (muster.received(name) for name in ("sendgrid", "smtp", "twilio"))
    restore(muster)
    assert len(mails) == len(letters) == len(messages) == PEOPLE
    assert len({one.to for one in mails}) == len({one.to for one in letters}) == PEOPLE
    for one in (*mails, *messages):
        assert names.findall(f"{one.subject} {one.text} {one.html}") == []
    for one in letters:
        headers = one.extra["headers"]
        assert len(getaddresses([headers["To"]])) == 1
        assert not {"Cc", "Bcc"} & set(headers)
        assert one.extra["people"] == 1
        assert set(names.findall(f"{headers} {one.subject} {one.text} {one.html}")) <= {
            *names.findall(headers["To"])
        }


def test_what_is_public_names_nobody(muster):
    rows = crowd(muster)

    muster.notify("Chat")
    muster.run("update", "--yes", "-m", "Weiter", "INC-1")

    names = private(rows)
    restore(muster)
    public = [one.text for one in (*muster.received("x"), *muster.received("statuspage"))]
    public += [path.read_text() for path in (muster.folder / "public").rglob("*") if path.is_file()]
    assert len(public) > 10
    assert names.findall("".join(public)) == []


def test_what_is_shown_and_logged_masks_every_address(muster):
    rows = crowd(muster)
    for provider in ("twilio", "sendgrid"):
        muster.sandbox.fault(parse_fault(f"{provider}:status=400,every=3"))

    said = [muster.run("notify", "Chat", "--yes", "--verbose", "--deadline", "3s")]
    said += [muster.run(*command) for command in (("log", "INC-1"), ("log", "INC-1", "-o", "json"))]
    said += [muster.run("notify", "x", "--dry-run", "-o", "json"), muster.run("contacts", "list")]
    said += [muster.run("report", "INC-1", "--format", form) for form in ("md", "html")]
    said += [muster.run("purge", "--older-than", "0s", "-n"), muster.run("forget", rows[0]["email"], "-n")]
    said += [muster.run("resolve-unknown", "INC-1", "--as", "accepted", "-n", "-o", "json")]
    said += [muster.run("status", "INC-1"), muster.run("retry", "INC-1", "--verbose", "--deadline", "1s")]

    restore(muster)
    addresses = re.compile(
        "|".join(re.escape(word) for row in rows for word in (row["email"], row["phone"][1:]))
    )
    assert addresses.findall("".join(one.said for one in said)) == []
    assert "k•••@privat.example" in said[1].out


def test_whole_addresses_are_shown_where_they_are_asked_for(muster):
    said = muster.run("contacts", "list", "--clear-text")

    assert PERSON["email"] in said.out
