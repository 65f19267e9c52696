"""Lists from elsewhere: their differences are shown, and the file is changed in one step or not at all."""

from __future__ import annotations

import io
import json
import stat
import sys
from pathlib import Path

import pytest

from broadcast.cli.app import run
from broadcast.contacts.file import harmless, read_file, write_file
from broadcast.errors import Refused

CONFIG = """\
[broadcast]
organisation = "Muster Handel"
locale = "de"
timezone = "Europe/Berlin"

[channels.site]
adapter = "site"
path = "public"

[audiences.customers]
lanes = [["site"]]
"""
OURS = (
    "Kundennr;Name;E-Mail;Mobil;Telefon;Filiale\n"
    "7;Anna Alt;anna@firma.de;0151 12345678;030 23125001;Mitte\n"
    "8;Bert;bert@firma.de;;;=1+2\n"
    "9;Ohne;;;;Rand\n"
)


class Desk:
    """A folder with a configuration, where lists are brought in."""

    def __init__(self, folder: Path, capsys, monkeypatch) -> None:
        self.folder, self._capsys, self._monkeypatch = folder, capsys, monkeypatch
        (folder / "broadcast.toml").write_text(CONFIG, "utf-8")
        self.file = folder / "kunden.csv"

    def bring(self, content: str | bytes, *arguments: str, name: str = "list", stdin: bool = False):
        data = content if isinstance(content, bytes) else content.encode()
        (self.folder / name).write_bytes(data)
        if stdin:
            self._monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        source = "-" if stdin else str(self.folder / name)
        config = str(self.folder / "broadcast.toml")
        command = ["--config", config, "contacts", "import", source, "--into", str(self.file), "-o", "json"]
        code = run([*command, *(arguments or ("--yes",))])
        self.out, self.err = self._capsys.readouterr()
        return code, json.loads(self.out) if self.out else {}

    @property
    def written(self) -> list[str]:
        return self.file.read_text("utf-8").splitlines()


@pytest.fixture
def desk(tmp_path, capsys, monkeypatch) -> Desk:
    return Desk(tmp_path, capsys, monkeypatch)


def people(changes) -> list[str]:
    return [change["person"] for change in changes]


def test_a_new_file_is_made_readable_by_its_owner_alone(desk):
    code, result = desk.bring("name,mail,phone\nAnna,anna@firma.de,0151 12345678\n")

    assert (code, people(result["added"]), result["written"]) == (0, ["Anna"], True)
    assert desk.written == [
        "id,name,email,phone,locale,groups",
        ",Anna,anna@firma.de,+4915112345678,,",
    ]
    assert stat.S_IMODE(desk.file.stat().st_mode) == 0o600


def test_only_what_the_list_says_changes_and_every_other_cell_stays(desk):
    desk.file.write_text(OURS, "utf-8")

    code, result = desk.bring(
        "email,name,phone,vip\nanna@firma.de,Anna Neu,030 23125001,ja\ncarla@firma.de,Carla,,\n"
    )

    assert (code, result["kept"]) == (0, 2)
    assert [(c["person"], c["line"], c["columns"]) for c in result["changed"]] == [
        ("Anna Neu", 2, ["name", "vip"])
    ]
    assert people(result["added"]) == ["Carla"]
    assert desk.written == [
        "Kundennr;Name;E-Mail;Mobil;Telefon;Filiale;vip",
        "7;Anna Neu;anna@firma.de;0151 12345678;030 23125001;Mitte;ja",
        "8;Bert;bert@firma.de;;;'=1+2;",
        "9;Ohne;;;;Rand;",
        ";Carla;carla@firma.de;;;;",
    ]


def test_who_is_not_in_the_list_is_removed_only_on_request(desk):
    desk.file.write_text(OURS, "utf-8")
    content = "email\nBERT@firma.de\n"

    _, kept = desk.bring(content)
    _, replaced = desk.bring(content, "--replace", "--yes")

    assert (kept["written"], kept["removed"], kept["kept"]) == (False, [], 2)
    assert [(c["person"], c["line"]) for c in replaced["removed"]] == [
        ("Anna Alt", 2),
        ("a row without a usable address", 4),
    ]
    assert len(desk.written) == 2


