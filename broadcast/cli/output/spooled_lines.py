"""What waits beside the ledger until that can be written, as people read it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from broadcast.cli.output.page_blocks import Remark, Tone
from broadcast.model.counted import counted


def spooled_lines(counts: Mapping[Path, int]) -> list[Remark]:
    """Return a line for each file in which something waits."""
    return [
        Remark("not recorded", f"{counted(count, 'answer')} in {path}: run `broadcast tick`", Tone.BAD)
        for path, count in counts.items()
    ]
