"""Write the contact files of Muster Handel, a shop that does not exist.

Run it again and the same files come out. Nobody in them is real: the surnames are birds, the e-mail addresses
belong to domains reserved for examples (RFC 2606), and the phone numbers to the ranges that the regulators
keep for films: Bundesnetzagentur 0171 39200xx, 0176 040690xx and six single numbers, Ofcom 07700 900xxx.
Germany keeps only some 200 such mobile numbers, so many customers who read German have a British one.
Numbers that end in 0004 are left out: the sandbox takes them for people who have opted out.

The German file looks like an export from a spreadsheet: semicolons, umlauts, a byte order mark, numbers
that lost their zero, rows twice, and rows that nobody can be told by.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

FOLDER = Path(__file__).parent
GERMAN_CUSTOMERS, ENGLISH_CUSTOMERS = 520, 540
GERMAN_MOBILES_OF_CUSTOMERS = 150  # the rest is the staff's
WITHOUT_EMAIL = 26  # every twenty-sixth customer gave only a phone number

NAMES = """
Anke Bärbel Cem Dörte Emre Frauke Günther Hanne Ivo Jana Käthe Lennart Merle
Nuri Okke Petra Quirin Rüya Sören Tjark Uta Veit Wiebke Xaver Yasemin Zoë

Amsel Blaumeise Buchfink Dohle Eisvogel Feldlerche Gänsesäger Haubenmeise Kuckuck Möwe
Nachtigall Rotkehlchen Rohrspötter Singdrossel Sperling Stieglitz Uferläufer Wachtelkönig Wanderfalke
Zaunkönig

Alice Ben Chloe Dev Ella Finn Grace Hamza Iris Jack Kitty Liam Mabel
Noah Orla Priya Quinn Rosie Sam Tara Una Victor Wren Xanthe Yusuf Zara