def test_a_dry_run_and_a_question_that_nobody_answers_change_nothing(desk):
    desk.file.write_text(OURS, "utf-8")
    content = "email\ncarla@firma.de\n"

    dry, result = desk.bring(content, "--dry-run")
    asked, _ = desk.bring(content, "--replace")

    assert (dry, people(result["added"]), result["written"]) == (0, ["nameless"], False)
    assert asked == 8
    assert desk.file.read_text("utf-8") == OURS


def test_rejected_rows_are_named_by_their_lines_and_the_rest_is_written(desk):
    code, result = desk.bring("name,email,phone\nAnna,anna@firma.de,\nBert,bert(at)firma.de,110\nCarla,,\n")

    assert (code, people(result["added"])) == (6, ["Anna"])
    assert [(each["line"], each["reason"]) for each in result["rejected"]] == [
        (3, "the phone number is too short, or a short number; the e-mail address is not an e-mail address"),
        (4, "there is neither a phone number nor an e-mail address"),
    ]


def test_consent_comes_along(desk):
    desk.bring("email,consent_email,consent_email_source\nanna@firma.de,ja,Formular\n")

    assert desk.written[1] == ",,anna@firma.de,,,,ja,Formular"


VCARDS = """BEGIN:VCARD\r
VERSION:3.0\r
N:Muster;Anna;;;\r
FN:Anna Muster\r
item1.EMAIL;type=INTERNET:anna@fir\r
 ma.de\r
TEL;TYPE=HOME:030 23125001\r
TEL;TYPE=CELL,PREF:0151 12345678\r
CATEGORIES:vip,Filiale\\, Mitte\r
END:VCARD\r
BEGIN:VCARD\r
VERSION:4.0\r
FN:Bert\r
UID:urn:uuid:b-1\r
LANG:en\r
TEL;VALUE=uri;TYPE="voice,cell":tel:+49-171-3920001\r
END:VCARD\r
"""


def test_vcards_of_both_versions_are_read(desk):
    code, _ = desk.bring(VCARDS)

    assert code == 0
    assert desk.written[1:] == [
        ",Anna Muster,anna@firma.de,+4915112345678,,vip;Filiale;Mitte",
        "b-1,Bert,,+491713920001,en,",
    ]


CARLA = "BEGIN:VCARD\nVERSION:3.0\nFN:Carla\nEMAIL:c@firma.de\nEND:VCARD\n"


@pytest.mark.parametrize(
    ("card", "line", "reason"),
    [
        (
            "BEGIN:VCARD\nVERSION:3.0\nFN:Anna\nEMAIL:a@firma.de\nFN:Bert\nEND:VCARD\n",
            5,
            "a second person in one card",
        ),
        ("BEGIN:VCARD\nVERSION:3.0\nFN:Anna\nEMAIL:a@firma.de\n", 1, "the card is not closed before line 5"),
        ("BEGIN:VCARD\nVERSION:5.0\nFN:Anna\nEND:VCARD\n", 2, "vCard 5.0 is not read here"),
        ("BEGIN:VCARD\nVERSION:3.0\nAnna\nEND:VCARD\n", 3, "this is no line of a card"),
        ("BEGIN:VCARD\nVERSION:4.0\nKIND:group\nFN:Alle\nEND:VCARD\n", 3, "a group, not a person"),
        (
            "BEGIN:VCARD\nVERSION:3.0\nFN:Anna\nEND:VCARD\n",
            1,
            "there is neither a phone number nor an e-mail address",
        ),
    ],
)
def test_a_broken_card_is_named_by_its_line_and_the_next_one_is_read(desk, card, line, reason):
    code, result = desk.bring(card + CARLA)

    assert (code, people(result["added"])) == (6, ["Carla"])
    assert [(each["line"], each["reason"]) for each in result["rejected"]] == [(line, reason)]


LDIF = """version: 1
# exported
dn: uid=anna,ou=people,dc=firma,dc=de
objectClass: inetOrgPerson
uid: anna
cn:: QW5uYSBNw7xsbGVy
mail: anna@fir
 ma.de
mobile: 0151 12345678
preferredLanguage: de-DE

dn: ou=people,dc=firma,dc=de
objectClass: organizationalUnit
ou: people

dn: uid=bert
cn:: QW5u*
mail: bert@firma.de

dn: uid=carla
cn: Carla
mail: carla@firma.de
"""


