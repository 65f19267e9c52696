"""Convert one row of cells into one contact."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from broadcast.contacts.address import Unusable
from broadcast.contacts.columns import Columns
from broadcast.contacts.consents import read_consents
from broadcast.contacts.email import read_email
from broadcast.contacts.identifiers import Identifiers
from broadcast.contacts.phone import Phone, read_phone
from broadcast.contacts.typed_address import read_address
from broadcast.model.contact import Contact
from broadcast.model.counted import counted
from broadcast.model.text import without_controls

_FORMULA = re.compile(r'="(.*)"', re.DOTALL)
#: An apostrophe that makes a number or a formula a text in spreadsheets; "'t Hooft" keeps its own.
_APOSTROPHE = re.compile(r"((?:^|[;,|\t\r\n])\s*)'(?=[-=+@\uff0b\uff0d\uff1d\uff20])|^'(?=\d)")
_SPACES = re.compile(r"\s+")
#: Zero-width characters from pasted text, and the private-use area, which the templates use.
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ue000-\uf8ff]")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_BETWEEN_VALUES = " ::: "  # Google Contacts writes several numbers or addresses with one label like this
_GROUPS = re.compile(r"[;,|]")
_LOCALE = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{2}))?", re.ASCII)
_LANGUAGES = {"deutsch": "de", "german": "de", "ger": "de", "englisch": "en", "english": "en", "eng": "en"}


@dataclass(frozen=True, slots=True)
class RowReading:
    """A contact (its id empty if the row has none), the problems of the row, and its repairs."""

    contact: Contact
    warnings: tuple[str, ...] = ()
    restored: bool = False


def read_row(cells: Sequence[str], columns: Columns, region: str) -> RowReading:
    """Return the contact in `cells`; raises `Unusable` if no address in it can be used."""
    if len(cells) < columns.width or any(cell.strip() for cell in cells[columns.width :]):
        raise Unusable(
            f"the row has {counted(len(cells), 'cell')} and the header {columns.width}",
            "put cells that hold the delimiter into quotation marks",
        )
    texts = [clean(cell) for cell in cells]
    phone, phone_problems = _first_phone(texts, columns, region)
    email, email_problems = _first_email(cells, columns)
    problems = [*phone_problems, *email_problems]
    if phone is None and email is None:
        if problems:
            raise Unusable("; ".join(str(problem) for problem in problems), problems[0].hint)
        raise Unusable("there is neither a phone number nor an e-mail address", "fill one in")
    locale, foreign = _locale(_first(texts, columns.locale))
    consents, unclear = read_consents(texts, columns.consents)
    contact = Contact(
        id=_first(texts, columns.id),
        name=_name(texts, columns),
        phone=phone.number if phone else None,
        landline=phone.landline if phone else None,
        email=email,
        locale=locale,
        groups=_groups(texts, columns),
        extra=tuple((name, texts[position]) for name, position in columns.extra),
        consents=tuple(consents),
    )
    warnings = [f"{problem}; {_used(phone, email)} is used" for problem in problems]
    warnings += foreign + unclear
    return RowReading(contact, tuple(warnings), restored=phone is not None and phone.restored)


def identifiers_of(cells: Sequence[str], columns: Columns, region: str) -> Identifiers:
    """Return the identifiers of the person in `cells`, with all addresses that can be read."""
    texts = [clean(cell) for cell in cells]
    return Identifiers(
        _first(texts, columns.id),
        _name(texts, columns),
        frozenset(_usable(texts, columns.phone, region)),
        frozenset(address.lower() for address in _usable(texts, columns.email, region)),
    )


def groups_of(cells: Sequence[str], columns: Columns) -> tuple[str, ...]:
    """Return the groups in a row."""
    return _groups([clean(cell) for cell in cells], columns)


def locale_of(cells: Sequence[str], columns: Columns) -> str | None:
    """Return the language in a row, if it is known."""
    return _locale(_first([clean(cell) for cell in cells], columns.locale))[0]


def _usable(texts: Sequence[str], positions: Sequence[int], region: str) -> Iterator[str]:
    for value in _values(texts, positions):
        with suppress(Unusable):
            yield read_address(value, region).value


def _values(texts: Sequence[str], positions: Sequence[int]) -> Iterator[str]:
    """Yield the values of the cells at `positions`, best first; Google Contacts puts several into one."""
    for position in positions:
        yield from filter(None, (value.strip() for value in texts[position].split(_BETWEEN_VALUES)))


def clean(cell: str) -> str:
    """Return a cell as plain text on one line, without traces of spreadsheets and copying."""
    plain = cell.isascii() and cell.isprintable() and not cell.startswith("=")
    if plain and "'" not in cell and "  " not in cell:
        return cell.strip()
    formula = _FORMULA.fullmatch(cell.strip())
    text = unicodedata.normalize("NFC", formula[1] if formula else cell.strip())
    text = _APOSTROPHE.sub(lambda found: found[1] or "", text)
    return _INVISIBLE.sub("", without_controls(_SPACES.sub(" ", text))).strip()


def _first(texts: Sequence[str], positions: Sequence[int]) -> str:
    for position in positions:
        if texts[position]:
            return texts[position]
    return ""


def _first_phone(texts: Sequence[str], columns: Columns, region: str) -> tuple[Phone | None, list[Unusable]]:
    problems: list[Unusable] = []
    for value in _values(texts, columns.phone):
        try:
            return read_phone(value, region), problems
        except Unusable as unusable:
            problems.append(Unusable(f"the phone number {unusable}", unusable.hint))
    return None, problems


def _first_email(cells: Sequence[str], columns: Columns) -> tuple[str | None, list[Unusable]]:
    problems: list[Unusable] = []
    for value in _values(cells, columns.email):
        if not (text := clean(value)):
            continue
        try:
            _refuse_controls(value)
            return read_email(text), problems
        except Unusable as unusable:
            problems.append(Unusable(f"the e-mail address {unusable}", unusable.hint))
    return None, problems


def _refuse_controls(cell: str) -> None:
    """Refuse control characters: a line break in an address is an attack, so it is not cleaned away."""
    if _CONTROLS.search(cell):
        raise Unusable("holds control characters", "write it like anna@firma.de")


def _name(texts: Sequence[str], columns: Columns) -> str:
    """Return the name; beside a `Vorname`, German files use `Name` for the surname."""
    first, last = _first(texts, columns.first), _first(texts, columns.last)
    name = _first(texts, columns.name)
    if columns.last:
        return name or f"{first} {last}".strip()
    return f"{first} {name}".strip()


def _groups(texts: Sequence[str], columns: Columns) -> tuple[str, ...]:
    listed = [name.strip() for position in columns.groups for name in _GROUPS.split(texts[position])]
    return tuple(dict.fromkeys(name for name in listed if name))


def _locale(text: str) -> tuple[str | None, list[str]]:
    if not text:
        return None, []
    spelled = _LANGUAGES.get(text.lower(), text)
    match = _LOCALE.fullmatch(spelled)
    if match is None:
        return None, ["the language is not known; the default is used"]
    language, country = match[1].lower(), match[2]
    return (f"{language}-{country.upper()}" if country else language), []


def _used(phone: Phone | None, email: str | None) -> str:
    if phone and email:
        return "another one"
    return "the phone number" if phone else "the e-mail address"
