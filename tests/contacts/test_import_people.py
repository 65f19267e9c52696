"""An import writes over nobody whom the list does not name, and says what it does not take."""

from __future__ import annotations

import csv
import io
import json
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from broadcast.cli.app import run
from broadcast.contacts.changes import Difference, compare, refuse_removals
from broadcast.contacts.csv_file import SheetRow
from broadcast.contacts.incoming.read import read_incoming
from broadcast.errors import BroadcastError

CONFIG = """\
[broadcast]
organisation = "Muster Handel"
locale = "de"
timezone = "Europe/Berlin"
"""
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


class Bringing:
    """Runs `contacts import` in a folder of its own."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys, self.err = folder, capsys, ""
        (folder / "broadcast.toml").write_text(CONFIG, "utf-8")

    def __call__(
        self, content: str | bytes, *arguments: str, into: str = ""
    ) -> tuple[int, dict[str, Any], list[str]]:
        """The exit code, the result, and the lines of the file below its header."""
        file, source = self.folder / "kunden.csv", self.folder / "list"
        if into:
            file.write_text(into, "utf-8")
        source.write_bytes(content if isinstance(content, bytes) else content.encode())
        command = ["--config", str(self.folder / "broadcast.toml"), "contacts", "import", str(source)]
        code = run([*command, "--into", str(file), "-o", "json", "--yes", *arguments])
        out, self.err = self._capsys.readouterr()
        written = file.read_text("utf-8").splitlines()[1:] if file.exists() else []
        return code, json.loads(out) if out else {}, written


@pytest.fixture
def bring(tmp_path, capsys) -> Bringing:
    return Bringing(tmp_path, capsys)


OURS = "id,name,email,phone\n1,Anna,anna@firma.de,+4915112345678\n2,Bert,bert@firma.de,\n"
CARD = "BEGIN:VCARD\nVERSION:3.0\nFN:Bert\nEND:VCARD\n"


def test_people_who_share_a_number_all_stay_and_it_is_said(bring):
    code, result, written = bring(
        f"id,name,phone\n,Anna,{MOBILE}\n,Bert,{MOBILE}\n7,Wache 1,{LAND}\n8,Wache 1,{LAND}\n"
    )

    assert (code, len(result["added"]), result["rejected"]) == (0, 4, [])
    assert written == [
        f",Anna,,{MOBILE},,",
        f",Bert,,{MOBILE},,",
        f"7,Wache 1,,{LAND},,",
        f"8,Wache 1,,{LAND},,",
    ]
    assert [each["reason"] for each in result["remarks"]] == [
        "Bert shares an address with Anna (line 2 of the list); both stay",
        "Wache 1 shares an address with Wache 1 (line 4 of the list); both stay",
    ]


def test_one_id_for_two_people_is_rejected_by_name_and_nobody_is_written_over(bring):
    code, result, written = bring(
        "id,name,email\n1,Zoe,zoe@firma.de\n5,Carla,carla@firma.de\n5,Dora,dora@firma.de\n", into=OURS
    )

    assert (code, result["added"], result["changed"]) == (6, [], [])
    assert [(each["line"], each["reason"]) for each in result["rejected"]] == [
        (2, "Zoe has the id 1 of somebody else (Anna, line 2 of the file)"),
        (3, "the id 5 stands for more than one person (line 3: Carla; line 4: Dora)"),
        (4, "the id 5 stands for more than one person (line 3: Carla; line 4: Dora)"),
    ]
    assert written == OURS.splitlines()[1:]


def test_rows_about_one_person_are_merged_and_what_they_do_not_agree_on_is_said(bring):
    code, result, written = bring(
        f"id,name,email,phone,locale\n1,Anna,anna@firma.de,,de\n1,Anna,,{MOBILE},en\n"
    )

    assert (code, written) == (0, [f"1,Anna,anna@firma.de,{MOBILE},de,"])
    assert result["merged"] == [{"person": "Anna", "line": 3, "into": 2}]
    assert [each["reason"] for each in result["remarks"]] == [
        "Anna: locale not taken; line 2 says something else"
    ]


@pytest.mark.parametrize("replace", [True, False])
@pytest.mark.parametrize(
    ("content", "code", "complaint"),
    [
        ("<!DOCTYPE html>\n<html><body>Anmelden</body></html>\n", 2, "is a web page or XML"),
        ("Kunde,Filiale\nAnna,Mitte\n", 2, "has no column of phone numbers or e-mail addresses"),
        (CARD * 3, 6, "3 rows were rejected"),
        ("email\nbert@firma.de\nanna(at)firma.de\n", 6, "1 row was rejected"),
        ("[]", 2, "the list has no people"),
        ("email,name\n", 2, "the list has no people"),
    ],
)
def test_what_is_no_list_or_was_read_in_part_replaces_nobody(bring, content, code, complaint, replace):
    given = bring(content, *(["--replace"] if replace else []), into=OURS)

    assert given[2] == OURS.splitlines()[1:]
    if replace:
        assert (given[0], complaint in bring.err, "hint: " in bring.err) == (code, True, True)


def test_a_list_that_would_remove_more_people_than_usual_is_refused(bring):
    crowd = "id,email\n" + "".join(f"{n},p{n}@firma.de\n" for n in range(40))
    few = "id,email\n" + "".join(f"{n},p{n}@firma.de\n" for n in range(20))

    refused = bring(few, "--replace", into=crowd)
    complaint = bring.err
    dry = bring(few, "--replace", "--dry-run")
    allowed = bring(few, "--replace", "--max-removed", "20")

    assert (refused[0], len(refused[2]), len(refused[1]["removed"])) == (8, 40, 20)
    assert "--replace would remove 20 of 40 people, more than 8; nothing was written" in complaint
    assert "--max-removed 20" in complaint
    assert dry[0] == 8
    assert (allowed[0], len(allowed[2])) == (0, 20)


def test_nobody_of_a_small_file_may_be_left_by_accident(bring):
    assert bring("email\nzoe@firma.de\n", "--replace", into=OURS)[0] == 8
    assert bring("email\nzoe@firma.de\n", "--replace", "--max-removed", "2")[0] == 0


def test_max_removed_without_replace_is_a_slip(bring):
    assert bring("email\na@firma.de\n", "--max-removed", "3")[0] == 2


def test_the_next_number_is_tried_and_whatever_is_not_taken_is_named(bring):
    card = (
        "BEGIN:VCARD\nVERSION:3.0\nFN:Anna\nTEL;TYPE=CELL:110\nTEL;TYPE=HOME:030 23125001\n"
        "TEL;TYPE=FAX:030 1\nEMAIL;TYPE=PREF:anna(at)firma.de\nEMAIL:anna@firma.de\nEMAIL:a@x.example\n"
        "ADR:;;Weg 1;Berlin\nORG:Muster\nEND:VCARD\n"
    )
    code, result, written = bring(card)

    assert (code, written) == (0, [f",Anna,anna@firma.de,{LAND},,"])
    assert [each["reason"] for each in result["remarks"]] == [
        "the phone number is too short, or a short number; another one is used",
        "the e-mail address is not an e-mail address; another one is used",
        "a further address is not taken",
    ]
    assert result["left_out"] == ["ADR", "ORG", "TEL (fax)"]


def test_several_values_in_one_cell_are_tried_one_after_the_other(bring):
    """Google Contacts joins what has the same label; a person with two mailboxes is not refused."""
    code, result, written = bring(
        "First Name,Last Name,E-mail 1 - Value,Phone 1 - Value\n"
        "Anna,Alt,anna(at)firma.de ::: anna@firma.de ::: a@x.example,110 ::: 030 23125001\n"
    )

    assert (code, written) == (0, [f",Anna Alt,anna@firma.de,{LAND},,"])
    assert [each["reason"] for each in result["remarks"]] == [
        "the phone number is too short, or a short number; another one is used",
        "the e-mail address is not an e-mail address; another one is used",
        "a further address is not taken",
    ]


def test_a_row_with_a_bad_number_and_a_good_mailbox_is_taken_and_said(bring):
    code, result, written = bring("name,email,phone\nAnna,anna@firma.de,110\n")

    assert (code, written) == (0, [",Anna,anna@firma.de,,,"])
    assert [each["reason"] for each in result["remarks"]] == [
        "the phone number is too short, or a short number; the e-mail address is used"
    ]


def test_a_value_of_json_that_is_no_text_costs_nobody_their_place(bring):
    people = [{"name": "Anna", "email": ["x", "anna@firma.de"], "address": {"city": "Berlin"}}]
    code, result, written = bring(json.dumps(people))

    assert (code, written) == (0, [",Anna,anna@firma.de,,,"])
    assert [each["reason"] for each in result["remarks"]] == [
        "address is not a plain value; it was left out",
        "the e-mail address is not an e-mail address; the e-mail address is used",
    ]


OUTLOOK = """BEGIN:VCARD\r
VERSION:2.1\r
N;LANGUAGE=de;CHARSET=Windows-1252:Müller;Jürgen\r
FN;CHARSET=Windows-1252:Jürgen Müller\r
ORG;CHARSET=Windows-1252:Muster\r
TEL;WORK;VOICE:030 23125001\r
TEL;CELL;VOICE:+49 (151) 12345678\r
LABEL;WORK;PREF;ENCODING=QUOTED-PRINTABLE:Weg 1=0D=0A=\r
10115 Berlin=\r
=0D=0ADeutschland\r
EMAIL;PREF;INTERNET:juergen@firma.de\r
PHOTO;TYPE=JPEG;ENCODING=BASE64:\r
 /9j/4AAQSkZJRgABAQEAYABgAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRof\r
 Hh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5PTgyPC4zNDL/2Q==\r
