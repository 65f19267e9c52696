from __future__ import annotations

import csv

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadcast.contacts.address import Unusable
from broadcast.contacts.book import read_contacts
from broadcast.contacts.email import read_email
from broadcast.contacts.phone import read_phone
from tests.harness.cases import for_every

FORMATS = [
    phonenumbers.PhoneNumberFormat.E164,
    phonenumbers.PhoneNumberFormat.INTERNATIONAL,
    phonenumbers.PhoneNumberFormat.NATIONAL,
    phonenumbers.PhoneNumberFormat.RFC3966,
]
REGIONS = ["DE", "AT", "CH", "GB", "FR", "IT", "US", "PL"]


@for_every("region", REGIONS)
@for_every("form", FORMATS)
def test_a_number_is_the_same_however_its_country_writes_it(region, form):
    number = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    assert number is not None
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    assert read_phone(phonenumbers.format_number(number, form), region).number == e164
    assert read_phone(e164, "DE").number == e164


@settings(max_examples=150, deadline=None)
@given(
    region=st.sampled_from(REGIONS),
    digits=st.from_regex(r"(\+[1-9]|0)[0-9 ]{6,14}", fullmatch=True),
)
def test_a_number_that_is_read_is_valid_and_reads_back_as_itself(region, digits):
    try:
        number = read_phone(digits, region).number
    except Unusable:
        return

    assert phonenumbers.is_valid_number(phonenumbers.parse(number)) or number.startswith("+447700900")
    assert read_phone(number, "GB").number == number
    assert number == phonenumbers.format_number(
        phonenumbers.parse(digits, region), phonenumbers.PhoneNumberFormat.E164
    )


@pytest.mark.parametrize(
    ("spelled", "region", "number"),
    [
        ("07700 900123", "GB", "+447700900123"),  # kept for drama by Ofcom
        ("+49 30 23125000", "DE", "+493023125000"),  # kept for drama by the Bundesnetzagentur
        ("7911123456", "GB", "+447911123456"),
        ("6641234567", "AT", "+436641234567"),
        ("436641234567", "DE", "+436641234567"),
        ("2025550123", "US", "+12025550123"),
        ("+39 06 698 12345", "DE", "+390669812345"),
        ("٠١٥١١٢٣٤٥٦٧٨", "DE", "+4915112345678"),
    ],
)
def test_national_habits_are_known(spelled, region, number):
    assert read_phone(spelled, region).number == number


@pytest.mark.parametrize(
    ("spelled", "address"),
    [
        ("Anna.B+x@Firma.DE", "Anna.B+x@firma.de"),
        ("o'brien@firma.ie", "o'brien@firma.ie"),
        ("anna@sub.firma.co.uk", "anna@sub.firma.co.uk"),
        ("anna@xn--mller-kva.de", "anna@xn--mller-kva.de"),
        ("anna@bücher.example", "anna@xn--bcher-kva.example"),
    ],
)
def test_an_e_mail_address_keeps_its_first_half_as_it_is(spelled, address):
    assert read_email(spelled) == address


@pytest.mark.parametrize(
    "spelled",
    [
        "",
        "@firma.de",
        "anna@",
        "a b@firma.de",
        ".a@firma.de",
        "a.@firma.de",
        "a@firma..de",
        "a@firma.de.",
        "a@fir_ma.de",
        "x" * 65 + "@firma.de",
        "a@" + "x" * 64 + ".de",
        "a@" + "x." * 130 + "de",
        '"a b"@firma.de',
        "a@-firma.de",
    ],
)
def test_what_a_mail_server_would_refuse_is_refused_here(spelled):
    with pytest.raises(Unusable):
        read_email(spelled)


CELLS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
ADDRESSES = st.sampled_from(
    ["", "anna@firma.de", "b@firma.de", "broken", "0151 12345678", "110", "+4930231250"]
)


@settings(max_examples=100, deadline=None)
@given(rows=st.lists(st.tuples(st.sampled_from(["", "1", "2"]), CELLS, ADDRESSES, ADDRESSES), max_size=8))
def test_every_row_of_a_file_is_accounted_for(rows, tmp_path_factory):
    path = tmp_path_factory.mktemp("book") / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("id", "name", "email", "phone"), *rows])
    filled = [row for row in rows if any(cell.strip() for cell in row)]

    book = read_contacts([path], "DE")

    assert book.rows == len(filled)
