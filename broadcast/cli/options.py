"""The options that commands of any kind have, each defined once; options of notices are in `notice_options`.

A group is a frozen dataclass whose fields become options (see `broadcast.cli.command`); the panel names
are the headings of the help.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from broadcast.cli import completion
from broadcast.cli.terminal import Stream, answer_version, standard_error, standard_output

OUTPUT_PANEL, _EVERYWHERE = "Output", "Everywhere"


class Output(StrEnum):
    """The form of a result on standard output."""

    HUMAN = "human"
    JSON = "json"
    NDJSON = "ndjson"
    QUIET = "quiet"


class OutputForm(StrEnum):
    """The form of a list on standard output."""

    HUMAN = "human"
    JSON = "json"


def _answer_help(ctx: typer.Context, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        standard_output().write(ctx.get_help())
        raise typer.Exit


def _answer_version(wanted: bool) -> None:
    if wanted:
        raise typer.Exit(answer_version())


Help = typer.Option(
    "--help",
    "-h",
    is_eager=True,
    expose_value=False,
    callback=_answer_help,
    help="Show this help and end.",
    rich_help_panel=_EVERYWHERE,
)
Version = typer.Option(
    "--version",
    is_eager=True,
    expose_value=False,
    callback=_answer_version,
    help="Show the version and end.",
    rich_help_panel=_EVERYWHERE,
)
MaybeIncident = Annotated[
    str | None,
    typer.Argument(
        metavar="[INC]",
        help="The incident, such as INC-7 or 7; the open one if there is only one.",
        autocompletion=completion.incidents,
        show_default=False,
    ),
]
OneOrAll = Annotated[
    str | None,
    typer.Argument(
        metavar="[INC]",
        help="The incident, such as INC-7 or 7; without it, all of them.",
        autocompletion=completion.incidents,
        show_default=False,
    ),
]
AnyIncident = Annotated[
    str,
    typer.Argument(
        metavar="INC", help="The incident, such as INC-7 or 7.", autocompletion=completion.incidents
    ),
]
ListForm = Annotated[
    OutputForm,
    typer.Option(
        "--output", "-o", metavar="FORM", help="How to print it: human or json.", rich_help_panel=OUTPUT_PANEL
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """The flags of every command, before or after the verb."""

    config: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Use this broadcast.toml.", rich_help_panel=_EVERYWHERE, show_default=False
        ),
    ] = None
    sandbox: Annotated[
        bool,
        typer.Option(
            "--sandbox",
            help="Rehearse: send to the local sandbox, never to a provider.",
            rich_help_panel=_EVERYWHERE,
        ),
    ] = False
    no_color: Annotated[bool, typer.Option("--no-color", help="No colours.", rich_help_panel=_EVERYWHERE)] = (
        False
    )
    quiet: Annotated[
        bool,
        typer.Option("--quiet", "-q", help="Show only results and errors.", rich_help_panel=_EVERYWHERE),
    ] = False
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Show every delivery.", rich_help_panel=_EVERYWHERE)
    ] = False

    @property
    def out(self) -> Stream:
        """Standard output."""
        return standard_output(no_color=self.no_color)

    @property
    def err(self) -> Stream:
        """Standard error."""
        return standard_error(no_color=self.no_color)


@dataclass(frozen=True, slots=True)
class Confirming:
    """How an irreversible step is confirmed."""

    dry_run: Annotated[
        bool, typer.Option("--dry-run", "-n", help="Show what would be done; change nothing.")
    ] = False
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False


Also = Annotated[
    list[str] | None,
    typer.Option(
        "--also",
        metavar="CONTACT",
        help="Another id, number or mailbox of the same person; repeat for more. AUDIENCE:ID works too.",
    ),
]
