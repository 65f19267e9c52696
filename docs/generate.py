"""Write the pages that the code itself knows best. `make docs`."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path

from broadcast.channels import registry
from broadcast.cli.app import Root, run

DOCS = Path(__file__).parent
NOTE = "<!-- Written by `make docs`. -->"
EVERYWHERE = "\nEverywhere\n"  # the options that every command takes

CHANNELS_HEAD = """\
| adapter | texts | reaches people by | people a request | follow-ups | repeats | fate |
|---|---|---|---|---|---|---|
"""
CHANNELS_KEY = """\
- **follow-ups**: `reply` threads below the first message, `edit` changes it; with `none`, the text names the
  incident.
- **repeats**: what keeps a repeat from becoming a second message. `native`: the provider honours our key.
  `lookup`: it can be asked what it has. `dedupe`: it refuses the same text twice.
- **fate**: what the channel depends on; channels that share one are no backup for each other.
"""


def help_of(*command: str) -> str:
    """What `broadcast COMMAND -h` prints."""
    page = io.StringIO()
    with redirect_stdout(page):
        if run([*command, "-h"]) != 0:
            raise SystemExit(f"broadcast {' '.join(command)} -h does not work")
    return page.getvalue()


def subcommands(page: str) -> list[str]:
    """The names in the section `Commands`."""
    _, _, section = page.partition("\nCommands\n")
    return re.findall(r"^  ([a-z-]+) ", section.partition("\n\n")[0], re.MULTILINE)


def commands() -> Iterator[tuple[str, str]]:
    """Every command with its help, in the order of the program's own list."""
    yield "broadcast", help_of()
    for verb in Root.summaries:
        page = help_of(verb)
        yield f"broadcast {verb}", page.partition(EVERYWHERE)[0]
        for name in subcommands(page):
            yield f"broadcast {verb} {name}", help_of(verb, name).partition(EVERYWHERE)[0]


def cli() -> str:
    """`cli.md`: every command's help."""
    pages = [f"\n## {name}\n\n```text\n{page.strip()}\n```\n" for name, page in commands()]
    return f"# Commands\n\n{NOTE}\n{''.join(pages)}"


def channels() -> str:
    """`channels.md`: what each adapter can do."""
    rows = []
    for name in registry.names():
        can = registry.capabilities(name)
        address = can.address or "one post for everybody"
        fate = ", ".join(can.fate) or "nothing outside"
        cells = (f"`{name}`", can.kind, address, f"{can.max_batch:,}", can.threading, can.idempotency, fate)
        rows.append(f"| {' | '.join(cells)} |\n")
    return f"# Channels\n\n{NOTE}\n\n{CHANNELS_HEAD}{''.join(rows)}\n{CHANNELS_KEY}"


PAGES = {"cli.md": cli, "channels.md": channels}


def main() -> None:
    """Write every page."""
    os.environ |= {"COLUMNS": "100", "NO_COLOR": "1"}
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
