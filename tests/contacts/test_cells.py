"""What stands in a contacts file harms no spreadsheet, and a file of any shape ends with people or a word."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from broadcast.contacts.file import ContactsFile, harmless, read_file, write_file
from broadcast.contacts.permission import Permission
from broadcast.contacts.rows import clean
from broadcast.errors import ConfigError
from broadcast.model.clock import SystemClock
from broadcast.model.contact import AddressKind
from broadcast.model.suppression import Suppressed

SIGNS = "=+-@\uff1d\uff0b\uff0d\uff20"
DELIMITERS = ";,\t|"
CELLS = st.text(st.sampled_from(f"{SIGNS}{DELIMITERS}\n\r 'a1\""), max_size=12)
#: How spreadsheets write a text that must stay one: `="007"`; read as the text alone.
AS_TEXT = re.compile(r'\s*=".*"\s*', re.DOTALL)
NUMBER = re.compile(r"[+-]?[\d ()/.-]+")


@given(CELLS)
@settings(max_examples=200)
@example("Anna;=1+2")
@example("Anna\t@SUM(1)")
@example("\uff1d1+2")
@example(" =1+2")
@example('=""')
@example("@  1")
def test_no_cell_holds_a_formula_whatever_a_spreadsheet_splits_at(cell):
    written = harmless(cell)

    for part in re.split(f"[{DELIMITERS}\n\r]", written):
        assert part.lstrip()[:1] not in tuple(SIGNS) or NUMBER.fullmatch(part.lstrip())
    assert harmless(written) == written
    if "'" not in cell and not AS_TEXT.fullmatch(cell):
        assert clean(written) == clean(cell)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_file_that_is_written_holds_none_either_in_its_header_nor_in_its_rows(tmp_path, delimiter):
    path = tmp_path / "kunden.csv"
    before = ContactsFile(path=path, header=(), rows=(), delimiter=delimiter, digest="")
    write_file(before, ["id", "=cmd|' /C calc'!A0"], [["1", "Anna;=1+2,@x\t-1+1"]])

    for other in DELIMITERS:
        rows = csv.reader(io.StringIO(path.read_text("utf-8")), delimiter=other)
        assert not [cell for row in rows for cell in row if cell.lstrip()[:1] in tuple(SIGNS)]
    assert clean(read_file(path).rows[0].cells[1]) == "Anna;=1+2,@x -1+1"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("\n" * 2_100_000, "is empty"),
        ("id,email\n" + "\n" * 2_100_000, "more than 2,000,000 empty lines in a row"),
        ("id;email\n" + ";\n" * 2_100_000, "more than 2,000,000 empty lines in a row"),
        ("a" * 2_100_000, "kunden.csv:1: this line is longer than 1 MiB"),
        ("id,email\n" + "a," * 1_500_000, "kunden.csv:2: this line is longer than 1 MiB"),
    ],
)
def test_a_file_of_nothing_ends_with_a_word_and_soon(book, content, complaint):
    with pytest.raises(ConfigError, match=complaint):
        book(content)


def test_the_empty_rows_of_a_whole_sheet_are_no_error(book):
    assert len(book("id;email\n1;anna@firma.de\n" + ";\n" * 1_048_576).contacts) == 1


def test_a_consent_from_the_future_is_none_and_a_no_counts_all_the_same(book):
    day = SystemClock().now().date()
    read = book(
        "email,consent_email,consent_email_date\n"
        "a@firma.de,ja,2099-01-01\n"
        "b@firma.de,2099-01-01,\n"
        "c@firma.de,nein,2099-01-01\n"
        f"d@firma.de,ja,{day}\n"
        f"e@firma.de,ja,{day + timedelta(days=1)}\n"
    )
    wanted = Permission(suppressed=Suppressed(), required=True, kinds={"email": AddressKind.EMAIL})

    assert [[str(each) for each in wanted.permit(person).barred] for person in read.contacts] == [
        ["email without consent"],
        ["email without consent"],
        ["email declined"],
        [],
        [],
    ]
    assert [warning.partition(": ")[2] for warning in read.warnings] == [
        "the consent for email is dated in the future (2099-01-01); it does not count",
        "the consent for email is dated in the future (2099-01-01); it does not count",
        "the consent for email is dated in the future (2099-01-01); the no counts without a date",
    ]
