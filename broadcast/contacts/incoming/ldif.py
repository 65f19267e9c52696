"""LDIF (RFC 2849), the export format of directories."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Sequence

from broadcast.contacts.incoming.listing import Gathered, ListFault, Listing, numbered, paragraphs, unfolded

_LINE = re.compile(
    r"(?P<name>[A-Za-z0-9.-]+)(?:;[A-Za-z0-9;-]+)?:(?P<separator>[:<]?) *(?P<value>.*)", re.DOTALL
)
#: Our column for each attribute; the first attribute with a value counts.
_COLUMNS = {
    "id": ("employeenumber", "uid", "samaccountname"),
    "name": ("displayname", "cn"),
    "email": ("mail", "rfc822mailbox"),
    "mobile": ("mobile", "mobiletelephonenumber"),
    "phone": ("telephonenumber", "homephone"),
    "locale": ("preferredlanguage",),
    "groups": ("ou", "department", "departmentnumber"),
}
_COLUMN_OF = {name: column for column, names in _COLUMNS.items() for name in names}
_SEVERAL = frozenset({"email", "mobile", "phone"})
#: Attributes that describe an entry and not a person.
_TECHNICAL = frozenset({"dn", "version", "objectclass"})
#: Attributes that ldapsearch writes below the entries, in an entry without a dn.
_TRAILER = frozenset({"search", "result", "text", "matcheddn", "control", "pagedresults"})
_COMPLETE = re.compile(r"0\b")
_PEOPLE = frozenset(
    {"person", "inetorgperson", "organizationalperson", "user", "contact", "residentialperson"}
)


class _LdifError(Exception):
    def __init__(self, line: int, reason: str, hint: str) -> None:
        super().__init__(reason)
        self.fault = ListFault(line, reason, hint)


def read_ldif(text: str) -> Listing:
    """Read every person in it; an entry that cannot be read is a fault, and reading continues."""
    gathered = Gathered()
    lines = ((number, line) for number, line in unfolded(text) if not line.startswith("#"))
    for entry in paragraphs(lines):
        try:
            _take(entry[0][0], _attributes(entry, gathered), gathered)
        except _LdifError as wrong:
            gathered.faults.append(wrong.fault)
    return gathered.listing()


def _take(line: int, attributes: dict[str, list[str]], gathered: Gathered) -> None:
    if not attributes:
        return
    if attributes.keys() == {"ref"}:
        reason = "a reference to another directory, whose people are not in this list"
        gathered.remarks.append(ListFault(line, reason, "export that one, too, if people are missing"))
    elif attributes.keys() <= _TRAILER:
        _check_result(line, attributes.get("result", [""])[0])
    else:
        gathered.records.append((line, _fields(line, attributes)))
        gathered.ignored.update(dict.fromkeys(attributes.keys() - _COLUMN_OF.keys() - _TECHNICAL))


def _check_result(line: int, result: str) -> None:
    """Raise an error if the search ended early: the list is not complete."""
    if result and not _COMPLETE.match(result):
        raise _LdifError(
            line,
            f"the search did not return everybody: {result}",
            "search again in smaller parts",
        )


def _attributes(entry: Sequence[tuple[int, str]], gathered: Gathered) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for number, line in entry:
        match = _LINE.fullmatch(line)
        if match is None:
            raise _LdifError(number, "this is no line of an entry", "a line is attribute: value")
        name, separator = match["name"].lower(), match["separator"]
        if separator == "<":
            _leave_out(number, name, gathered)
        else:
            needed = name in _COLUMN_OF or name in _TECHNICAL or name in _TRAILER
            found.setdefault(name, []).append(
                _value(number, name, separator, match["value"]) if needed else ""
            )
    found.pop("version", None)
    return found


def _leave_out(number: int, name: str, gathered: Gathered) -> None:
    """Note a value that is a reference: no other file is opened, whatever the list says."""
    if name in _COLUMN_OF:
        reason = f"{name} is in another file, which is not opened"
        gathered.remarks.append(ListFault(number, reason, "export the values"))
    else:
        gathered.ignored[name] = None


def _value(number: int, name: str, separator: str, value: str) -> str:
    if separator == "":
        return value.strip()
    try:
        data = b64decode(value.strip(), validate=True)
    except binascii.Error:
        raise _LdifError(number, f"the base64 of {name} is broken", "export the entry again") from None
    return data.decode("utf-8", "replace")


def _fields(line: int, attributes: dict[str, list[str]]) -> dict[str, str]:
    if "changetype" in attributes:
        raise _LdifError(line, "a change to an entry, not an entry", "export the entries themselves")
    classes = {each.lower() for each in attributes.get("objectclass", ())}
    if classes and not classes & _PEOPLE:
        raise _LdifError(line, "not a person", "export people only; nothing has to be done")
    fields: dict[str, str] = {}
    for column, names in _COLUMNS.items():
        given = [attributes[name] for name in names if attributes.get(name)]
        if column in _SEVERAL:
            fields |= numbered(column, (value for values in given for value in values))
        elif given:
            fields[column] = ";".join(given[0]) if column == "groups" else given[0][0]
    return fields
