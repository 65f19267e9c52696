"""`[approval]`: which notices a second person must release, and who may."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from broadcast.config import keys
from broadcast.config.settings import ApprovalSettings
from broadcast.config.table import TomlTable
from broadcast.model.incident import Severity
from broadcast.model.nearest import suggest

_FOR_EXAMPLE = 'write it like "sev1:customers"'
_BY_EXAMPLE = 'write it like "oncall:leads" or "audience:supervisors"'


def read_approval(
    table: TomlTable, audiences: Collection[str], rotas: Collection[str], channels: Collection[str]
) -> ApprovalSettings:
    """Return the table; mistakes are noted."""
    table.check_keys(keys.APPROVAL.known)
    needed_for, by = table.take(keys.NEEDED_FOR), table.take(keys.BY)
    for what, fix in _wrong_needs(needed_for, audiences):
        table.wrong(keys.NEEDED_FOR.name, what, fix)
    for what, fix in _wrong_people(by, audiences, rotas):
        table.wrong(keys.BY.name, what, fix)
    if needed_for and not by:
        table.wrong("", "by is missing", 'add by = ["oncall:leads"]')
    asking = table.take(keys.ASKING_CHANNELS)
    for name in asking:
        if name not in channels:
            fix = suggest(name, channels)
            table.wrong(keys.ASKING_CHANNELS.name, f'"{name}": there is no channel "{name}"', fix)
    if asking and not by:
        table.wrong(keys.ASKING_CHANNELS.name, "asks nobody without by", 'add by = ["oncall:leads"]')
    return ApprovalSettings(needed_for=needed_for, by=by, channels=asking)


def _wrong_needs(needed_for: Collection[str], audiences: Collection[str]) -> Iterator[tuple[str, str]]:
    for entry in needed_for:
        severity, colon, audience = entry.partition(":")
        if not colon or severity not in list(Severity):
            yield f'"{entry}" does not begin with a severity', _FOR_EXAMPLE
        elif audience not in audiences:
            yield f'"{entry}": there is no audience "{audience}"', suggest(audience, audiences)


def _wrong_people(
    by: Collection[str], audiences: Collection[str], rotas: Collection[str]
) -> Iterator[tuple[str, str]]:
    kinds = {"oncall": ("rota", rotas), "audience": ("audience", audiences)}
    for entry in by:
        kind, colon, name = entry.partition(":")
        if not colon or kind not in kinds:
            yield f'"{entry}" names neither a rota nor an audience', _BY_EXAMPLE
        elif name not in kinds[kind][1]:
            yield f'"{entry}": there is no {kinds[kind][0]} "{name}"', suggest(name, kinds[kind][1])
