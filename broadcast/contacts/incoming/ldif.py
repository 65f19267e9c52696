"""LDIF (RFC 2849), as directories export it."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Sequence

from broadcast.contacts.incoming.listing import Fault, Listing, Record, listing, paragraphs, unfolded

_LINE = re.compile(r"(?P<name>[A-Za-z0-9.-]+)(?:;[A-Za-z0-9;-]+)?:(?P<mark>[:<]?) *(?P<value>.*)", re.DOTALL)
#: Our column by attribute; the first that has a value counts.
_COLUMNS = {
    "id": ("employeenumber", "uid", "samaccountname"),
    "name": ("displayname", "cn"),
    "email": ("mail", "rfc822mailbox"),
    "mobile": ("mobile", "mobiletelephonenumber"),
    "phone": ("telephonenumber", "homephone"),
    "locale": ("preferredlanguage",),
    "groups": ("ou", "department", "departmentnumber"),
}
_PEOPLE = frozenset(
    {"person", "inetorgperson", "organizationalperson", "user", "contact", "residentialperson"}
)


class _Wrong(Exception):
    def __init__(self, line: int, reason: str, hint: str) -> None:
        super().__init__(reason)
        self.fault = Fault(line, reason, hint)


def read_ldif(text: str) -> Listing:
    """Every person in it; an entry that cannot be read is a fault, and the next one is read."""
    records: list[Record] = []
    faults: list[Fault] = []
    lines = [(number, line) for number, line in unfolded(text) if not line.startswith("#")]
    for entry in paragraphs(lines):
        try:
            attributes = _attributes(entry)
            if attributes:
                records.append((entry[0][0], _fields(entry[0][0], attributes)))
        except _Wrong as wrong:
            faults.append(wrong.fault)
    return listing(records, faults)


def _attributes(entry: Sequence[tuple[int, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for number, line in entry:
        match = _LINE.fullmatch(line)
        if match is None:
            raise _Wrong(number, "this is no line of an entry", "a line is attribute: value")
        name = match["name"].lower()
        found.setdefault(name, []).append(_value(number, name, match["mark"], match["value"]))
    found.pop("version", None)
    return found


def _value(number: int, name: str, mark: str, value: str) -> str:
    if mark == "<":
        raise _Wrong(number, f"{name} stands in another file, which is not opened", "export the values")
    if mark == "":
        return value.strip()
    try:
        data = b64decode(value.strip(), validate=True)
    except binascii.Error:
        raise _Wrong(number, f"the base64 of {name} is broken", "export the entry again") from None
    # Photos and keys are no text, and nobody's address.
    return data.decode("utf-8", "replace")


def _fields(line: int, attributes: dict[str, list[str]]) -> dict[str, str]:
    if "changetype" in attributes:
        raise _Wrong(line, "a change to an entry, not an entry", "export the entries themselves")
    classes = {each.lower() for each in attributes.get("objectclass", ())}
    if classes and not classes & _PEOPLE:
        raise _Wrong(line, "not a person", "export people only; nothing has to be done")
    fields = {}
    for column, names in _COLUMNS.items():
        values = next((attributes[name] for name in names if attributes.get(name)), [])
        if values:
            fields[column] = ";".join(values) if column == "groups" else values[0]
    return fields
