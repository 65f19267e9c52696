"""`[hotline]`: our numbers, the channels and people behind them; `[ai]`: an optional model."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from broadcast.config import keys, shapes
from broadcast.config.keys import Key
from broadcast.config.problems import Wrong
from broadcast.config.settings import (
    AudienceSettings,
    ChannelSettings,
    CustomerRecords,
    HotlineLine,
    HotlineSettings,
    ModelSettings,
)
from broadcast.config.table import TomlTable
from broadcast.model.nearest import suggest

_LINE_KEYS = ("number", "locale")
_LINE = 'write it like [{ number = "+4930231250", locale = "de" }]'
_RECORDS = 'write it like { contacts = "customers" }, or { url = "https://crm.example/{phone}" }'
_SOURCES = ("contacts", "url", "channel", "sql")
_RECORD_KEYS = (*_SOURCES, "query", "timeout", "token", "header", "locale", "name", "vip", "topics")


def read_hotline(
    table: TomlTable,
    channels: Mapping[str, ChannelSettings],
    audiences: Mapping[str, AudienceSettings],
    rotas: Collection[str],
) -> HotlineSettings | None:
    """Return the table; None if there is none. Mistakes are noted."""
    table.check_keys(keys.HOTLINE_TABLE.known)
    if not table.given():
        return None
    lines = _lines(table)
    channel = table.require(keys.CALL_CHANNEL, 'channel = "call", the channel whose account has the numbers')
    sms, rota = table.take(keys.SMS_CHANNEL), table.take(keys.ROTA)
    for key, name in ((keys.CALL_CHANNEL, channel), (keys.SMS_CHANNEL, sms)):
        if name and name not in channels:
            table.wrong(key.name, f'there is no channel "{name}"', suggest(name, channels))
    if rota and rota not in rotas:
        fix = suggest(rota, rotas) if rotas else "add a table [oncall.NAME]"
        table.wrong(keys.ROTA.name, f'there is no rota "{rota}"', fix)
    return HotlineSettings(
        numbers=lines,
        channel=channel,
        sms=sms,
        rota=rota,
        ring=table.take(keys.RING),
        most=table.take(keys.MOST),
        give_up=table.take(keys.GIVE_UP),
        fallback=_path(table, keys.FALLBACK),
        crm=_records(table, channels, audiences),
    )


def read_model(table: TomlTable) -> ModelSettings | None:
    """Return the table; None if there is none. Mistakes are noted."""
    table.check_keys(keys.AI.known)
    if not table.given():
        return None
    return ModelSettings(
        base_url=table.require(keys.MODEL_URL, 'base_url = "https://api.openai.com/v1"') or "",
        model=table.require(keys.MODEL, 'model = "..."'),
        api_key=table.secret(keys.API_KEY),
        timeout=table.take(keys.MODEL_TIMEOUT),
        budget_per_call=table.take(keys.BUDGET),
        faq=_path(table, keys.FAQ),
    )


def _path(table: TomlTable, key: Key[str | None]) -> Path | None:
    spelled = table.take(key)
    return table.source.folder / spelled if spelled else None


def _lines(table: TomlTable) -> tuple[HotlineLine, ...]:
    given = table.require(keys.NUMBERS, 'numbers = [{ number = "+4930231250", locale = "de" }]')
    if table.values.get(keys.NUMBERS.name) == []:
        table.wrong(keys.NUMBERS.name, "has no number", _LINE)
    lines = []
    for position, one in enumerate(given, 1):
        try:
            lines.append(_line(one))
        except Wrong as wrong:
            table.wrong(keys.NUMBERS.name, f"number {position}: {wrong}", wrong.fix)
    numbers = [line.number for line in lines]
    for number in sorted({number for number in numbers if numbers.count(number) > 1}):
        table.wrong(keys.NUMBERS.name, f"{number} is there twice", "name each number once")
    return tuple(lines)


def _line(given: Mapping[str, object]) -> HotlineLine:
    for key in given:
        if key not in _LINE_KEYS:
            raise Wrong(f"{key} is not known here", suggest(key, _LINE_KEYS))
    if "number" not in given:
        raise Wrong("number is missing", _LINE)
    number = shapes.e164(given["number"])
    return HotlineLine(number=number, locale=shapes.locale(given["locale"]) if "locale" in given else "")


def _records(
    table: TomlTable, channels: Mapping[str, ChannelSettings], audiences: Mapping[str, AudienceSettings]
) -> CustomerRecords | None:
    given = table.take(keys.CRM)
    if not given:
        return None
    try:
        return _record_source(table, given, channels, audiences)
    except Wrong as wrong:
        table.wrong(keys.CRM.name, str(wrong), wrong.fix)
        return None


def _record_source(
    table: TomlTable,
    given: Mapping[str, object],
    channels: Mapping[str, ChannelSettings],
    audiences: Mapping[str, AudienceSettings],
) -> CustomerRecords:
    for key in given:
        if key not in _RECORD_KEYS:
            raise Wrong(f"{key} is not known here", suggest(key, _RECORD_KEYS))
    sources = [key for key in _SOURCES if key in given]
    if len(sources) != 1:
        raise Wrong("names no source" if not sources else f"names {len(sources)} sources", _RECORDS)
    texts = {key: shapes.text(value) for key, value in given.items() if key not in {"timeout", "token"}}
    if sources == ["contacts"] and texts["contacts"] not in audiences:
        raise Wrong(f'there is no audience "{texts["contacts"]}"', suggest(texts["contacts"], audiences))
    if sources == ["channel"] and texts["channel"] not in channels:
        raise Wrong(f'there is no channel "{texts["channel"]}"', suggest(texts["channel"], channels))
    if sources == ["url"] and "{phone}" not in shapes.url(texts["url"]):
        raise Wrong("url has no place for the number", 'write it like "https://crm.example/people/{phone}"')
    if sources == ["sql"] and "query" not in texts:
        raise Wrong("query is missing", 'add query = "SELECT locale, name FROM people WHERE phone = :phone"')
    reference = table.source.reference(shapes.secret(given["token"])) if "token" in given else None
    return CustomerRecords(
        source=sources[0],
        value=texts.pop(sources[0]),
        timeout=shapes.timeout(given["timeout"]) if "timeout" in given else 1.0,
        token=reference,
        options=texts,
    )
