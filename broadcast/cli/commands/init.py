"""`init`: write a first configuration."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from broadcast.cli.command import command
from broadcast.cli.options import Common
from broadcast.cli.output.display import show
from broadcast.cli.output.page_blocks import Block, Remark, Tone
from broadcast.setup.init import StarterLanguage, initialise

Folder = Annotated[Path, typer.Argument(metavar="[FOLDER]", help="The folder. Default: this one.")]
Locale = Annotated[
    StarterLanguage | None,
    typer.Option(
        metavar="LOCALE", help="Language of the files: de or en. Default: the language in LC_ALL or LANG."
    ),
]
Force = Annotated[bool, typer.Option("--force", help="Write new files; keep yours as NAME.before.")]


@command("broadcast init --sandbox", "broadcast init ./incident-comms --locale de")
def init(common: Common, folder: Folder = Path(), locale: Locale = None, force: Force = False) -> None:
    """Write a first configuration: every line explained, with made-up contacts.

    With --sandbox it has every kind of channel and needs no account: `broadcast --sandbox notify ...` works
    at once. Your own files are never overwritten.
    """
    language = locale or StarterLanguage.of(os.environ)
    starter = initialise(folder, language, sandbox=common.sandbox, force=force)
    written: list[Block] = [Remark("written", str(path), Tone.GOOD) for path in starter.written]
    kept: list[Block] = [Remark("kept as it is", _left_alone(path)) for path in starter.kept]
    steps = [Remark("next", step, Tone.STRONG) for step in starter.next]
    kept += [Remark("kept", f"your {old} is {new} now", Tone.WARNING) for old, new in starter.aside]
    show([*written, *kept, *([] if common.quiet else steps)], common.out)


def _left_alone(path: Path) -> str:
    return f"{path}; it should name .env, contacts/, *.db* and .sandbox/"
