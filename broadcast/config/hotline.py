"""`[hotline]`: our numbers, the channels and people behind them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from broadcast.config import keys, shapes
from broadcast.config.backup_lines import read_backup_lines
from broadcast.config.crm import read_crm
from broadcast.config.keys import Key
from broadcast.config.problems import Wrong
from broadcast.config.settings import AudienceSettings, ChannelSettings, HotlineLine, HotlineSettings
from broadcast.config.table import TomlTable
from broadcast.model.nearest import suggest

_LINE_KEYS = ("number", "locale")
_LINE = 'write it like [{ number = "+4930231250", locale = "de" }]'


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
    tickets = table.take(keys.TICKETS)
    for key, name in ((keys.CALL_CHANNEL, channel), (keys.SMS_CHANNEL, sms), (keys.TICKETS, tickets)):
        if name and name not in channels:
            table.wrong(key.name, f'there is no channel "{name}"', suggest(name, channels))
    if rota and rota not in rotas:
        fix = suggest(rota, rotas) if rotas else "add a table [oncall.NAME]"
        table.wrong(keys.ROTA.name, f'there is no rota "{rota}"', fix)
    ring, give_up = table.take(keys.RING), table.take(keys.GIVE_UP)
    if give_up < ring:
        what = f"{give_up:g} s are over before one person was rung for {ring:g} s"
        table.wrong(keys.GIVE_UP.name, what, "give several people their time, like 90s")
    return HotlineSettings(
        numbers=lines,
        channel=channel,
        sms=sms,
        rota=rota,
        ring=ring,
        most=table.take(keys.MOST),
        give_up=give_up,
        keep=table.take(keys.KEEP),
        fallback=_path(table, keys.FALLBACK),
        lines=read_backup_lines(table, {line.number for line in lines}),
        tickets=tickets,
        longest_wait=table.take(keys.LONGEST_WAIT),
        dial_back=table.take(keys.DIAL_BACK),
        dial_hours=table.take(keys.DIAL_HOURS),
        crm=read_crm(table, channels, audiences),
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
