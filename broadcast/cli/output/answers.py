"""Who confirmed late, and who did not, on a page; the others are counted elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from broadcast.cli.output.page_blocks import Block, Remark, Tone
from broadcast.ledger.answers import NoticeAnswers
from broadcast.model.names import listed

_NAMES = 20  # so many people are named


def answers_block(answers: NoticeAnswers | None) -> Iterator[Block]:
    """Yield a line on each group of people; none if the notice asks nothing."""
    if answers is None:
        return
    groups = (
        ("confirmed late", answers.late),
        ("not confirmed", answers.not_confirmed),
        ("confirmed, and said later that they cannot", answers.taken_back),
    )
    for label, people in groups:
        if people:
            names = [one.name or one.id for one in people]
            shown = listed(names[:_NAMES])
            more = f" and {len(names) - _NAMES:,} more" if len(names) > _NAMES else ""
            yield Remark(label, f"{shown}{more}", Tone.WARNING)
