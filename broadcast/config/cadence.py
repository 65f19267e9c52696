"""`[cadence]`: how soon readers are promised the next update, and who is reminded of a promise."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta

from broadcast.config import keys
from broadcast.config.settings import AudienceSettings
from broadcast.config.table import TomlTable
from broadcast.model.escalation import AUDIENCE, ON_CALL
from broadcast.model.nearest import suggest
from broadcast.model.promise import Cadence

#: What `remind` begins with: `audience:supervisors`, `oncall:support` or `escalation:duty`.
TO_AUDIENCE, TO_ROTA, TO_POLICY = AUDIENCE, ON_CALL, "escalation:"


def read_cadence(
    table: TomlTable,
    audiences: Mapping[str, AudienceSettings],
    policies: Collection[str],
    rotas: Collection[str],
) -> Cadence:
    """Return the table; mistakes are noted."""
    named = [name for name in table.given() if name not in keys.CADENCE.known]
    for name in named:
        if name not in audiences:
            table.wrong(name, "is no audience", suggest(name, (*audiences, *keys.CADENCE.known)))
    return Cadence(
        spans=table.take_each(keys.SPANS, named),
        remind=_remind(table, audiences, {TO_POLICY: policies, TO_ROTA: rotas}),
        before=timedelta(seconds=table.take(keys.BEFORE)),
    )


def _remind(
    table: TomlTable, audiences: Mapping[str, AudienceSettings], others: Mapping[str, Collection[str]]
) -> str | None:
    spelled = table.take(keys.REMIND)
    if spelled is None:
        return None
    prefix, _, name = spelled.partition(":")
    if f"{prefix}:" in others:
        known = others[f"{prefix}:"]
        what = "rota" if f"{prefix}:" == TO_ROTA else prefix
        if name not in known:
            table.wrong("remind", f'there is no {what} "{name}"', suggest(name, known))
    elif f"{prefix}:" != TO_AUDIENCE:
        example = next(iter(sorted(audiences)), "supervisors")
        fix = f'write it like "{TO_AUDIENCE}{example}", "{TO_ROTA}support" or "{TO_POLICY}duty"'
        table.wrong("remind", f'"{spelled}" names nobody', fix)
    elif name not in audiences:
        table.wrong("remind", f'there is no audience "{name}"', suggest(name, audiences))
    elif not audiences[name].internal:
        # A reminder is for colleagues, who get it without consent.
        table.wrong(
            "remind", f"[audiences.{name}] is not internal", "set internal = true there, or name another"
        )
    return spelled