Bittern Blackcap Chaffinch Curlew Dunnock Firecrest Goldcrest Goldfinch Greenshank Kestrel
Kingfisher Kittiwake Lapwing Nightjar Redstart Sandpiper Skylark Whimbrel Whinchat Yellowhammer
"""
GERMAN_FIRST, GERMAN_LAST, ENGLISH_FIRST, ENGLISH_LAST = (names.split() for names in NAMES.split("\n\n"))
TOWNS = ("Amselfeld", "Birkenau am See", "Größenhain", "Mühlrode")
STAFF = {
    "agents": ("Kundenservice", 14, "service"),
    "supervisors": ("Teamleitung", 4, "service"),
    "executives": ("Geschäftsführung", 3, "leitung"),
    "technical": ("IT-Betrieb", 7, "bereitschaft"),
    "field": ("Fahrer", 20, "tour"),
}
_ASCII = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ë": "e"})

Spelling = Callable[[str], str]
#: How one and the same German mobile number arrives: as typed, with signs, as a formula, without its 0, ...
SPELLINGS: tuple[Spelling, ...] = (
    lambda number: number,
    lambda number: number.replace("+49", "0"),
    lambda number: f"{number.replace('+49', '0')[:4]}/{number[6:]}",
    lambda number: f"{number[:3]} (0) {number[3:6]} {number[6:]}",
    lambda number: f'="{number.replace("+49", "0")}"',
    lambda number: number.replace("+49", ""),
    lambda number: number.replace("+", "00"),
)
UNUSABLE = (
    ("K-9001", "Egon", "Fehlt", "", "", "de", "Mühlrode"),  # no address at all
    ("K-9002", "Elke", "Gerundet", "", "4,91714E+11", "de", "Mühlrode"),  # a spreadsheet's exponent
    ("K-9003", "Ernst", "Verwiesen", "", "siehe Notiz", "de", "Mühlrode"),
    ("K-9004", "Edda", "Teuer", "", "0900 1234567", "de", "Mühlrode"),  # a premium number
    ("K-9005", "Elmo", "Halb", "elmo.halb@", "", "de", "Mühlrode"),
    ("K-9006", "Erna", "Doppelt", "", "0171 3920000, 0171 3920001", "de", "Mühlrode"),
)


def main() -> None:
    """Write every file."""
    german = [number for number in german_mobiles() if not number.endswith("0004")]
    british = (number for number in british_mobiles() if not number.endswith("0004"))
    write_german(FOLDER / "customers-de.csv", german[:GERMAN_MOBILES_OF_CUSTOMERS], british)
    write(FOLDER / "customers-en.csv", english_customers(british))
    staff = iter(german[GERMAN_MOBILES_OF_CUSTOMERS:])
    for audience, (role, count, group) in STAFF.items():
        write(
            FOLDER / f"{audience}.csv", employees(audience, role, group, [next(staff) for _ in range(count)])
        )


def german_mobiles() -> Iterator[str]:
    """The mobile numbers that the Bundesnetzagentur keeps for films and television."""
    yield from (f"+4917139200{number:02}" for number in range(100))
    yield from (f"+4917604069{number:03}" for number in range(100))
    for single in ("15228817386", "15228895456", "15254599371", "1729925904", "1729968532", "1729973185"):
        yield f"+49{single}"


def british_mobiles() -> Iterator[str]:
    """The mobile numbers that Ofcom keeps for drama."""
    return (f"+447700900{number:03}" for number in range(1000))


def write_german(path: Path, german: Sequence[str], british: Iterator[str]) -> None:
    """The customers who read German, as a spreadsheet exports them."""
    dice = random.Random(7)  # noqa: S311 - the same people every time
    rows = []
    for number, (first, last) in enumerate(people(GERMAN_FIRST, GERMAN_LAST, GERMAN_CUSTOMERS)):
        phone = dice.choice(SPELLINGS)(german[number]) if number < len(german) else next(british)
        email = "" if number % WITHOUT_EMAIL == 0 else address(first, last, number)
        rows.append((f"K-{1001 + number}", first, last, email, phone, "de", dice.choice(TOWNS)))
    again = [(*row[:3], row[3].upper(), *row[4:]) for row in dice.sample(rows, 12)]
    for row in (*again, *UNUSABLE):
        rows.insert(dice.randrange(len(rows)), row)
    header = ("Kundennummer", "Vorname", "Nachname", "E-Mail-Adresse", "Mobilnummer", "Sprache", "Filiale")
    path.write_text("\ufeff" + as_csv([header, *rows], delimiter=";"), encoding="utf-8", newline="\n")


def english_customers(british: Iterator[str]) -> Iterator[Sequence[str]]:
    """The customers who read English."""
    yield ("id", "name", "email", "phone", "locale", "groups", "branch")
    for number, (first, last) in enumerate(people(ENGLISH_FIRST, ENGLISH_LAST, ENGLISH_CUSTOMERS)):
        email = "" if number % WITHOUT_EMAIL == 0 else address(first, last, number)
        groups = "business" if number % 9 == 0 else ""
        yield (f"C-{2001 + number}", f"{first} {last}", email, next(british), "en", groups, "Online")


def employees(audience: str, role: str, group: str, phones: Sequence[str]) -> Iterator[Sequence[str]]:
    """One team."""
    yield ("id", "name", "email", "phone", "locale", "groups", "role")
    offset = sum(map(ord, audience)) % 200
    names = list(people(GERMAN_FIRST, GERMAN_LAST, offset + len(phones)))[offset:]
    for number, ((first, last), phone) in enumerate(zip(names, phones, strict=True), 1):
        email = f"{ascii_name(first)}.{ascii_name(last)}@muster.example"
        yield (f"{audience[:1].upper()}-{number:03}", f"{first} {last}", email, phone, "de", group, role)


def people(first: Sequence[str], last: Sequence[str], count: int) -> Iterator[tuple[str, str]]:
    """As many different names as asked for."""
    for number in range(count):
        yield first[number % len(first)], last[(number + number // len(first)) % len(last)]


def address(first: str, last: str, number: int) -> str:
    """An e-mail address at a domain that is reserved for examples."""
    domain = ("example.org", "example.com", "example.net")[number % 3]
    return f"{ascii_name(first)}.{ascii_name(last)}{number}@{domain}"


def ascii_name(name: str) -> str:
    """A name as it stands in an address."""
    return name.lower().translate(_ASCII)


def write(path: Path, rows: Iterable[Sequence[str]]) -> None:
    """A plain CSV file."""
    path.write_text(as_csv(rows), encoding="utf-8", newline="\n")


def as_csv(rows: Iterable[Sequence[str]], delimiter: str = ",") -> str:
    """The rows as text."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return text.getvalue()


if __name__ == "__main__":
    main()
