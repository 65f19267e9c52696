"""`maintenance`: planned work that is announced, moved, started, ended or cancelled."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

import typer

from broadcast.cli import completion
from broadcast.cli.command import command
from broadcast.cli.commands.publish import publish
from broadcast.cli.default_command import default_group
from broadcast.cli.notice_options import EndingOptions, RunOptions, Sending, TargetOptions, Wording
from broadcast.cli.options import Common
from broadcast.cli.request_input import read_request
from broadcast.errors import UsageError
from broadcast.model.incident import Phase
from broadcast.publishing.request import Request, Verb

_SAY = "What to say"
_CLOCK = "By the clock"
_FOREIGN = ("phase", "template", "detected")
_FOREIGN_IN_WINDOW = (*_FOREIGN, "started")
_END_ONLY = ("next_update", "audience")

WorkTitle = Annotated[
    str, typer.Argument(metavar="TITLE", help="What will be done, in a few words: the title of every text.")
]

MaybeWork = Annotated[
    str | None,
    typer.Argument(
        metavar="[INC]",
        help="The incident, such as INC-7 or 7; the open maintenance if there is only one.",
        autocompletion=completion.maintenance,
        show_default=False,
    ),
]


Automatic = Annotated[
    bool,
    typer.Option(
        "--auto",
        help="Let `tick` or `serve` begin and end it at its times, and tell everybody.",
        rich_help_panel=_CLOCK,
    ),
]
MaybeAutomatic = Annotated[
    bool | None,
    typer.Option(
        "--auto/--no-auto",
        help="Let `tick` or `serve` do what is still to come at its times, or not any more.",
        rich_help_panel=_CLOCK,
        show_default=False,
    ),
]
RemindBefore = Annotated[
    str | None,
    typer.Option(
        metavar="TIME",
        help="Remind everybody this long before it begins: 24h or none; default [maintenance] remind_before.",
        rich_help_panel=_CLOCK,
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementOptions(Wording):
    """The content of an announcement: a notice with its window."""

    window_from: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="TIME",
            help="When it will begin: 22:00, 2026-12-05T22:00, 24h (from now), or now.",
            rich_help_panel=_SAY,
        ),
    ] = None
    window_until: Annotated[
        str | None,
        typer.Option(
            "--until",
            metavar="TIME",
            help="When it will end: 23:30, 90m (its length), 2026-12-05T23:30; none if not known.",
            rich_help_panel=_SAY,
        ),
    ] = None
    auto: Automatic = False
    remind_before: RemindBefore = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning(Wording):
    """The content of a notice that announced work has begun."""

    window_until: Annotated[
        str | None,
        typer.Option(
            "--until",
            metavar="TIME",
            help="When it will end, if not as announced: 23:30, or 90m from now.",
            rich_help_panel=_SAY,
        ),
    ] = None
    auto: MaybeAutomatic = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeOptions(Wording):
    """The content of a notice with a new window."""

    window_from: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="TIME",
            help="The new start; without --until the length stays the same.",
            rich_help_panel=_SAY,
        ),
    ] = None
    window_until: Annotated[
        str | None,
        typer.Option(
            "--until",
            metavar="TIME",
            help="The new end; 90m is the length, or counts from now if the work has begun.",
            rich_help_panel=_SAY,
        ),
    ] = None
    auto: MaybeAutomatic = None
    remind_before: RemindBefore = None


@command(name="maintenance", unsaid=_FOREIGN_IN_WINDOW)
def announce(
    title: WorkTitle,
    common: Common,
    wording: AnnouncementOptions,
    targets: TargetOptions,
    sending: Sending,
    run: RunOptions,
) -> int:
    """Announce work with its window, and tell everyone concerned.

    Times are in [broadcast] timezone. Pages show the window and offer it to calendars. `start`, `move`, `end`
    and `cancel` go to everybody who got an earlier notice, as replies to the announcement. With --auto the
    clock begins and ends the work; `move` moves that as well, and `cancel` stops it.
    """
    _refuse_foreign(wording, _FOREIGN_IN_WINDOW)
    request = read_request(Verb.NOTIFY, wording, targets, sending.key, title=title)
    return publish(_with_window(request, wording), common, sending, run)


@command(
    "broadcast maintenance start INC-7",
    "broadcast maintenance start INC-7 --started 22:10 --until 00:30",
    unsaid=_FOREIGN,
)
def start(
    common: Common,
    wording: Beginning,
    targets: TargetOptions,
    sending: Sending,
    run: RunOptions,
    incident: MaybeWork = None,
) -> int:
    """Tell everybody that the work has begun: now, or at --started."""
    _refuse_foreign(wording, _FOREIGN)
    request = read_request(Verb.UPDATE, wording, targets, sending.key, incident=incident)
    begun = replace(
        request,
        maintenance=True,
        phase=Phase.IN_PROGRESS.value,
        window_until=wording.window_until,
        auto=wording.auto,
    )
    return publish(begun, common, sending, run)


@command(
    "broadcast maintenance move INC-7 --from 2026-12-06T22:00",
    'broadcast maintenance move INC-7 --until 00:30 -m "The copy takes longer than we thought."',
    unsaid=_FOREIGN_IN_WINDOW,
)
def move(
    common: Common,
    wording: ChangeOptions,
    targets: TargetOptions,
    sending: Sending,
    run: RunOptions,
    incident: MaybeWork = None,
) -> int:
    """Tell everybody the new window beside the old one.

    Once the work has begun, only its end can be moved, if it takes longer or shorter.
    """
    _refuse_foreign(wording, _FOREIGN_IN_WINDOW)
    request = read_request(Verb.UPDATE, wording, targets, sending.key, incident=incident)
    return publish(_with_window(request, wording), common, sending, run)


@command(
    'broadcast maintenance end INC-7 -m "Everything went as planned."',
    "broadcast maintenance end INC-7 --ended 23:20 --yes",
    unsaid=(*_FOREIGN, *_END_ONLY),
)
def end(
    common: Common,
    wording: EndingOptions,
    targets: TargetOptions,
    sending: Sending,
    run: RunOptions,
    incident: MaybeWork = None,
) -> int:
    """Tell everybody who got an earlier notice that the work is over.

    It ended now, or at --ended.
    """
    _refuse_foreign(wording, _FOREIGN)
    request = read_request(Verb.RESOLVE, wording, targets, sending.key, incident=incident)
    return publish(replace(request, maintenance=True, ended=wording.ended), common, sending, run)


@command(
    'broadcast maintenance cancel INC-7 -m "A part has not arrived."',
    unsaid=(*_FOREIGN_IN_WINDOW, *_END_ONLY),
)
def cancel(
    common: Common,
    wording: Wording,
    targets: TargetOptions,
    sending: Sending,
    run: RunOptions,
    incident: MaybeWork = None,
) -> int:
    """Tell everybody who got an earlier notice that the work is cancelled or stopped."""
    _refuse_foreign(wording, _FOREIGN_IN_WINDOW)
    request = read_request(Verb.RETRACT, wording, targets, sending.key, incident=incident)
    return publish(replace(request, maintenance=True), common, sending, run)


def _with_window(request: Request, wording: AnnouncementOptions | ChangeOptions) -> Request:
    return replace(
        request,
        maintenance=True,
        window_from=wording.window_from,
        window_until=wording.window_until,
        auto=wording.auto or (None if isinstance(wording, AnnouncementOptions) else wording.auto),
        remind_before=wording.remind_before,
    )


def _refuse_foreign(wording: Wording, names: tuple[str, ...]) -> None:
    """Refuse options of the other verbs, which would contradict this one."""
    for name in names:
        if getattr(wording, name):
            raise UsageError(
                f"--{name} does not belong here",
                hint="the window is --from and --until; continue the work with start, move, end or cancel",
            )


maintenance = default_group(
    "maintenance",
    announce,
    (start, move, end, cancel),
    (
        'broadcast maintenance "New database" --from 2026-12-05T22:00 --until 90m --service support',
        'broadcast maintenance "New database" --from 22:00 --until 23:30 --auto --remind-before 1h',
        "broadcast maintenance start INC-7",
        "broadcast maintenance move INC-7 --until 00:30",
        'broadcast maintenance end INC-7 -m "Everything went as planned."',
    ),
)