def test_ldif_is_read_and_broken_base64_named_by_its_line(desk):
    code, result = desk.bring(LDIF)

    assert code == 6
    assert desk.written[1:] == [
        "anna,Anna Müller,anna@firma.de,+4915112345678,de-DE,",
        ",Carla,carla@firma.de,,,",
    ]
    assert [(each["line"], each["reason"]) for each in result["rejected"]] == [
        (12, "not a person"),
        (17, "the base64 of cn is broken"),
    ]


def test_statuspage_subscribers_are_read_from_json_and_from_csv(desk):
    subscribers = [
        {"id": "s1", "mode": "email", "email": "anna@firma.de", "quarantined_at": None},
        {"id": "s2", "mode": "sms", "phone_number": "15112345678", "phone_country": "de"},
        {"id": "s3", "mode": "webhook", "endpoint": "https://x.example"},
        {"id": "s4", "mode": "email", "email": "b@firma.de", "quarantined_at": "2026-01-01T00:00:00Z"},
    ]
    code, result = desk.bring(json.dumps(subscribers), "--dry-run")
    _, csv = desk.bring("email,anna@firma.de\nsms,15112345678,DE\nwebhook,https://x.example,a@b.example\n")

    assert (code, people(result["added"])) == (6, ["s1", "s2"])
    assert [each["entry"] for each in result["rejected"]] == [3, 4]
    assert [each["line"] for each in csv["rejected"]] == [3]
    assert desk.written[1:] == [",,anna@firma.de,,,", ",,,+4915112345678,,"]


def test_ilert_subscribers_are_read(desk):
    subscribers = [
        {
            "target": "anna@firma.de",
            "type": "EMAIL",
            "locale": "de-DE",
            "services": [{"id": 1, "name": "Kasse"}],
        },
        {"target": "+4915112345678", "type": "SMS", "locale": "en-GB", "services": []},
        {"target": "https://x.example", "type": "WEBHOOK"},
    ]

    code, _ = desk.bring(json.dumps(subscribers), "--yes", stdin=True)

    assert code == 6
    assert desk.written == [
        "id,name,email,phone,locale,groups,services",
        ",,anna@firma.de,,de-DE,,Kasse",
        ",,,+4915112345678,en-GB,,",
    ]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ('[{"email": "a@b.de"},]', "line 1: this is not JSON"),
        ('{"a": 1}', "holds no list of people"),
        (b"\xff\xfe[\x00\xff", "is not text"),
        ("email\na@b.de\n", "is neither JSON nor vCard nor LDIF"),
    ],
)
def test_what_is_no_list_changes_nothing(desk, content, complaint):
    desk.file.write_text(OURS, "utf-8")

    code, _ = desk.bring(content, "--yes", stdin=True)

    assert code == 2
    assert complaint in desk.err
    assert desk.file.read_text("utf-8") == OURS


def test_a_file_that_cannot_be_taken_apart_is_not_written_anew(desk):
    torn = 'id,email\n1,"anna"@firma.de\n2,bert@firma.de\n'
    desk.file.write_text(torn, "utf-8")

    code, _ = desk.bring("email\ncarla@firma.de\n")

    assert code == 6
    assert f"{desk.file}:2: this row cannot be split into cells" in desk.err
    assert desk.file.read_text("utf-8") == torn


def test_a_folder_that_takes_no_file_leaves_the_old_one_as_it_was(desk, tmp_path):
    desk.file = tmp_path / "broadcast.toml" / "kunden.csv"

    code, _ = desk.bring("email\ncarla@firma.de\n")

    assert code == 6
    assert "cannot be written" in desk.err


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(tmp_path):
    path = tmp_path / "kunden.csv"
    path.write_text(OURS, "utf-8")
    before = read_file(path)
    path.write_text(f"{OURS}10;Zoe;zoe@firma.de;;;\n", "utf-8")

    with pytest.raises(Refused, match="was changed meanwhile"):
        write_file(before, before.header, [])

    assert "Zoe" in path.read_text("utf-8")
    assert [each.name for each in tmp_path.iterdir()] == ["kunden.csv"]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("@SUM(1)", "'@SUM(1)"),
        ("+1+cmd|' /C calc'!A0", "'+1+cmd|' /C calc'!A0"),
        ("+4915112345678", "+4915112345678"),
        ("Anna", "Anna"),
    ],
)
def test_no_cell_is_a_formula(cell, expected):
    assert harmless(cell) == expected
