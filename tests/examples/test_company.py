"""Nobody in the examples may be real: not a number, not a mailbox, not a name somebody could answer to."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys

import pytest

from broadcast.config.load import load
from broadcast.contacts.book import read_contacts
from tests.examples.conftest import EXAMPLES

COMPANY = EXAMPLES / "company"
#: Bundesnetzagentur, "Rufnummern für Film und Fernsehen"; Ofcom, "numbers for use in TV and radio drama".
FICTIONAL = re.compile(
    r"\+49(17139200\d\d|17604069\d{3}|15228817386|15228895456|15254599371|1729925904|1729968532|1729973185)"
    r"|\+447700900\d{3}"
)
RESERVED = re.compile(r"[^@]+@(example\.(org|com|net)|muster\.example)")


@pytest.fixture(scope="module")
def settings():
    return load(COMPANY / "broadcast.toml", {}, COMPANY)


@pytest.fixture(scope="module")
def books(settings):
    return {
        name: read_contacts(audience.contacts, settings.region)
        for name, audience in settings.audiences.items()
    }


def everybody(books):
    return [person for book in books.values() for person in book.contacts]


def test_every_number_is_one_that_regulators_keep_for_films(books):
    assert [p.phone for p in everybody(books) if p.phone and not FICTIONAL.fullmatch(p.phone)] == []


def test_no_number_and_no_mailbox_belongs_to_two_people(books):
    people = everybody(books)
    for addresses in ([p.phone for p in people], [p.email for p in people if p.email]):
        assert len(addresses) == len(set(addresses))


def test_every_mailbox_is_at_a_reserved_domain(books):
    assert [p.email for p in everybody(books) if p.email and not RESERVED.fullmatch(p.email)] == []


def test_there_are_enough_customers_in_both_languages(books):
    locales = [person.locale for person in books["customers"].contacts]

    assert locales.count("de") >= 500
    assert locales.count("en") >= 500


def test_the_mess_of_the_german_export_is_seen(books):
    book = books["customers"]

    assert len(book.rejected) == 6
    assert len(book.merged) == 12
    assert any("lost the first 0" in warning for warning in book.warnings)


def test_the_files_are_what_the_script_writes(tmp_path):
    shutil.copy(COMPANY / "make_contacts.py", tmp_path)
    subprocess.run([sys.executable, tmp_path / "make_contacts.py"], check=True)

    written = {path.name: path.read_bytes() for path in tmp_path.glob("*.csv")}
    assert written == {path.name: path.read_bytes() for path in COMPANY.glob("*.csv")}


def test_the_configuration_cannot_tell_anybody_by_accident(settings):
    assert not settings.live


def test_every_secret_has_its_line_in_the_env_example():
    config = (COMPANY / "broadcast.toml").read_text(encoding="utf-8")
    example = (COMPANY / ".env.example").read_text(encoding="utf-8")

    assert set(re.findall(r"env:(\w+)", config)) == set(re.findall(r"^(\w+)=$", example, re.MULTILINE))
