"""JSON: our own columns, or subscribers as Statuspage and ilert export them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from broadcast.contacts.address import Unusable
from broadcast.contacts.columns import field_of
from broadcast.contacts.incoming.listing import Gathered, ListFault, Listing, numbered
from broadcast.contacts.phone import read_phone
from broadcast.errors import UsageError

_OBJECTS = 'give a list of objects: [{"email": "anna@firma.de"}]'
_NOT_PEOPLE = "only people are told: take it up as a channel of its own"


_ADDRESSES = frozenset({"email", "phone", "mobile"})


class _SubscribersError(ValueError):
    def __init__(self, reason: str, hint: str) -> None:
        super().__init__(reason)
        self.hint = hint


def read_json(text: str, name: str) -> Listing:
    """Read every entry of the list; raises `UsageError` if it is not a list."""
    found = Gathered()
    for place, entry in enumerate(_entries(text, name), 1):
        remarks: list[str] = []
        try:
            found.records.append((place, _fields(entry, remarks)))
        except _SubscribersError as wrong:
            found.faults.append(ListFault(place, str(wrong), wrong.hint))
        found.remarks.extend(ListFault(place, each, "give text, or a list of texts") for each in remarks)
    return found.listing("entry")


def statuspage_row(type_: str, address: str, country: str = "") -> dict[str, str]:
    """Return a row of Statuspage's own CSV: a type, an address, and the country of a number."""
    return _subscriber({"mode": type_, "email": address, "phone_number": address, "phone_country": country})


def _entries(text: str, name: str) -> list[object]:
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise UsageError(
            f"{name}, line {error.lineno}: this is not JSON ({error.msg})", hint=_OBJECTS
        ) from None
    except RecursionError:
        raise UsageError(f"{name} is nested too deeply", hint=_OBJECTS) from None
    if isinstance(document, dict):
        lists = [value for value in document.values() if isinstance(value, list)]
        document = lists[0] if len(lists) == 1 else document
    if not isinstance(document, list):
        raise UsageError(f"{name} holds no list of people", hint=_OBJECTS)
    return document


def _fields(entry: object, remarks: list[str]) -> dict[str, str]:
    if not isinstance(entry, dict):
        raise _SubscribersError("not an object", _OBJECTS)
    if "mode" in entry and {"email", "phone_number", "endpoint"} & entry.keys():
        return _subscriber(entry)
    if {"target", "type"} <= entry.keys():
        return _ilert(entry)
    return _our_columns(entry, remarks)


def _our_columns(entry: Mapping[str, Any], remarks: list[str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for name, value in entry.items():
        texts = value if isinstance(value, list) else [value]
        if any(isinstance(each, dict | list) for each in texts):
            remarks.append(f"{name} is not a plain value; it was left out")
        elif field_of(name) in _ADDRESSES:
            fields |= numbered(name, map(_plain, texts))
        elif value is not None:
            fields[name] = ";".join(map(_plain, texts))
    return fields


def _subscriber(entry: Mapping[str, Any]) -> dict[str, str]:
    """Read a Statuspage subscriber: `mode` selects the address; a number has no country code."""
    if entry.get("quarantined_at"):
        raise _SubscribersError(
            "quarantined at Statuspage, because messages came back", "ask for another address"
        )
    fields = {"id": str(entry.get("id") or "")}
    match str(entry.get("mode", "")).lower():
        case "email":
            fields["email"] = str(entry.get("email") or "")
        case "sms":
            fields["phone"] = _number(
                str(entry.get("phone_number") or ""), str(entry.get("phone_country") or "")
            )
        case other:
            raise _SubscribersError(
                f"a subscriber of the kind {other or 'nothing'}, not a person", _NOT_PEOPLE
            )
    return fields


def _number(number: str, country: str) -> str:
    try:
        return read_phone(number, country.upper()).number if country else number
    except Unusable as unusable:
        raise _SubscribersError(f"the phone number {unusable}", unusable.hint) from None


def _ilert(entry: Mapping[str, Any]) -> dict[str, str]:
    """Read an ilert subscriber: a target, its type, a locale, and the services it is about."""
    fields = {"locale": str(entry.get("locale") or "")}
    match str(entry["type"]).upper():
        case "EMAIL":
            fields["email"] = str(entry["target"])
        case "SMS":
            fields["phone"] = str(entry["target"])
        case other:
            raise _SubscribersError(f"a subscriber of the kind {other.lower()}, not a person", _NOT_PEOPLE)
    services = entry.get("services")
    if isinstance(services, list):
        named = (each.get("name") or each.get("id") if isinstance(each, dict) else each for each in services)
        fields["services"] = ";".join(str(each) for each in named)
    return fields


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
