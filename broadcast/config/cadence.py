"""`[cadence]`: how soon readers are promised the next update, and who is reminded of a promise."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta

from broadcast.config import keys
from broadcast.config.settings import AudienceSettings
from broadcast.config.table import TomlTable
from broadcast.model.nearest import suggest
from broadcast.model.promise import Cadence

#: What `remind` begins with: `audience:supervisors` or `escalation:duty`.
TO_AUDIENCE, TO_POLICY = "audience:", "escalation:"


def read_cadence(
    table: TomlTable, audiences: Mapping[str, AudienceSettings], policies: Collection[str]
) -> Cadence:
    """Return the table; mistakes are noted."""
    named = [name for name in table.given() if name not in keys.CADENCE.known]
    for name in named:
        if name not in audiences:
            table.wrong(name, "is no audience", suggest(name, (*audiences, *keys.CADENCE.known)))
    return Cadence(
        spans=table.take_each(keys.SPANS, named),
        remind=_remind(table, audiences, policies),
        before=timedelta(seconds=table.take(keys.BEFORE)),
    )


def _remind(
    table: TomlTable, audiences: Mapping[str, AudienceSettings], policies: Collection[str]
) -> str | None:
    spelled = table.take(keys.REMIND)
    if spelled is None:
        return None
    prefix, _, name = spelled.partition(":")
    if prefix == "escalation":
        if name not in policies:
            table.wrong("remind", f'there is no escalation "{name}"', suggest(name, policies))
    elif prefix != "audience":
        example = next(iter(sorted(audiences)), "supervisors")
        table.wrong("remind", f'"{spelled}" names no audience', f'write it like "{TO_AUDIENCE}{example}"')
    elif name not in audiences:
        table.wrong("remind", f'there is no audience "{name}"', suggest(name, audiences))
    elif not audiences[name].internal:
        # A reminder is for colleagues, who get it without consent.
        table.wrong(
            "remind", f"[audiences.{name}] is not internal", "set internal = true there, or name another"
        )
    return spelled
