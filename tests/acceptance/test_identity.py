"""What is sent has an identity that no other incident had: not even after a ledger was lost or restored."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.fake_providers.strict_server import Strict, strict
from tests.harness.process_company import ProcessCompany, process_company
from tests.harness.program import Ended

#: A ledger as it was written before incidents had identities, INC-1 open in it, and its page's memory. One of
#: the technicians is still owed the first notice.
BEFORE = Path(__file__).with_name("before_identities")
SECRET = "installed-long-before"
CUSTOMERS = "id,name,email\n1,Anna,anna@kunden.example\n2,Bert,bert@kunden.example\n"
AUDIENCES = """
[channels.site]
adapter = "site"
path = "public"

[audiences.customers]
contacts = ["customers.csv"]
lanes = [["email"], ["mastodon"], ["site"]]

[audiences.technical]
contacts = ["technical.csv"]
lanes = [["mail"]]
"""


@dataclass(frozen=True, slots=True)
class Muster:
    """An organisation, and what its providers have."""

    company: ProcessCompany
    providers: Strict

    def send(self, *arguments: str) -> Ended:
        """Run a command that tells everybody."""
        run = self.company.run(*arguments, "--yes", "-o", "json", BROADCAST_INSTALL_SECRET=SECRET)
        assert run.code == 0, run.said
        return run

    @property
    def headers(self) -> list[dict[str, str]]:
        """Those of every mail to a customer, oldest first."""
        return [mail["headers"] for mail in self.providers.sendgrid.mails]

    def page(self, document: str) -> Any:
        """A document of the page."""
        return json.loads((self.company.folder / "public/api/v2" / f"{document}.json").read_text("utf-8"))

    @property
    def open(self) -> list[str]:
        """What the page says is going on."""
        assert (self.page("status")["status"]["indicator"] == "none") is not bool(self._unresolved)
        return self._unresolved

    @property
    def _unresolved(self) -> list[str]:
        return [incident["name"] for incident in self.page("incidents/unresolved")["incidents"]]


@pytest.fixture
def muster(tmp_path) -> Iterator[Muster]:
    with strict(described=False) as providers:
        company = process_company(tmp_path, providers, AUDIENCES)
        company.write("customers.csv", CUSTOMERS)
        company.write("technical.csv", "id,name,email\n1,Tina,tina@muster.example\n")
        yield Muster(company, providers)


def test_a_ledger_that_was_lost_repeats_no_identity(muster):
    """The new INC-1 is another incident to the page, to mail programs and to every provider with keys."""
    muster.send("notify", "Kasse gestört", "-m", "Wir suchen.")
    muster.send("resolve", "-m", "Es geht wieder.")
    old, posts = muster.headers, len(muster.providers.mastodon.posts)
    assert muster.open == []

    muster.company.ledger_path.unlink()
    muster.send("notify", "Kasse gestört", "-m", "Wir suchen.")

    new = muster.headers[len(old) :]
    for name in ("Message-ID", "References"):
        assert not {one[name] for one in new} & {one[name] for one in old}
    assert len(muster.providers.mastodon.posts) == posts + 1
    assert muster.open == ["Kasse gestört"]
    incidents = muster.page("incidents")["incidents"]
    assert len({incident["id"] for incident in incidents}) == 2
    muster.send("resolve", "-m", "Wieder gut.")
    assert muster.open == []
    assert [len(incident["incident_updates"]) for incident in muster.page("incidents")["incidents"]] == [2, 2]


@pytest.mark.slow
def test_another_incident_does_not_join_one_that_a_lost_ledger_left_open(muster):
    muster.send("notify", "Kasse gestört")
    muster.company.ledger_path.unlink()
    run = muster.send("notify", "Telefon gestört")
    assert "the page still shows another INC-1 as going on (incidents/INC-1.html)" in run.out
    assert sorted(muster.open) == ["Kasse gestört", "Telefon gestört"]
    muster.send("resolve")
    assert muster.open == ["Kasse gestört"]


@pytest.mark.slow
def test_a_ledger_restored_from_a_backup_repeats_no_later_identity(muster, tmp_path):
    """The page follows the ledger that speaks now, whatever the lost one said under the same number."""
    muster.send("notify", "Kasse gestört")
    backup = shutil.copy(muster.company.ledger_path, tmp_path / "backup")
    muster.send("update", "-m", "Ursache gefunden.")
    muster.send("resolve")
    assert muster.open == []
    old = muster.headers

    shutil.copy(backup, muster.company.ledger_path)
    muster.send("update", "-m", "Es dauert doch länger.")

    new = muster.headers[len(old) :]
    assert not {one["Message-ID"] for one in new} & {one["Message-ID"] for one in old}
    assert {one["References"].split()[0] for one in new} == {one["References"].split()[0] for one in old}
    assert muster.open == ["Kasse gestört"]
    muster.send("resolve")
    assert muster.open == []


def test_a_command_repeated_under_its_key_after_the_ledger_was_lost_is_the_same_to_providers(muster):
    """A pipeline that runs again on a fresh machine tells nobody twice where a provider knows keys."""
    command = ("notify", "Kasse gestört", "-m", "Wir suchen.", "--key", "pipeline-17")
    muster.send(*command)
    muster.company.ledger_path.unlink()
    muster.send(*command)
    first, again = muster.headers[:2], muster.headers[2:]
    assert [one["Message-ID"] for one in again] == [one["Message-ID"] for one in first]
    assert len(muster.providers.mastodon.posts) == 1
    assert muster.open == ["Kasse gestört"]


@pytest.mark.slow
def test_a_key_with_other_words_in_a_new_ledger_is_another_notice(muster):
    muster.send("notify", "Kasse gestört", "--key", "nightly")
    muster.company.ledger_path.unlink()
    muster.send("notify", "Telefon gestört", "--key", "nightly")
    assert len({one["Message-ID"] for one in muster.headers}) == 4
    assert len(muster.providers.mastodon.posts) == 2


def test_two_lists_that_both_count_from_one_share_no_identity(muster):
    """Ids of contacts are unique within an audience only."""
    muster.company.edit('lanes = [["mail"]]', 'lanes = [["email"]]')
    muster.send("notify", "Kasse gestört")
    assert len(muster.headers) == len({one["Message-ID"] for one in muster.headers}) == 3


def test_an_incident_opened_before_there_were_identities_goes_on_as_it_began(muster):
    """A notice that is still owed keeps its reference, a thread its root, also for someone told only now."""
    restore(muster.company)
    muster.company.edit('lanes = [["email"], ["mastodon"], ["site"]]', 'lanes = [["email"], ["site"]]')
    muster.company.write("customers.csv", CUSTOMERS.replace("\n1", "\nc1").replace("\n2", "\nc2"))
    muster.company.write("technical.csv", "id,name,email\nt1,Tina,tina@muster.example\n")

    retried = muster.company.run("retry", "INC-1", BROADCAST_INSTALL_SECRET=SECRET)
    assert retried.code == 0, retried.said
    (letter,) = muster.providers.post.letters
    assert str(letter.message["Message-ID"]) == "<vu2h2xdbqtd7z3kabasq6vrw@muster.example>"

    muster.send("update", "-m", "Ursache gefunden.")
    muster.send("resolve", "-m", "Es geht wieder.")
    roots = [one["References"].split()[0] for one in muster.headers]
    roots += [str(one.message["References"]).split()[0] for one in muster.providers.post.letters]
    assert set(roots) == {"<INC-1.root@muster.example>"}
    parents = {one["In-Reply-To"] for one in muster.headers}
    assert "<457soox57orbcywcalvnjpl5@muster.example>" in parents
    assert muster.open == []
    assert [len(one["incident_updates"]) for one in muster.page("incidents")["incidents"]] == [3]


def restore(company: ProcessCompany) -> None:
    """Put the old ledger and the old page's memory where they were."""
    connection = sqlite3.connect(company.ledger_path)
    connection.executescript((BEFORE / "ledger.sql").read_text("utf-8"))
    connection.close()
    (company.folder / "public").mkdir()
    shutil.copy(BEFORE / "state.json", company.folder / "public")
