"""A list that is compared with a contacts file writes over nobody whom it does not name. Properties."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from broadcast.contacts.changes import Difference, compare, refuse_removals
from broadcast.contacts.csv_file import SheetRow
from broadcast.contacts.incoming.read import read_incoming
from broadcast.errors import BroadcastError

FIELDS = ("id", "name", "email", "phone")
Person = tuple[str, str, str, str]

MOBILE, OTHER, LAND = "+4915112345678", "+4915112345679", "+493023125001"
PEOPLE = st.tuples(
    st.sampled_from(["", "", "1", "2", "3"]),
    st.sampled_from(["", "Anna", "Bert", "Anna Muster", "Bert Muster"]),
    st.sampled_from(["", "anna@firma.de", "bert@firma.de", "empfang@firma.de"]),
    st.sampled_from(["", MOBILE, OTHER, LAND]),
)
LISTS = st.lists(PEOPLE, max_size=6)


def as_csv(people: Sequence[Person]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([FIELDS, *people])
    return text.getvalue().encode()


def as_json(people: Sequence[Person]) -> bytes:
    return json.dumps([dict(zip(FIELDS, person, strict=True)) for person in people]).encode()


def as_vcard(people: Sequence[Person]) -> bytes:
    names = ("UID", "FN", "EMAIL", "TEL")
    cards = [
        "\n".join(["BEGIN:VCARD", "VERSION:4.0", *_lines(names, person, ":"), "END:VCARD"])
        for person in people
    ]
    return "\n".join(cards).encode()


def as_ldif(people: Sequence[Person]) -> bytes:
    names = ("uid", "cn", "mail", "mobile")
    entries = [
        "\n".join([f"dn: uid={number}", *_lines(names, person, ": ")]) for number, person in enumerate(people)
    ]
    return "\n\n".join(["version: 1", *entries]).encode()


def _lines(names: Sequence[str], person: Person, joint: str) -> list[str]:
    return [f"{name}{joint}{value}" for name, value in zip(names, person, strict=True) if value]


FORMS = {"csv": as_csv, "json": as_json, "vcf": as_vcard, "ldif": as_ldif}


def differ(
    folder: Path, residents: Sequence[Sequence[str]], listed: bytes, *, replace: bool = False
) -> Difference:
    path = folder / "list"
    path.write_bytes(listed)
    rows = [SheetRow(line, list(person)) for line, person in enumerate(residents, 2)]
    return compare(FIELDS, rows, read_incoming(path, listed, "list"), "DE", replace=replace)


def names_surely(row: Person, resident: Person) -> bool:
    """The rule as the documentation has it: by id, or by all of their addresses."""
    if row[0] and row[0] == resident[0]:
        return True
    addresses = [address for address in resident[2:] if address]
    return bool(addresses) and all(address in row[2:] for address in addresses)


def is_about(row: Person, resident: Person) -> bool:
    """Named, and by nothing that makes it another person."""
    another = row[0] and resident[0] and row[0] != resident[0]
    return names_surely(row, resident) and row[1] == resident[1] and not another


@pytest.mark.parametrize("form", FORMS)
@given(residents=LISTS, listed=st.lists(PEOPLE, min_size=1, max_size=6))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(residents=[], listed=[("", "Anna", "", MOBILE), ("", "Bert", "", MOBILE)])
@example(residents=[("1", "Anna", "", MOBILE)], listed=[("", "Bert", "", MOBILE)])
@example(residents=[("1", "Anna", "", MOBILE)], listed=[("1", "Bert", "", OTHER)])
@example(residents=[], listed=[("1", "Anna", "", MOBILE), ("1", "Bert", "", MOBILE)])
def test_nobody_is_written_over_by_a_row_about_somebody_else(tmp_path, form, residents, listed):
    found = differ(tmp_path, residents, FORMS[form](listed))

    after = [tuple(row) for row in found.rows]
    assert len(after) == len(residents) + len(found.added)
    for before, now in zip(residents, after, strict=False):
        kept = all(old in ("", new) for old, new in zip(before, now, strict=True))
        assert kept or any(names_surely(row, before) for row in listed)


@pytest.mark.parametrize("form", FORMS)
@given(residents=LISTS, listed=LISTS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_list_that_replaces_removes_nobody_whom_it_names(tmp_path, form, residents, listed):
    try:
        found = differ(tmp_path, residents, FORMS[form](listed), replace=True)
    except BroadcastError:
        return
    if refuse_removals(found, None) is None:
        gone = [residents[change.line - 2] for change in found.removed]
        assert found.read
        assert len(gone) < len(residents) or not residents
        assert not [one for one in gone if any(is_about(row, one) for row in listed)]


@given(
    data=st.one_of(
        st.binary(max_size=300),
        st.text(st.sampled_from("abc<>{}[]:,;\"'\n =|"), max_size=120).map(str.encode),
        st.sampled_from([b"<!DOCTYPE html><title>Sign in</title>", b"[]", b"{}", b"BEGIN:VCARD", b"dn: x\n"]),
    )
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_file_that_is_no_list_changes_nothing(tmp_path, data):
    residents = [("1", "Anna", "anna@firma.de", MOBILE), ("2", "Bert", "", OTHER)]
    try:
        found = differ(tmp_path, residents, data, replace=True)
    except BroadcastError:
        return
    assert refuse_removals(found, None) is not None


@pytest.mark.parametrize("name", ["Anna {}", ""])
def test_thousands_behind_one_switchboard_are_brought_in_at_once(tmp_path, name):
    people = [("", name.format(number), f"p{number}@firma.de", LAND) for number in range(3000)]

    assert len(differ(tmp_path, [], as_csv(people)).added) == 3000


def test_a_list_of_empty_lines_ends_with_a_word(tmp_path):
    with pytest.raises(BroadcastError, match="more than 5,000,000 lines"):
        differ(tmp_path, [], b"BEGIN:VCARD\n" + b"\n" * 5_000_001)


@pytest.mark.parametrize("form", FORMS)
@given(residents=LISTS, listed=st.lists(PEOPLE, min_size=1, max_size=6))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(residents=[], listed=[("1", "Anna", "anna@firma.de", MOBILE), ("1", "Anna", "bert@firma.de", OTHER)])
def test_every_row_is_in_the_file_afterwards_or_named(tmp_path, form, residents, listed):
    """What a row says stands with one person, but for rows that are rejected and values that are named."""
    found = differ(tmp_path, residents, FORMS[form](listed))

    named = {fault.line for fault in (*found.rejected, *found.remarks)}
    lines = {change.line for change in (*found.added, *found.changed)}
    lines |= {merging.line for merging in found.merged} | named
    after = [tuple(row) for row in found.rows]
    places = read_incoming(tmp_path / "list", FORMS[form](listed), "list")
    read = [row.line for row in places.rows]
    assert lines <= {*read, *(fault.line for fault in places.faults)}
    for line, row in zip(read, [person for person in listed if form != "csv" or any(person)], strict=True):
        stands = any(all(mine in ("", its) for mine, its in zip(row, it, strict=True)) for it in after)
        assert stands or line in named, (row, after)


ANNA, BERT, HALL = "anna@firma.de", "bert@firma.de", "empfang@firma.de"


@pytest.mark.parametrize("replace", [False, True])
@given(residents=LISTS, listed=st.lists(PEOPLE, min_size=1, max_size=6))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
# A row that stands already went to another person once the list had added one.
@example(
    residents=[("", "Bert Muster", HALL, LAND)], listed=[("", "Bert Muster", HALL, ""), ("1", "", HALL, "")]
)
@example(residents=[], listed=[("", "Bert", HALL, LAND), ("", "Bert", HALL, ""), ("2", "", HALL, "")])
# With --replace, it then removed the person whom it had named before.
@example(residents=[("", "Anna Muster", ANNA, OTHER)], listed=[("", "", "", OTHER), ("", "Bert", "", OTHER)])
# A row with the id of a person was thought to be about any of two.
@example(
    residents=[("1", "Anna", BERT, MOBILE)],
    listed=[("", "Bert Muster", "", OTHER), ("1", "", BERT, ""), ("", "Bert Muster", BERT, "")],
)
# A row without id or name kept the owner of an id from having a new address, the first time only.
@example(
    residents=[("2", "Bert Muster", ANNA, LAND)],
    listed=[("", "", ANNA, ""), ("1", "Anna", ANNA, OTHER), ("2", "Bert", BERT, MOBILE)],
)
@example(
    residents=[("3", "Anna Muster", "", MOBILE), ("", "Bert", BERT, OTHER)],
    listed=[
        ("", "Anna Muster", "", MOBILE),
        ("3", "Anna Muster", HALL, OTHER),
        ("", "Anna Muster", BERT, MOBILE),
    ],
)
# A person who is in the file twice, under their former name.
@example(
    residents=[("1", "Bert", ANNA, OTHER), ("1", "Bert", ANNA, OTHER)],
    listed=[("2", "Anna Muster", HALL, OTHER), ("", "Bert Muster", ANNA, OTHER)],
)
def test_bringing_a_list_in_twice_changes_nothing_more(tmp_path, replace, residents, listed):
    data = as_csv(listed)
    first = differ(tmp_path, residents, data, replace=replace)
    assume(not first.rejected)
    again = differ(tmp_path, [tuple(row) for row in first.rows], data, replace=replace)

    assert [tuple(row) for row in again.rows] == [tuple(row) for row in first.rows]
    assert not again.removed


def test_the_owner_of_an_id_gets_what_its_row_says_and_others_stay_in_the_order_of_the_list(tmp_path):
    residents = [("3", "Anna", "", MOBILE)]
    listed = [("", "Anna", "", MOBILE), ("", "Bert", BERT, ""), ("3", "Anna", ANNA, OTHER)]

    found = differ(tmp_path, residents, as_csv(listed))

    assert [tuple(row) for row in found.rows] == [
        ("3", "Anna", ANNA, OTHER),
        ("", "Anna", "", MOBILE),
        ("", "Bert", BERT, ""),
    ]
    assert not found.remarks


def test_a_row_with_an_id_is_about_its_owner_whoever_shares_the_address(tmp_path):
    residents = [("1", "Anna", BERT, MOBILE, ""), ("", "Bert", BERT, "", "")]
    rows = [SheetRow(line, list(person)) for line, person in enumerate(residents, 2)]
    (tmp_path / "list").write_text(f"id,email,locale\n1,{BERT},en\n")
    listed = read_incoming(tmp_path / "list", (tmp_path / "list").read_bytes(), "list")

    found = compare((*FIELDS, "locale"), rows, listed, "DE", replace=False)

    assert (found.rejected, [change.person for change in found.changed]) == ((), ["1"])
    assert [row[4] for row in found.rows] == ["en", ""]
