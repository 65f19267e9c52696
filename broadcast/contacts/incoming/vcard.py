"""vCard 3 and 4 (RFC 2426, RFC 6350), as phones and address books export it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from broadcast.contacts.incoming.listing import Fault, Listing, Record, listing, unfolded

_PROPERTY = re.compile(
    r"""(?:[A-Za-z0-9-]+\.)?(?P<name>[A-Za-z0-9-]+)(?P<parameters>(?:;(?:[^":;]|"[^"]*")*)*):(?P<value>.*)""",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)")
_TEXT = {"UID": "id", "FN": "name", "LANG": "locale"}
_KNOWN = frozenset({"3.0", "4.0"})
_EXPORT = "export it as vCard 3.0 or 4.0"


@dataclass(frozen=True, slots=True)
class _Property:
    line: int
    name: str
    parameters: str
    value: str

    @property
    def text(self) -> str:
        return _ESCAPE.sub(lambda escape: " " if escape[1] in "nN" else escape[1], self.value).strip()

    @property
    def parts(self) -> list[str]:
        """What is between commas that are not escaped."""
        return [_ESCAPE.sub(r"\1", part).strip() for part in re.split(r"(?<!\\),", self.value)]


class _Wrong(Exception):
    def __init__(self, line: int, reason: str, hint: str = _EXPORT) -> None:
        super().__init__(reason)
        self.fault = Fault(line, reason, hint)


def read_vcards(text: str) -> Listing:
    """Everybody in the cards; a card that cannot be read is a fault, and the next one is read."""
    records: list[Record] = []
    faults: list[Fault] = []
    for card in _cards(unfolded(text)):
        try:
            records.append((card[0][0], _fields(_properties(card))))
        except _Wrong as wrong:
            faults.append(wrong.fault)
    return listing(records, faults)


def _cards(lines: Sequence[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    """The lines of each card, from its BEGIN up to its END or to the next BEGIN."""
    card: list[tuple[int, str]] = []
    for number, line in lines:
        word = line.strip().upper()
        if word == "BEGIN:VCARD" and card:
            yield card
            card = []
        if line.strip():
            card.append((number, line))
        if word == "END:VCARD":
            yield card
            card = []
    if card:
        yield card


def _properties(card: Sequence[tuple[int, str]]) -> list[_Property]:
    first, last = card[0], card[-1]
    if first[1].strip().upper() != "BEGIN:VCARD":
        raise _Wrong(first[0], "this belongs to no card", "a card begins with BEGIN:VCARD")
    if last[1].strip().upper() != "END:VCARD":
        raise _Wrong(first[0], f"the card is not closed before line {last[0] + 1}", "it ends with END:VCARD")
    found = []
    for number, line in card[1:-1]:
        match = _PROPERTY.fullmatch(line)
        if match is None:
            raise _Wrong(number, "this is no line of a card", "a line is NAME:value")
        name, parameters = match["name"].upper(), match["parameters"].upper()
        found.append(_Property(number, name, parameters, match["value"]))
    return found


def _fields(properties: Sequence[_Property]) -> dict[str, str]:
    _check(properties)
    fields: dict[str, str] = {}
    phones = [each for each in properties if each.name == "TEL" and "FAX" not in each.parameters]
    emails = [each for each in properties if each.name == "EMAIL"]
    for each in properties:
        if each.name in _TEXT:
            fields.setdefault(_TEXT[each.name], each.text)
        elif each.name == "CATEGORIES":
            fields["groups"] = ";".join(each.parts)
    if phones:
        fields["phone"] = min(phones, key=_rank).text
    if emails:
        fields["email"] = min(emails, key=_rank).text
    fields.setdefault("name", next((_spoken(each) for each in properties if each.name == "N"), ""))
    fields["id"] = fields.get("id", "").removeprefix("urn:uuid:")
    return fields


def _check(properties: Sequence[_Property]) -> None:
    version = next((each for each in properties if each.name == "VERSION"), None)
    if version is None or version.text not in _KNOWN:
        line = version.line if version else properties[0].line if properties else 0
        raise _Wrong(line, f"vCard {version.text if version else 'without a version'} is not read here")
    names = [each for each in properties if each.name == "FN" and "ALTID" not in each.parameters]
    if len({each.text for each in names}) > 1:
        raise _Wrong(names[1].line, "a second person in one card", "give everybody a card of their own")
    kind = next((each for each in properties if each.name == "KIND"), None)
    if kind and kind.text.lower() == "group":
        raise _Wrong(kind.line, "a group, not a person", "export its members")


def _rank(each: _Property) -> tuple[bool, bool]:
    """Mobile phones first, then what is preferred."""
    return not re.search(r"CELL|MOBILE", each.parameters), "PREF" not in each.parameters


def _spoken(name: _Property) -> str:
    """`Muster;Anna;Maria;Dr.;` as people say it."""
    parts = [_ESCAPE.sub(r"\1", part).strip() for part in re.split(r"(?<!\\);", name.value)]
    family, given, *_ = [*parts, "", ""]
    return f"{given} {family}".strip()
