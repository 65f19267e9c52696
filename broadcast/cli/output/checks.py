"""Findings as a table."""

from __future__ import annotations

from collections.abc import Sequence

from broadcast.cli.output.page_blocks import Block, StyledWord, Table, Tone
from broadcast.model.check import Check, CheckVerdict

_TONES = {CheckVerdict.OK: Tone.GOOD, CheckVerdict.WARN: Tone.WARNING, CheckVerdict.FAIL: Tone.BAD}


def checks_page(checks: Sequence[Check]) -> list[Block]:
    """Return each check with its result and what to do."""
    rows = tuple(
        (
            StyledWord(check.verdict, _TONES[check.verdict]),
            StyledWord(check.subject, Tone.STRONG),
            check.detail,
            check.fix,
        )
        for check in checks
    )
    columns = ("", "what", "seen", "what to do")
    if not any(check.fix for check in checks):
        return [Table(columns[:-1], tuple(row[:-1] for row in rows))]
    return [Table(columns, rows)]
