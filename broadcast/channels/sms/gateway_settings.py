"""`[channels.NAME]` of a described gateway, read and checked before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from broadcast.channels.described import filled, places
from broadcast.channels.sms.description import (
    VERDICTS,
    GatewayLookup,
    GatewayReply,
    GatewayRequest,
    GatewayStatus,
)
from broadcast.channels.sms.gateway_receipts import read_states
from broadcast.config.secret import Reference
from broadcast.config.settings import ChannelSettings
from broadcast.errors import ConfigError

#: How long a text is worth delivering: gateways count in different units.
VALID = ("valid_seconds", "valid_minutes", "valid_milliseconds", "valid_until")
_OF_A_MESSAGE = frozenset({"to", "text", "key", *VALID})
#: The place of a message's id, when its state is asked for.
_ID = "id"
_OF_THE_CHANNEL = ("from", "api_key", "secret")
_SECRET_HEADER = re.compile(r"auth|key|token|secret|pass", re.IGNORECASE)
_PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySettings:
    """A described gateway. `values` fill the places that do not depend on a message."""

    send: GatewayRequest
    reading: GatewayReply
    probe: GatewayRequest
    find: GatewayLookup | None
    status: GatewayStatus | None
    plus: bool
    headers: Mapping[str, str] = field(repr=False)
    values: Mapping[str, str] = field(repr=False)


def read(settings: ChannelSettings) -> GatewaySettings:
    """Read the gateway in `settings`; raises `ConfigError` for what is missing or wrong."""
    values = {name: settings.required(name) for name in _used(settings)}
    send = _table(settings, "send", {"method", "path", "json", "form", "id", "code", *VERDICTS})
    find = (
        _table(settings, "find", {"path", "items", "key", "id", "limit"})
        if "find" in settings.options
        else None
    )
    plus = settings.options.get("plus", True)
    if not isinstance(plus, bool):
        raise _wrong(settings, "plus", "must be true or false", "plus = false for numbers like 4915112345678")
    return GatewaySettings(
        send=_asking(settings, send),
        reading=_reading(settings, send),
        probe=GatewayRequest("GET", _path(settings, "probe", settings.required("probe"), frozenset(values))),
        find=None if find is None else _finding(settings, find),
        status=_status(settings, frozenset(values)) if "status" in settings.options else None,
        plus=plus,
        headers=_headers(settings, values),
        values=values,
    )


def _used(settings: ChannelSettings) -> tuple[str, ...]:
    """Return the channel's own values that a place uses."""
    described = {name: settings.options.get(name) for name in ("send", "find", "probe", "headers")}
    status = settings.options.get("status")
    asking = status.get("path") if isinstance(status, Mapping) else None
    asked = frozenset(places(described)) | (frozenset(places(asking)) - {_ID})
    for name in sorted(asked - _OF_A_MESSAGE - {*_OF_THE_CHANNEL}):
        known = ", ".join(f"{{{one}}}" for one in (*sorted(_OF_A_MESSAGE), *_OF_THE_CHANNEL))
        raise _wrong(settings, f"{{{name}}}", "is no place", f"use one of {known}")
    return tuple(name for name in _OF_THE_CHANNEL if name in asked)


def _asking(settings: ChannelSettings, send: Mapping[str, object]) -> GatewayRequest:
    method = _text(settings, "send", send, "method", "POST").upper()
    path = _path(settings, "send.path", _text(settings, "send", send, "path"))
    encodings = [name for name in ("json", "form") if name in send]
    if method == "GET" and not encodings:
        return GatewayRequest(method, path)
    if method not in {"POST", "PUT"} or len(encodings) != 1:
        raise _wrong(
            settings, "send", "needs one body", 'send.json = { to = "{to}", text = "{text}" }, or send.form'
        )
    encoding = encodings[0]
    content = send[encoding]
    if not isinstance(content, Mapping) or (encoding == "form" and not _flat(content)):
        raise _wrong(settings, f"send.{encoding}", "must be a table of fields", 'write { to = "{to}", ... }')
    return GatewayRequest(method, path, encoding, _resolved(settings, f"send.{encoding}", content))


def _resolved(settings: ChannelSettings, key: str, content: object) -> object:
    """Return `content` with its references resolved."""
    if isinstance(content, Reference):
        return content.resolve(f"{settings.origin}, {key}")
    if isinstance(content, Mapping):
        return {name: _resolved(settings, f"{key}.{name}", inner) for name, inner in content.items()}
    if isinstance(content, list):
        return [_resolved(settings, key, inner) for inner in content]
    return content


