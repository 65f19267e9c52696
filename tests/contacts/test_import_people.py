"""`contacts import`: it says what it changes, and what it does not take."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from broadcast.cli.app import run

CONFIG = """\
[broadcast]
organisation = "Muster Handel"
locale = "de"
timezone = "Europe/Berlin"
"""
MOBILE, LAND = "+4915112345678", "+493023125001"


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
