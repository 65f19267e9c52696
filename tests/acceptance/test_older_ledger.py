"""A ledger of an older version opens, and its open incident goes on to its end."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fake_providers.strict_server import Strict, strict
from tests.harness.process_company import ProcessCompany, process_company
from tests.harness.program import Ended

#: The ledger and the page's memory as the program wrote them before `operations` was divided into rooms.
#: INC-1 is open: Anna has the e-mail, Bert the SMS, and Tina's message is held.
BEFORE = Path(__file__).with_name("before_rooms")
SECRET = "installed-long-before"
NOTIFY = (
    *("notify", "Bezahlen gestört", "-s", "sev2", "-m", "Wir suchen die Ursache."),
    *("--service", "checkout", "--started", "10m ago", "--next-update", "30m"),
    *("-v", "title.en=Checkout down", "--affects", "x", "--key", "run-7"),
)
AUDIENCES = """
[channels.site]
adapter = "site"
path = "public"

[audiences.customers]
contacts = ["customers.csv"]
lanes = [["email", "sms"], ["site"]]

[audiences.technical]
contacts = ["technical.csv"]
lanes = [["mail"]]

[services.checkout]
de = "Bezahlvorgang"
en = "Checkout"
"""


@dataclass(frozen=True, slots=True)
class Muster:
    """An organisation with the old ledger, and its providers."""

    company: ProcessCompany
    providers: Strict

    def run(self, *arguments: str) -> Ended:
        """Run a command that succeeds."""
        run = self.company.run(*arguments, BROADCAST_INSTALL_SECRET=SECRET, BROADCAST_AUTHOR="ada")
        assert run.code == 0, run.said
        return run


@pytest.fixture
def muster(tmp_path: Path) -> Iterator[Muster]:
    with strict(described=False) as providers:
        company = process_company(tmp_path, providers, AUDIENCES)
        company.write(
            "customers.csv", "id,name,email,phone\n1,Anna,anna@kunden.example,\n2,Bert,,+49 151 12345678\n"
        )
        company.write("technical.csv", "id,name,email\n1,Tina,tina@muster.example\n")
        connection = sqlite3.connect(company.ledger_path)
        connection.executescript((BEFORE / "ledger.sql").read_text("utf-8"))
        connection.close()
        (tmp_path / "public").mkdir()
        shutil.copy(BEFORE / "state.json", tmp_path / "public")
        yield Muster(company, providers)


def test_the_open_incident_is_shown_with_its_held_message(muster: Muster) -> None:
    (incident,) = muster.run("status", "-o", "json").result["incidents"]

    assert (incident["ref"], incident["phase"], incident["notices"]) == ("INC-1", "investigating", 1)
    assert incident["counts"] | {"planned": 4, "accepted": 3, "held": 1} == incident["counts"]


def test_the_same_command_under_its_key_sends_only_the_held_message(muster: Muster) -> None:
    result = muster.run(*NOTIFY, "--yes", "-o", "json").result

    assert (result["incident"], result["notice"], result["counts"]["accepted"]) == ("INC-1", 1, 4)
    assert [letter.message["To"] for letter in muster.providers.post.letters] == [
        "Tina <tina@muster.example>"
    ]
    assert muster.providers.sendgrid.mails == []


def test_the_incident_is_continued_and_resolved(muster: Muster) -> None:
    update = muster.run("update", "-m", "Ursache gefunden.", "--yes", "-o", "json").result
    resolve = muster.run("resolve", "-m", "Es geht wieder.", "--yes", "-o", "json").result

    assert [one["counts"]["accepted"] for one in (update, resolve)] == [4, 4]
    assert [one["notice"] for one in (update, resolve)] == [2, 3]
    roots = {mail["headers"]["References"].split()[0] for mail in muster.providers.sendgrid.mails}
    assert roots == {"<INC-1.root@muster.example>"}
    entries = json.loads(muster.run("log", "INC-1", "-o", "json").out)["entries"]
    said = [entry["text"] for entry in entries if entry["kind"] == "notice"]
    assert [text.partition(" by ada")[0] for text in said] == [
        "initial (investigating)",
        "update (investigating)",
        "resolution (resolved)",
    ]
    assert muster.run("status", "INC-1", "-o", "json").result["incidents"][0]["phase"] == "resolved"
    assert "INC-1/3" in muster.run("report", "INC-1").out
    page = json.loads((muster.company.folder / "public/api/v2/incidents.json").read_text("utf-8"))
    assert [len(one["incident_updates"]) for one in page["incidents"]] == [3]