\r
REV:20260504T140500Z\r
END:VCARD\r
""".encode("cp1252")
ANDROID = """BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=4D=C3=BC=6C=6C=65=72;=41=6E=6E=61;;;
FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=41=6E=6E=61=20=4D=C3=BC=6C=6C=
=65=72
TEL;CELL:110
TEL;HOME;PREF:030-23125001
EMAIL;HOME:anna@firma.de
END:VCARD
"""


def test_cards_of_outlook_and_android_are_read(bring):
    code, result, written = bring(OUTLOOK + ANDROID.encode())

    assert (code, result["rejected"]) == (0, [])
    assert written == [
        f",Jürgen Müller,juergen@firma.de,{MOBILE},,",
        f",Anna Müller,anna@firma.de,{LAND},,",
    ]


LDIF = f"""# extended LDIF
#
# LDAPv3
dn: uid=anna,dc=firma
objectClass: inetOrgPerson
uid: anna
cn: Anna
mail: anna(at)firma.de
mail: anna@firma.de
mobile: {MOBILE}
jpegPhoto:< file:///etc/passwd
userCertificate;binary:: {b64encode(bytes(range(200))).decode()}
thumbnailPhoto:: AA*

# search reference
ref: ldap://dc=ForestDnsZones

# search result
search: 2
"""


def test_a_photo_costs_nobody_their_place_and_the_trailer_of_a_search_is_nobody(bring):
    code, result, written = bring(f"{LDIF}result: 0 Success\n\n# numResponses: 2\n# numEntries: 1\n")

    assert (code, written) == (0, [f"anna,Anna,anna@firma.de,{MOBILE},,"])
    assert [each["reason"] for each in result["remarks"]] == [
        "the e-mail address is not an e-mail address; another one is used",
        "a reference to another directory, whose people are not in this list",
    ]
    assert result["left_out"] == ["jpegphoto", "thumbnailphoto", "usercertificate"]


def test_a_search_that_ended_early_replaces_nobody(bring):
    code, result, written = bring(f"{LDIF}result: 4 Size limit exceeded\n", "--replace", into=OURS)

    assert (code, written) == (6, OURS.splitlines()[1:])
    assert result["rejected"][0]["reason"] == "the search did not return everybody: 4 Size limit exceeded"
