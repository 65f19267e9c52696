"""`[hotline] crm`: where the hotline looks up who calls."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from broadcast.config import keys, shapes
from broadcast.config.crm_settings import CrmSettings
from broadcast.config.encrypted import encrypted
from broadcast.config.problems import Wrong
from broadcast.config.secret import Reference, is_reference, sounds_secret
from broadcast.config.settings import AudienceSettings, ChannelSettings
from broadcast.config.table import TomlTable
from broadcast.model.caller_context import FIELDS, OrderState
from broadcast.model.nearest import suggest

T = TypeVar("T")
#: Nobody who calls waits for longer.
LONGEST = 1.0
_SOURCES = ("contacts", "url", "sql", "channel")
_BESIDE = {"url": ("body", "headers", "fields", "states"), "sql": ("database", "states")}
_QUERY = re.compile(r"\s*(?:SELECT|WITH)\b", re.IGNORECASE)
_EXAMPLE = (
    'write it like crm = { contacts = "customers" }, { url = "https://...{phone}" }, '
    '{ sql = "SELECT ... :phone", database = "crm.db" } or { channel = "desk" }'
)
_PLACE = re.compile(r"\{([^{}]*)\}")
_PHONE = "phone"


def read_crm(
    table: TomlTable,
    channels: Mapping[str, ChannelSettings],
    audiences: Mapping[str, AudienceSettings],
) -> CrmSettings | None:
    """Return `crm` of the table `[hotline]`; None if there is none. Mistakes are noted."""
    given = table.take(keys.CRM)
    if not given:
        return None
    try:
        return _Crm(table, given).read(channels, audiences)
    except Wrong as wrong:
        table.wrong(keys.CRM.name, str(wrong), wrong.fix)
        return None


class _Crm:
    """The table while it is read; each method raises `Wrong` that names the key."""

    def __init__(self, table: TomlTable, given: Mapping[str, object]) -> None:
        self._table = table
        self._given = given

    def read(
        self, channels: Mapping[str, ChannelSettings], audiences: Mapping[str, AudienceSettings]
    ) -> CrmSettings:
        self._check_keys()
        origin = self._table.where(keys.CRM.name)
        timeout = self._timeout()
        if "contacts" in self._given:
            audience = self._named("contacts", audiences, "audience")
            files = audiences[audience].contacts
            if not files:
                raise Wrong(
                    f"contacts: [audiences.{audience}] has no contacts files", "name another audience"
                )
            return CrmSettings(origin=origin, timeout=timeout, contacts=files)
        if "channel" in self._given:
            return CrmSettings(
                origin=origin, timeout=timeout, channel=self._named("channel", channels, "channel")
            )
        if "sql" in self._given:
            return CrmSettings(
                origin=origin,
                timeout=timeout,
                sql=self._sql(),
                database=self._database(),
                states=self._states(),
            )
        return CrmSettings(
            origin=origin,
            timeout=timeout,
            url=self._url(),
            body=dict(self._inner("body")),
            headers=dict(self._headers()),
            fields=self._fields(),
            states=self._states(),
        )

    def _check_keys(self) -> None:
        sources = [name for name in _SOURCES if name in self._given]
        if len(sources) != 1:
            said = " and ".join(sources)
            raise Wrong(f"{said} exclude each other" if sources else "names no source", _EXAMPLE)
        known = (sources[0], "timeout", *_BESIDE.get(sources[0], ()))
        for key in self._given:
            if key not in known:
                raise Wrong(f"{key} is not known here", suggest(key, known))

    def _timeout(self) -> float:
        seconds = self._shaped("timeout", shapes.timeout, LONGEST)
        if seconds > LONGEST:
            raise Wrong(
                f"timeout: {seconds:g} s is longer than a caller may wait", 'write timeout = "1s" or less'
            )
        return seconds

    def _named(self, key: str, known: Mapping[str, object], what: str) -> str:
        name = self._shaped(key, shapes.text, "")
        if name not in known:
            raise Wrong(f'{key}: there is no {what} "{name}"', suggest(name, known))
        return name

    def _sql(self) -> str:
        query = self._shaped("sql", shapes.text, "")
        if not _QUERY.match(query):
            raise Wrong("sql: is no query", 'write sql = "SELECT name, locale FROM ... WHERE phone = :phone"')
        if f":{_PHONE}" not in query:
            raise Wrong(f"sql: no :{_PHONE} says whose number is looked up", f"write WHERE phone = :{_PHONE}")
        return query

    def _database(self) -> Path:
        spelled = self._shaped("database", shapes.text, "")
        if not spelled:
            raise Wrong("database: is missing", 'name an SQLite file: database = "customers.db"')
        return self._table.source.folder / spelled

    def _url(self) -> str:
        spelled = self._shaped("url", shapes.text, "")
        phone = "{" + _PHONE + "}"
        self._shaped("url", encrypted, "", spelled.replace(phone, "0"))
        places = [*_PLACE.findall(spelled), *_places(self._given.get("body"))]
        for place in places:
            if place != _PHONE:
                raise Wrong(f"{{{place}}} is no place", f"there is one: {phone}")
        if not places:
            raise Wrong(
                f"no {phone} says whose number is looked up",
                f'write it in url, or body = {{ phone = "{phone}" }}',
            )
        return spelled

    def _headers(self) -> Iterator[tuple[str, str | Reference]]:
        for name, value in self._inner("headers").items():
            if not isinstance(value, str) or _places(value):
                raise Wrong(f"headers.{name}: is not a text without places", 'write "env:NAME"')
            if is_reference(value):
                yield name, self._table.source.reference(value)
            elif sounds_secret(name):
                raise Wrong(
                    f"headers.{name}: may be a secret, which does not belong in the file", 'write "env:NAME"'
                )
            else:
                yield name, value

    def _fields(self) -> Mapping[str, str]:
        """Return the path of each field in the answer; without `fields`, those of the same names."""
        found = self._texts("fields")
        for name in found:
            if name not in FIELDS:
                raise Wrong(f"fields.{name} is not known", suggest(name, FIELDS))
        return found or {name: name for name in FIELDS}

    def _states(self) -> Mapping[str, str]:
        found = self._texts("states")
        for name, state in found.items():
            if state not in set(OrderState):
                raise Wrong(
                    f'states.{name}: "{state}" is no state of an order', suggest(state, list(OrderState))
                )
        return found

    def _texts(self, key: str) -> dict[str, str]:
        inner = self._inner(key)
        return {name: self._shaped(f"{key}.{name}", shapes.text, "", value) for name, value in inner.items()}

    def _inner(self, key: str) -> Mapping[str, object]:
        return self._shaped(key, shapes.table, {})

    def _shaped(self, key: str, shape: Callable[[object], T], default: T, value: object = None) -> T:
        """Return a value in its shape; a mistake names the key."""
        given = self._given.get(key) if value is None else value
        if given is None:
            return default
        try:
            return shape(given)
        except Wrong as wrong:
            raise Wrong(f"{key}: {wrong}", wrong.fix) from None


def _places(template: object) -> list[str]:
    """Return the names in braces of a text, or of all texts in a table or a list."""
    if isinstance(template, str):
        return _PLACE.findall(template)
    inner = (
        template.values() if isinstance(template, Mapping) else template if isinstance(template, list) else ()
    )
    return [place for one in inner for place in _places(one)]
