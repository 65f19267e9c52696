"""Recognise columns by their headers, as German and English systems export them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from broadcast.contacts.consents import ConsentColumns, find_consents, is_consent
from broadcast.model.nearest import did_you_mean

_SYNONYMS = {
    "id": "id uid uuid externalid contactid kontaktid customerid customernumber customerno"
    " kundennummer kundennr kundenid kdnr personalnummer personalnr mitarbeiternummer employeeid",
    "name": "name fullname displayname contactname vollername anzeigename ansprechpartner kontakt contact",
    "first": "firstname givenname forename vorname",
    "last": "lastname surname familyname nachname familienname zuname",
    "email": "email mail emailaddress mailaddress emailadresse mailadresse emailvalue",
    "mobile": "mobile mobil handy cell cellphone mobilephone mobilenumber"
    " mobiltelefon mobilnummer mobilnr handynummer handynr sms smsnumber",
    "phone": "phone tel telephone phonenumber telephonenumber phonevalue"
    " telefon telefonnummer telefonnr telnr rufnummer",
    "locale": "locale language lang sprache sprachcode preferredlanguage",
    "groups": "groups group gruppen gruppe tags tag schlagworte",
}
_FIELDS = {spelling: field for field, spellings in _SYNONYMS.items() for spelling in spellings.split()}
_FOLDED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_NOT_A_LETTER = re.compile(r"[^a-z]+")
_NOT_A_NAME = re.compile(r"[^a-z0-9]+")
_ALIKE = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The positions of each field, best first, and of the other columns by their variable's name."""

    width: int
    name: tuple[int, ...]
    first: tuple[int, ...]
    last: tuple[int, ...]
    id: tuple[int, ...]
    email: tuple[int, ...]
    phone: tuple[int, ...]
    locale: tuple[int, ...]
    groups: tuple[int, ...]
    extra: tuple[tuple[str, int], ...]
    consents: tuple[ConsentColumns, ...]
    warnings: tuple[str, ...]


def field_of(header: str) -> str | None:
    """Return the field that a header means: `E-Mail-Adresse`, `mail` and `Email 1` are all `email`."""
    return _FIELDS.get(_NOT_A_LETTER.sub("", _folded(header)))


def variable_name(header: str) -> str:
    """Return the name of another column in templates: `Kunden-Nr. (alt)` is `kunden_nr_alt`."""
    return _NOT_A_NAME.sub("_", _folded(header)).strip("_")


def read_columns(headers: Sequence[str]) -> Columns:
    """Return the fields of the columns; warn about headers that are missing, repeated or misspelt."""
    found: dict[str, list[int]] = {field: [] for field in _SYNONYMS}
    extra: dict[str, int] = {}
    names: list[str] = []
    warnings: list[str] = []
    seen: set[str] = set()
    for position, header in enumerate(headers):
        field = field_of(header)
        name = variable_name(header)
        names.append(name)
        if not name:
            warnings.append(f"column {position + 1} has no name and is left out")
        elif name in seen:
            warnings.append(f'the column "{header.strip()}" stands there twice{_which(field)}')
        if field:
            found[field].append(position)
        elif name and not is_consent(name):
            extra.setdefault(name, position)
            warnings.extend(_misspelt(header))
        seen.add(name)
    phones = found.pop("mobile") + found.pop("phone")
    fields = {field: tuple(positions) for field, positions in found.items()}
    return Columns(
        width=len(headers),
        phone=tuple(phones),
        extra=tuple(extra.items()),
        consents=find_consents(names),
        warnings=tuple(warnings),
        **fields,
    )


def _which(field: str | None) -> str:
    return ": the first usable value counts" if field else ": the first one counts"


def _misspelt(header: str) -> list[str]:
    meant = did_you_mean(_NOT_A_LETTER.sub("", _folded(header)), _FIELDS, similarity=_ALIKE)
    return [f'the column "{header.strip()}" is not known: {meant}'] if meant else []


def _folded(header: str) -> str:
    return unicodedata.normalize("NFC", header).strip().lower().translate(_FOLDED)