def _flat(content: Mapping[str, object]) -> bool:
    return all(isinstance(value, str | int | float | Reference) for value in content.values())


def _reading(settings: ChannelSettings, send: Mapping[str, object]) -> GatewayReply:
    verdicts: dict[str, str] = {}
    for verdict in VERDICTS:
        codes = send.get(verdict, [])
        if not isinstance(codes, list) or not all(isinstance(code, str | int) for code in codes):
            raise _wrong(settings, f"send.{verdict}", "must be a list of codes", f'send.{verdict} = ["202"]')
        verdicts |= {str(code): verdict for code in codes}
    code = _text(settings, "send", send, "code", "")
    return GatewayReply(_text(settings, "send", send, "id"), code, verdicts)


def _finding(settings: ChannelSettings, find: Mapping[str, object]) -> GatewayLookup:
    limit = find.get("limit", _PAGE)
    if not isinstance(limit, int) or isinstance(limit, bool) or limit < 1:
        raise _wrong(settings, "find.limit", "must be a number of messages", "find.limit = 100")
    return GatewayLookup(
        asking=GatewayRequest("GET", _path(settings, "find.path", _text(settings, "find", find, "path"))),
        items=_text(settings, "find", find, "items", ""),
        key=_text(settings, "find", find, "key"),
        id=_text(settings, "find", find, "id"),
        limit=limit,
    )


def _status(settings: ChannelSettings, known: Collection[str]) -> GatewayStatus:
    table = _table(settings, "status", {"path", "status", "code", "delivered", "failed"})
    path = _path(settings, "status.path", _text(settings, "status", table, "path"), {*known, _ID})
    if _ID not in places(path):
        raise _wrong(settings, "status.path", "names no message", 'write status.path = "/messages/{id}"')
    return GatewayStatus(
        asking=GatewayRequest("GET", path),
        status=_text(settings, "status", table, "status"),
        code=_text(settings, "status", table, "code", ""),
        states=read_states(settings, "status", table),
    )


def _headers(settings: ChannelSettings, values: Mapping[str, str]) -> dict[str, str]:
    table = settings.options.get("headers", {})
    if not isinstance(table, Mapping):
        raise _wrong(
            settings, "headers", "must be a table", 'headers = { Authorization = "Bearer {api_key}" }'
        )
    headers = {}
    for name, given in table.items():
        value = given.resolve(f"{settings.origin}, headers.{name}") if isinstance(given, Reference) else given
        if not isinstance(value, str) or not frozenset(places(value)) <= values.keys():
            raise _wrong(
                settings, f"headers.{name}", "cannot hold that", "a header holds no part of a message"
            )
        if _SECRET_HEADER.search(name) and value is given and not any(places(value)):
            hint = f'headers.{name} = "Bearer {{api_key}}" and api_key = "env:NAME"'
            raise _wrong(
                settings, f"headers.{name}", "may be a secret, which must not stand in the file", hint
            )
        headers[str(name)] = value if value is not given else str(filled(value, values))
    return headers


def _table(settings: ChannelSettings, key: str, known: Collection[str]) -> Mapping[str, object]:
    table = settings.options.get(key)
    if not isinstance(table, Mapping):
        raise _wrong(settings, key, "is missing", f"describe it in [channels.{settings.name}.{key}]")
    for name in sorted(table.keys() - {*known}):
        raise _wrong(settings, f"{key}.{name}", "is unknown", f"it has: {', '.join(sorted(known))}")
    return table


def _text(
    settings: ChannelSettings, table: str, values: Mapping[str, object], key: str, default: str | None = None
) -> str:
    value = values.get(key, default)
    if isinstance(value, str) and (value or default is not None):
        return value
    problem = "is missing" if value is None else "must be a text"
    raise _wrong(settings, f"{table}.{key}", problem, f'write {table}.{key} = "..."')


def _path(settings: ChannelSettings, key: str, path: str, known: Collection[str] | None = None) -> str:
    if not path.startswith("/"):
        raise _wrong(settings, key, "must begin with /", "base_url is the part before it")
    if known is not None and not frozenset(places(path)) <= {*known}:
        raise _wrong(settings, key, "cannot hold a part of a message", "ask for the balance, for example")
    return path


def _wrong(settings: ChannelSettings, key: str, problem: str, hint: str) -> ConfigError:
    return ConfigError(f"{settings.place(key.partition('.')[0])}: {key} {problem}", hint=hint)
