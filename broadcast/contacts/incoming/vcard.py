"""vCard 2.1, 3 and 4 (Versit; RFC 2426, RFC 6350), the export format of phones and address books."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from quopri import decodestring

from broadcast.contacts.incoming.listing import Gathered, ListFault, Listing, numbered, physical_lines

_PROPERTY = re.compile(
    r"""(?:[A-Za-z0-9-]+\.)?(?P<name>[A-Za-z0-9-]+)(?P<parameters>(?:;(?:[^":;]|"[^"]*")*)*):(?P<value>.*)""",
    re.DOTALL,
)
_QUOTED_PRINTABLE = re.compile(r"[^:]*;(?:ENCODING=)?QUOTED-PRINTABLE\b[^:]*:", re.IGNORECASE)
_CHARSET = re.compile(r";CHARSET=\"?([A-Z0-9_.:-]+)")
_ESCAPE = re.compile(r"\\(.)")
_SPACES = re.compile(r"\s+")
_TEXT = {"UID": "id", "FN": "name", "LANG": "locale"}
_READ = frozenset({*_TEXT, "N", "TEL", "EMAIL", "CATEGORIES", "VERSION", "KIND", "PRODID", "REV"})
_KNOWN = frozenset({"2.1", "3.0", "4.0"})
_EXPORT = "export it as vCard 2.1, 3.0 or 4.0"


@dataclass(frozen=True, slots=True)
class _Property:
    line: int
    name: str
    parameters: str
    value: str

    @property
    def text(self) -> str:
        return self._plain(self.value)

    def parts(self, separator: str) -> list[str]:
        """Return the parts between separators that are not escaped."""
        return [self._plain(part) for part in re.split(rf"(?<!\\){separator}", self.value)]

    def _plain(self, value: str) -> str:
        if _QUOTED_PRINTABLE.match(f"X{self.parameters}:"):
            charset = _CHARSET.search(self.parameters)
            value = _decoded(decodestring(value.encode()), charset[1] if charset else "utf-8")
        unescaped = _ESCAPE.sub(lambda escape: " " if escape[1] in "nN" else escape[1], value)
        return _SPACES.sub(" ", unescaped).strip()


class _VcardError(Exception):
    def __init__(self, line: int, reason: str, hint: str = _EXPORT) -> None:
        super().__init__(reason)
        self.fault = ListFault(line, reason, hint)


def read_vcards(text: str) -> Listing:
    """Read everybody in the cards; a card that cannot be read is a fault, and reading continues."""
    gathered = Gathered()
    for card in _cards(_unfolded(text)):
        try:
            properties = _properties(card)
            gathered.records.append((card[0][0], _fields(properties)))
        except _VcardError as wrong:
            gathered.faults.append(wrong.fault)
        else:
            gathered.ignored.update(dict.fromkeys(_left_out(properties)))
    return gathered.listing()


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Yield logical lines with the number of their first physical one.

    A leading space continues a line. In vCard 2.1, quoted-printable that ends with = continues, too, on the
    next line, whatever that begins with.
    """
    first, parts, soft = 0, [""], False
    for number, line in physical_lines(text):
        if soft:
            parts.append(line)
        elif line[:1] in {" ", "\t"} and first:
            parts.append(line[1:])
        else:
            if first:
                yield first, "".join(parts)
            first, parts = number, [line]
        soft = line.endswith("=") and _QUOTED_PRINTABLE.match(parts[0]) is not None
        if soft:
            parts[-1] = parts[-1].removesuffix("=")
    yield first, "".join(parts)


def _cards(lines: Iterable[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    """Yield the lines of each card, from its BEGIN to its END or to the next BEGIN."""
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
        raise _VcardError(first[0], "this belongs to no card", "a card begins with BEGIN:VCARD")
    if last[1].strip().upper() != "END:VCARD":
        raise _VcardError(
            first[0], f"the card is not closed before line {last[0] + 1}", "it ends with END:VCARD"
        )
    found: list[_Property] = []
    for number, line in card[1:-1]:
        match = _PROPERTY.fullmatch(line)
        if match is None and found and "BASE64" in found[-1].parameters:
            continue  # vCard 2.1: a picture continues to the next property
        if match is None:
            raise _VcardError(number, "this is no line of a card", "a line is NAME:value")
        name, parameters = match["name"].upper(), match["parameters"].upper()
        found.append(_Property(number, name, parameters, match["value"]))
    return found


def _fields(properties: Sequence[_Property]) -> dict[str, str]:
    _check(properties)
    fields: dict[str, str] = {}
    phones = [each for each in properties if each.name == "TEL" and not _is_fax(each)]
    emails = [each for each in properties if each.name == "EMAIL"]
    for each in properties:
        if each.name in _TEXT:
            fields.setdefault(_TEXT[each.name], each.text)
        elif each.name == "CATEGORIES":
            fields["groups"] = ";".join(each.parts(","))
    fields |= numbered("phone", (each.text for each in sorted(phones, key=_rank)))
    fields |= numbered("email", (each.text for each in sorted(emails, key=_rank)))
    if not fields.get("name"):
        fields["name"] = next((_spoken(each) for each in properties if each.name == "N"), "")
    fields["id"] = fields.get("id", "").removeprefix("urn:uuid:")
    return fields


def _left_out(properties: Sequence[_Property]) -> Iterator[str]:
    """Yield the names of properties for which a contacts file has no column."""
    for each in properties:
        if each.name == "TEL" and _is_fax(each):
            yield "TEL (fax)"
        elif each.name not in _READ:
            yield each.name


def _check(properties: Sequence[_Property]) -> None:
    version = next((each for each in properties if each.name == "VERSION"), None)
    if version is None or version.text not in _KNOWN:
        line = version.line if version else properties[0].line if properties else 0
        raise _VcardError(line, f"vCard {version.text if version else 'without a version'} is not read here")
    names = [each for each in properties if each.name == "FN" and "ALTID" not in each.parameters]
    if len({each.text for each in names}) > 1:
        raise _VcardError(names[1].line, "a second person in one card", "give everybody a card of their own")
    kind = next((each for each in properties if each.name == "KIND"), None)
    if kind and kind.text.lower() == "group":
        raise _VcardError(kind.line, "a group, not a person", "export its members")


def _is_fax(each: _Property) -> bool:
    return "FAX" in each.parameters


def _rank(each: _Property) -> tuple[bool, bool]:
    """Return a sort key: mobile phones first, then preferred values."""
    return not re.search(r"CELL|MOBILE", each.parameters), "PREF" not in each.parameters


def _spoken(name: _Property) -> str:
    """Return `Muster;Anna;Maria;Dr.;` as people say it: `Anna Muster`."""
    family, given, *_ = [*name.parts(";"), "", ""]
    return f"{given} {family}".strip()


def _decoded(data: bytes, charset: str) -> str:
    """Return the text in its charset, else as UTF-8, else in the encoding of German Windows."""
    for encoding in (charset, "utf-8"):
        try:
            return data.decode(encoding)
        except (LookupError, UnicodeDecodeError):
            continue
    return data.decode("cp1252", "replace")
