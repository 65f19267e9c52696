"""The options of notices: what is said, to whom, and how it is sent and awaited. Groups as in `options`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from broadcast.cli import completion
from broadcast.cli.options import OUTPUT_PANEL, Output
from broadcast.model.reach_level import ReachLevel
from broadcast.model.unknown import OnUnknown

_SAY, _TELL, _SEND = "What to say", "Recipients", "Sending"

Title = Annotated[
    str, typer.Argument(metavar="TITLE", help="What is wrong, in a few words: the title of every text.")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The content of a notice."""

    message: Annotated[
        str | None,
        typer.Option(
            "--message",
            "-m",
            metavar="TEXT|@FILE|-",
            help="Your own words: a text, a file, or - for standard input. @@all is the text @all.",
            rich_help_panel=_SAY,
        ),
    ] = None
    severity: Annotated[
        str | None,
        typer.Option(
            "--severity",
            "-s",
            metavar="SEV",
            help="How bad it is: sev1 (worst) to sev4 (least).",
            rich_help_panel=_SAY,
            autocompletion=completion.severities,
        ),
    ] = None
    phase: Annotated[
        str | None,
        typer.Option(
            metavar="PHASE",
            help="How far you are: investigating, identified or monitoring.",
            rich_help_panel=_SAY,
            autocompletion=completion.phases,
        ),
    ] = None
    service: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="The service that has the problem, by its key in [services]; repeat for more.",
            rich_help_panel=_SAY,
            autocompletion=completion.services,
        ),
    ] = None
    started: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="When it began: 14:05, 20m (ago) or now; for announced work, when it will begin.",
            rich_help_panel=_SAY,
        ),
    ] = None
    detected: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="When it was noticed.", rich_help_panel=_SAY),
    ] = None
    next_update: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="When you promise the next update: 30m, 14:30 or none.",
            rich_help_panel=_SAY,
        ),
    ] = None
    var: Annotated[
        list[str] | None,
        typer.Option(
            "--var",
            "-v",
            metavar="KEY=VALUE",
            help="A fact for the templates (scope, impact, instruction, works, ...), or a name of your own; "
            "instruction.en=... is its translation. NAME=none withdraws it.",
            rich_help_panel=_SAY,
        ),
    ] = None
    vars: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Facts from a file: TOML, JSON or KEY=VALUE lines; - for standard input.",
            rich_help_panel=_SAY,
        ),
    ] = None
    template: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Use this set of texts: update, drill, maintenance, ...",
            rich_help_panel=_SAY,
            autocompletion=completion.templates,
        ),
    ] = None
    lang: Annotated[
        str | None,
        typer.Option(metavar="LOCALE", help="Write all texts in this language.", rich_help_panel=_SAY),
    ] = None
    drill: Annotated[
        bool,
        typer.Option(
            "--drill",
            help="This is an exercise. Every text says so at the start and at the end.",
            rich_help_panel=_SAY,
        ),
    ] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EndingOptions(Wording):
    """The content of a notice that ends an incident."""

    ended: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="When it ended: 14:22, 20m (ago) or now; without it, readers see no end.",
            rich_help_panel=_SAY,
        ),
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Correcting(Wording):
    """The content of an update, which may correct a wrong fact of the notice before."""

    corrects: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            help="What is right, if a fact of the latest notice was wrong: the texts are a correction. "
            "-v corrects.en=... is its translation.",
            rich_help_panel=_SAY,
        ),
    ] = None


@dataclass(frozen=True, slots=True)
class TargetOptions:
    """The receivers of a notice, and the channels."""

    audience: Annotated[
        list[str] | None,
        typer.Option(
            "--audience",
            "-a",
            metavar="NAME",
            help="Only these audiences; repeat for more.",
            rich_help_panel=_TELL,
            autocompletion=completion.audiences,
        ),
    ] = None
    channel: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Only these channels.",
            rich_help_panel=_TELL,
            autocompletion=completion.channels,
        ),
    ] = None
    not_channel: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Not these channels.",
            rich_help_panel=_TELL,
            autocompletion=completion.channels,
        ),
    ] = None
    affects: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="What is down, such as slack,twilio: channels that depend on it are skipped if possible. "
            "An update adds to earlier ones; none withdraws all of them.",
            rich_help_panel=_TELL,
            autocompletion=completion.fates,
        ),
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """How a notice is sent."""

    key: Annotated[
        str | None,
        typer.Option(
            metavar="KEY",
            help="Make the command repeatable: the same key never sends twice.",
            rich_help_panel=_SEND,
        ),
    ] = None
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", "-n", help="Show what would be sent; send and record nothing.", rich_help_panel=_SEND
        ),
    ] = False
    propose: Annotated[
        bool,
        typer.Option(
            "--propose",
            help="Send nothing: record it for the approval of a second person.",
            rich_help_panel=_SEND,
        ),
    ] = False
    yes: Annotated[bool, typer.Option("--yes", help="Send without asking.", rich_help_panel=_SEND)] = False
    max_recipients: Annotated[
        int | None,
        typer.Option(metavar="N", help="Refuse if it would reach more people.", rich_help_panel=_SEND),
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedSending(Sending):
    """How a notice is sent, now or later, and for how long."""

    expires: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Give up what could not be sent after this long; by default 4h for sev1, 8h for sev2, 24h "
            "for sev3, 48h for sev4, the window of work, and never for the end of an incident.",
            rich_help_panel=_SEND,
        ),
    ] = None

    at: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Publish it then (22:00, 30m, 2026-12-05T22:00), if the incident has not changed by then; "
            "`tick` or `serve` does it.",
            rich_help_panel=_SEND,
        ),
    ] = None


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How a run works, and how its result is printed."""

    deadline: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Stop after this long (60s, 5m); what is left can be retried.",
            rich_help_panel=_SEND,
        ),
    ] = None
    on_unknown: Annotated[
        OnUnknown,
        typer.Option(
            metavar="WHAT",
            help="What to do if it is unclear whether a message arrived: other-channel, hold or resend.",
            rich_help_panel=_SEND,
        ),
    ] = OnUnknown.OTHER_CHANNEL
    output: Annotated[
        Output,
        typer.Option(
            "--output",
            "-o",
            metavar="FORM",
            help="How to print the result: human, json, ndjson or quiet.",
            rich_help_panel=OUTPUT_PANEL,
        ),
    ] = Output.HUMAN


@dataclass(frozen=True, slots=True)
class WaitOptions(RunOptions):
    """How a run works that may wait for what happens after sending."""

    until: Annotated[
        ReachLevel,
        typer.Option(
            metavar="LEVEL",
            help="Wait until every message is accepted, delivered (the provider says it arrived) or "
            "confirmed (the person said so).",
            rich_help_panel=_SEND,
        ),
    ] = ReachLevel.ACCEPTED
    within: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Wait this long for --until (15m if not given); people are asked to confirm in this time.",
            rich_help_panel=_SEND,
        ),
    ] = None


@dataclass(frozen=True, slots=True)
class AskOptions(WaitOptions):
    """How a run works that may ask people to confirm, and who is asked if some do not."""

    policy: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="With --until confirmed: the escalation policy that begins if not all confirm in time.",
            rich_help_panel=_SEND,
        ),
    ] = None
