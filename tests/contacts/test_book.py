"""Contacts files as they come in life."""

from __future__ import annotations

import time

import pytest

from broadcast.contacts.book import read_contacts
from broadcast.errors import ConfigError
from broadcast.model.contact import Contact

ANNA = Contact(
    id="1",
    name="Anna Müller",
    phone="+4915112345678",
    email="anna@firma.de",
    locale="de",
    groups=("vip", "eu"),
)
GERMAN = (
    "Kundennummer;Vorname;Nachname;E-Mail;Handy;Sprache;Gruppen\n"
    '1;Anna;Müller;anna@firma.de;0151 12345678;de;"vip;eu"\n'
)
ENGLISH = 'id,name,email,phone,locale,groups\n1,Anna Müller,anna@FIRMA.de,+49 151 12345678,DE,"vip, eu"\n'

#: Each of these says the same about Anna.
SPELLINGS = {
    "as documented": ENGLISH,
    "German Excel": GERMAN.encode("cp1252"),
    "German Excel, UTF-8": GERMAN.encode("utf-8-sig"),
    "Unicode text": GERMAN.replace(";", "\t").replace("vip\teu", "vip;eu").encode("utf-16"),
    "big-endian": b"\xfe\xff" + ENGLISH.encode("utf-16-be"),
    "Windows line ends": ENGLISH.replace("\n", "\r\n"),
    "old Macintosh line ends": ENGLISH.replace("\n", "\r"),
    "pipes": ENGLISH.replace(",", "|").replace("vip| eu", "vip, eu"),
    "Excel's own first line": "sep=;\r\n" + GERMAN,
    "blank lines and a trailing delimiter": "\n\n" + ENGLISH.replace("\n", ",\n\n,,,,,,\n"),
    "no line end at the end": ENGLISH.rstrip(),
    "capital headers with spaces": ENGLISH.replace(
        "id,name,email,phone", " ID , Full Name,E-mail Address,Phone 1"
    ),
    "surname under Name": GERMAN.replace("Nachname", "Name"),
    "decomposed letters": ENGLISH.replace("ü", "u\u0308"),
    "what copying leaves": ENGLISH.replace(
        "+49 151 12345678", "\u202a+49\u00a0151\u00a012345678\u202c\u200b"
    ),
    "a lost zero": ENGLISH.replace("+49 151 12345678", "15112345678"),
    "a lost plus": ENGLISH.replace("+49 151 12345678", "4915112345678"),
    "a number made a decimal": ENGLISH.replace("+49 151 12345678", "4915112345678.0"),
    "an apostrophe in front": ENGLISH.replace("+49 151", "'+49 151"),
    "a formula that keeps the zero": ENGLISH.replace("+49 151 12345678", '"=""015112345678"""'),
    "a zero in brackets": ENGLISH.replace("+49 151", "+49 (0) 151"),
    "the exit code of the network": ENGLISH.replace("+49 151", "0049 151"),
    "a link": ENGLISH.replace("anna@FIRMA.de", "mailto:anna@firma.de"),
    "an address with its name": ENGLISH.replace("anna@FIRMA.de", "Anna Müller <anna@firma.de>"),
    "the language by its name": ENGLISH.replace("DE", "Deutsch"),
    "a line break in a cell": ENGLISH.replace("Anna Müller", '"Anna\nMüller"'),
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_a_file_is_understood_however_it_was_written(book, name):
    read = book(SPELLINGS[name])

    assert list(read.contacts) == [ANNA]
    assert (read.rejected, read.merged) == ((), ())


#: The row below `id,name,email,phone`, and why nobody can be told by it.
REJECTED = {
    "an exponent": ('1,Anna,,"4,91512E+11"', "the phone number was turned into an exponent by a spreadsheet"),
    "nothing": ("1,Anna,,", "there is neither a phone number nor an e-mail address"),
    "an emergency number": ("1,Anna,,110", "the phone number is too short, or a short number"),
    "a premium-rate number": ("1,Anna,,0900 1234567", "the phone number is a premium-rate or service number"),
    "a service number": ("1,Anna,,01805 123456", "the phone number is a premium-rate or service number"),
    "a number that does not exist": ("1,Anna,,+49 151 1", "the phone number does not exist"),
    "two readings": ("1,Anna,,4921123456", "the phone number can be read in two ways"),
    "two numbers": (
        "1,Anna,,0151 12345678 / 0171 1234567",
        "the phone number is too long, or two numbers in one",
    ),
    "an extension": ("1,Anna,,030 231250 ext 12", "the phone number has an extension"),
    "letters": ("1,Anna,,0800 FLOWERS", "the phone number holds letters"),
    "a country that does not exist": (
        "1,Anna,,+999 12345678",
        "the phone number has no country code that exists",
    ),
    "hashes": ("1,Anna,,########", "the phone number is not a phone number"),
    "no domain": ("1,Anna,anna@firma,", "the e-mail address is not an e-mail address"),
    "a dot too many": ("1,Anna,anna..b@firma.de,", "the e-mail address is not an e-mail address"),
    "no at": ("1,Anna,anna.firma.de,", "the e-mail address is not an e-mail address"),
    "two addresses": ("1,Anna,anna@firma.de/b@firma.de,", "the e-mail address holds several addresses"),
    "a header smuggled in": (
        '1,Anna,"anna@firma.de\nBcc: x@y.de",',
        "the e-mail address holds control characters",
    ),
    "an escape smuggled in": ("1,Anna,anna\x1b[31m@firma.de,", "the e-mail address holds control characters"),
    "umlauts before the at": ("1,Anna,änna@firma.de,", "the e-mail address has letters before the @"),
    "a domain that cannot be": ("1,Anna,anna@-ü-.de,", "the e-mail address has an impossible domain"),
    "an address as the top level": ("1,Anna,anna@127.0.0.1,", "the e-mail address is not an e-mail address"),
    "too few cells": ("1,Anna", "the row has 2 cells and the header 4"),
    "too many cells": ("1,Müller,Anna,anna@firma.de,de", "the row has 5 cells and the header 4"),
    "a stray quotation mark": (
        '1,"Anna "Ann" M.",a@firma.de,',
        "a quotation mark in a cell is not closed",
    ),
    "both bad": (
        "1,Anna,anna@,110",
        "the phone number is too short, or a short number; the e-mail address is not",
    ),
}


@pytest.mark.parametrize("name", REJECTED)
def test_a_row_by_which_nobody_can_be_told_is_rejected_with_its_line_and_reason(book, name):
    row, reason = REJECTED[name]

    read = book(f"id,name,email,phone\n2,Berta,berta@firma.de,\n{row}\n3,Carla,carla@firma.de,\n")

    (rejected,) = read.rejected
    assert rejected.line == 3
    assert rejected.reason.startswith(reason)
    assert rejected.hint
    assert [contact.name for contact in read.contacts] == ["Berta", "Carla"]


def test_a_reason_does_not_repeat_the_address(book):
    (rejected,) = book("email,phone\nanna..b@firma.de,0900 7654321\n").rejected

    assert "anna" not in rejected.reason
    assert "7654321" not in rejected.reason


class TestKeptWithAWarning:
    def test_one_bad_and_one_good_address(self, book):
        read = book("id,email,phone\n1,anna@firma.de,110\n2,broken,0151 12345678\n")

        assert [(contact.email, contact.phone) for contact in read.contacts] == [
            ("anna@firma.de", None),
            (None, "+4915112345678"),
        ]
        assert read.warnings == (
            "kunden.csv:2: the phone number is too short, or a short number; the e-mail address is used",
            "kunden.csv:3: the e-mail address is not an e-mail address; the phone number is used",
        )

    def test_the_mobile_number_goes_before_the_landline_wherever_it_stands(self, book):
        read = book("Telefon;Mobil\n030 231250;0151 12345678\n030 231251;\n030 231252;110\n")

        assert [contact.phone for contact in read.contacts] == [
            "+4915112345678",
            "+4930231251",
            "+4930231252",
        ]
        assert read.warnings == (
            "kunden.csv:4: the phone number is too short, or a short number; the phone number is used",
        )

    def test_a_language_that_nobody_knows(self, book):
        read = book("email,language\nanna@firma.de,Plattdüütsch\n")

        assert next(iter(read.contacts)).locale is None
        assert read.warnings == ("kunden.csv:2: the language is not known; the default is used",)

    def test_restored_numbers_are_told_once_for_the_file(self, book):
        read = book("phone\n15112345678\n030 231250\n15112345679\n")

        assert read.warnings == (
            "kunden.csv:2: 2 rows lost the first 0 or + of a phone number; it was put back",
        )

    def test_a_file_without_rows(self, book):
        assert book("id,email\n").warnings == ("kunden.csv: there is no row below the header",)


class TestColumns:
    def test_further_columns_become_variables(self, book):
        read = book("email,Kunden-Typ,Straße 2\nanna@firma.de, b2b ,\n")

        assert next(iter(read.contacts)).extra == (("kunden_typ", "b2b"), ("strasse_2", ""))
        assert read.columns == ("kunden_typ", "strasse_2")
        assert read.warnings == ()

    def test_slips_and_repetitions_in_the_header_are_told(self, book):
        read = book("email,emial,email,team,team,,phone\na@firma.de,x,b@firma.de,one,two,y,\n")

        assert next(iter(read.contacts)).email == "a@firma.de"
        assert next(iter(read.contacts)).extra == (("emial", "x"), ("team", "one"))
        assert read.warnings == (
            'kunden.csv: the column "emial" is not known: did you mean email?',
            'kunden.csv: the column "email" stands there twice: the first usable value counts',
            'kunden.csv: the column "team" stands there twice: the first one counts',
            "kunden.csv: column 6 has no name and is left out",
        )

    def test_cells_cannot_act_on_a_terminal_or_fill_a_template(self, book):
        name = "\x1b]52;c;x\x07An\u202ena\ue000phone\ue001\u2028!"

        read = book(f'name,email,note\n"{name}",anna@firma.de,"two\nlines"\n')

        assert next(iter(read.contacts)).name == "]52;c;xAnnaphone !"
        assert next(iter(read.contacts)).extra == (("note", "two lines"),)

    def test_the_people_of_the_netherlands_keep_their_apostrophe(self, book):
        assert next(iter(book("name,email\n't Hooft,h@firma.nl\n").contacts)).name == "'t Hooft"

    def test_a_single_column_is_enough(self, book):
        assert [contact.email for contact in book("Mail\na@firma.de\nb@firma.de\n").contacts] == [
            "a@firma.de",
            "b@firma.de",
        ]


class TestIds:
    def test_a_missing_one_is_derived_and_stays_the_same(self, book):
        first = book("email,phone\nanna@firma.de,\nberta@firma.de,0151 12345678\n,0171 3920001\n")
        again = book("phone,email\n+49 171 3920001,\n0151 12345678,Berta@firma.de\n,anna@firma.de\n")

        ids = [contact.id for contact in first.contacts]
        assert len(set(ids)) == 3
        assert ids == [contact.id for contact in reversed(list(again.contacts))]

    def test_it_does_not_give_the_address_away(self, book):
        assert "anna" not in next(iter(book("email\nanna@firma.de\n").contacts)).id

    def test_internationalised_domains_are_one_with_their_ascii_form(self, book):
        read = book("email\nanna@Müller.de\nanna@xn--mller-kva.de\nberta@straße.de\n")

        assert [contact.email for contact in read.contacts] == [
            "anna@xn--mller-kva.de",
            "berta@xn--strae-oqa.de",
        ]
        assert len(read.merged) == 1


class TestUnreadable:
    @pytest.mark.parametrize(
        ("content", "message", "hint"),
        [
            (b"", "is empty", "names the columns"),
            (b"\xef\xbb\xbf\r\n;;;\r\n", "is empty", "names the columns"),
            (b"sep=;\n", "is empty", "names the columns"),
            (b"PK\x03\x04rest", "is an Excel or OpenDocument file, not CSV", "export it as CSV"),
            (b"\xd0\xcf\x11\xe0rest", "is an old Excel file", "export it as CSV"),
            (b"email\n\0\0\0", "is not text", "export it as CSV"),
            (
                b"name,email\nM\x81ller,\xff@x.de\n",
                "is not text in UTF-8 or Windows-1252",
                "export it as CSV",
            ),
            (b"\xff\xfee\0m\0\x00", "is not text all through", "export it as CSV"),
            (b"name,town\nAnna,Berlin\n", 'there are "name", "town"', 'name one "email" or "phone"'),
            (b"anna@firma.de,0151\n", "the first line is not a header", "name the columns"),
            (
                b'email,name\na@x.de,"Anna\nb@x.de,Berta\n',
                ":2: a quotation mark is opened and never closed",
                "close",
            ),
            (b'"' + b"x" * 200_000, "has a first line that is no header", "export it"),
        ],
    )
    def test_what_is_no_contacts_file_is_refused_by_name(self, book, tmp_path, content, message, hint):
        with pytest.raises(ConfigError) as refusal:
            book(content)

        assert str(refusal.value).startswith(str(tmp_path / "kunden.csv"))
        assert message in str(refusal.value)
        assert hint in str(refusal.value.hint)
        assert "anna@firma.de" not in str(refusal.value)

    def test_a_missing_file_and_a_folder(self, tmp_path):
        with pytest.raises(ConfigError, match="there is no contacts file"):
            read_contacts([tmp_path / "none.csv"], "DE")
        with pytest.raises(ConfigError, match="is not a file"):
            read_contacts([tmp_path], "DE")

    def test_one_that_is_too_large_is_refused_without_reading_it(self, tmp_path):
        with (tmp_path / "large.csv").open("wb") as file:
            file.truncate(256 * 1024 * 1024 + 1)

        with pytest.raises(ConfigError, match="larger than 256 MiB"):
            read_contacts([tmp_path / "large.csv"], "DE")

    def test_torn_lines_are_named_and_the_rest_is_read(self, book):
        read = book('email,name\na@x.de,"Anna\nb@x.de,"Berta"\nc@x.de,Carla\n')

        (rejected,) = read.rejected
        assert (rejected.line, rejected.reason) == (
            2,
            "lines 2 to 3: a quotation mark in a cell is not closed",
        )
        assert [contact.name for contact in read.contacts] == ["Carla"]


def test_line_numbers_count_lines_and_not_rows(book):
    read = book('\nname,email\n"A\nB\nC",a@firma.de\n\nD,broken\n')

    assert [row.line for row in read.rejected] == [7]


def test_several_files_are_one_book(tmp_path):
    (tmp_path / "a.csv").write_text("id,email\n1,anna@firma.de\n")
    (tmp_path / "b.csv").write_text("Kundennr;Mobil\n1;0151 12345678\n2;110\n")
    paths = [tmp_path / "a.csv", tmp_path / "b.csv", tmp_path / "a.csv"]

    read = read_contacts(paths, "DE")

    assert list(read.contacts) == [Contact(id="1", name="", phone="+4915112345678", email="anna@firma.de")]
    assert [(row.path.name, row.line, row.contact, row.because) for row in read.merged] == [
        ("b.csv", 2, "1", "same id")
    ]
    assert [(row.path.name, row.line) for row in read.rejected] == [("b.csv", 3)]


def test_reading_takes_microseconds_a_row_and_not_milliseconds(tmp_path):
    path = tmp_path / "many.csv"
    with path.open("w") as file:
        file.write("id;name;email;telefon;gruppen\n")
        file.writelines(f"{n};Kunde {n};k{n}@firma.de;0151 {10_000_000 + n};vip\n" for n in range(20_000))
    before = time.process_time()

    read = read_contacts([path], "DE")

    assert len(read.contacts) == 20_000
    assert time.process_time() - before < 3  # 0.6 s here: five times slower would be an accident
