"""The program: its verbs, and how it ends.

The module of a verb is imported only when that verb runs, because start-up time matters in an outage.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import pairwise, takewhile
from typing import Any, ClassVar, cast

import typer
from typer.exceptions import TyperException

from broadcast.cli.command import CONTEXT, Group, everywhere, unfold
from broadcast.cli.errors import (
    report,
    report_interrupted,
    report_lost,
    report_unfinished,
    report_unforeseen,
    report_usage,
    was_interrupted,
)
from broadcast.cli.options import Common
from broadcast.cli.terminal import lost_output, prepare, release
from broadcast.errors import BroadcastError, Interrupted, Unfinished, UsageError
from broadcast.model.text import is_legible

_INTERRUPTED = 130
_COMMANDS = "broadcast.cli.commands"
_COMPLETION = ("--install-completion", "--show-completion")
_SHELLS = ("bash", "zsh", "fish", "powershell", "pwsh")
_EXAMPLES = (
    'broadcast notify "Chat and e-mail down" -s sev2 --service support -m "Orders work. Please call us."',
    'broadcast update -m "The provider has found the cause." --next-update 30m',
    'broadcast resolve -m "Chat and e-mail work again."',
    "broadcast status",
)


@dataclass(frozen=True, slots=True)
class CommandEntry:
    """The place of a verb (`module:attribute`), and its line in the list of verbs."""

    where: str
    summary: str


_FRONT = {
    "notify": CommandEntry("publish:notify", "Open an incident and tell everyone concerned."),
    "update": CommandEntry("publish:update", "Send more news, as a reply to the earlier notices."),
    "resolve": CommandEntry("publish:resolve", "Tell everybody who got a notice that it is over."),
    "status": CommandEntry("status:status", "Show the state of incidents, and which promises are overdue."),
    "retry": CommandEntry("retry:retry", "Send what an interrupted or failed run has not sent yet."),
    "report": CommandEntry("report:report", "Write the report of an incident, as Markdown or HTML."),
}
_SECOND = {
    "retract": CommandEntry("publish:retract", "Withdraw a wrong notice."),
    "maintenance": CommandEntry(
        "maintenance:maintenance", "Announce work, move it, start, end or cancel it."
    ),
    "approve": CommandEntry("approve:approve", "Release a notice that somebody else proposed."),
    "resolve-unknown": CommandEntry(
        "resolve_unknown:resolve_unknown", "Record what happened to messages whose answer was lost."
    ),
    "oncall": CommandEntry("oncall:oncall", "Show who is on duty, and enter who is absent."),
    "escalate": CommandEntry("escalate:escalate", "Ask people step by step until somebody confirms."),
    "plan": CommandEntry(
        "plan:plan", "Check who is reached, who is not if a system fails, and whom to call by phone."
    ),
    "watch": CommandEntry("watch:watch", "Check the channels repeatedly; propose and draft what to do."),
    "due": CommandEntry("due:due", "List what readers were promised, and what is overdue."),
    "confirm": CommandEntry("confirm:confirm", "Record that a person confirmed a notice."),
    "schedule": CommandEntry("schedule:schedules", "List and cancel notices that are published later."),
    "tick": CommandEntry("tick:tick", "Do everything that is due, once; for a crontab."),
    "serve": CommandEntry("serve:serve", "Listen to receipts, replies, key presses, calls and alerts."),
    "hotline": CommandEntry("hotline:hotline", "Show and control the hotline, and its call-backs."),
    "log": CommandEntry("log:log", "List everything that happened in an incident."),
    "template": CommandEntry("template:template", "List, check and try the texts."),
    "contacts": CommandEntry("contacts:contacts", "Check and list who can be reached."),
    "channels": CommandEntry("channels:channels", "List and check the channels, and show which work."),
    "doctor": CommandEntry("doctor:doctor", "Check everything before it is needed."),
    "drill": CommandEntry("drill:drill", "Run exercises in the sandbox and grade them."),
    "sandbox": CommandEntry("sandbox:sandbox", "Rehearse with simulated providers on this machine."),
    "init": CommandEntry("init:init", "Write a first configuration."),
    "purge": CommandEntry("erasure:purge", "Delete the names of people from old incidents."),
    "forget": CommandEntry("erasure:forget", "Erase one person from the ledger."),
    "config": CommandEntry("config:config", "Show and check the configuration."),
}
_VERBS: Mapping[str, CommandEntry] = {**_FRONT, **_SECOND}


class Root(Group):
    """`broadcast` itself."""

    examples = _EXAMPLES
    summaries: ClassVar[Mapping[str, str]] = {name: verb.summary for name, verb in _VERBS.items()}
    shelves: ClassVar[Mapping[str, Sequence[str]]] = {
        "In an incident": tuple(_FRONT),
        "At other times": tuple(_SECOND),
    }

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Answer `--show-completion SHELL` at once; the default is the calling shell."""
        if not ctx.resilient_parsing:
            _complete_for_named_shell(self.get_params(ctx), ctx, args)
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: Any) -> list[str]:
        """Return every verb, the most important first."""
        del ctx
        return list(_VERBS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Load the verb."""
        del ctx
        if cmd_name not in _VERBS:
            return None
        module, _, attribute = _VERBS[cmd_name].where.partition(":")
        return getattr(import_module(f"{_COMMANDS}.{module}"), attribute)


def run(arguments: Sequence[str]) -> int:
    """Run the command line and return the exit code. Never raises, and never shows a traceback."""
    prepare()
    try:
        _refuse_illegible(arguments)
        code = _root().main(list(arguments), prog_name="broadcast", standalone_mode=False)
    except BroadcastError as error:
        code = report(error, arguments)
    except Interrupted as error:
        code = report_interrupted(error, arguments)
    except Unfinished as error:
        code = report_unfinished(error, arguments)
    except TyperException as error:
        code = report_usage(error, arguments)
    except (KeyboardInterrupt, typer.Abort):
        code = _INTERRUPTED
    except Exception as error:  # noqa: BLE001 - whatever it is, nobody is helped by a traceback
        code = _INTERRUPTED if was_interrupted(error) else report_unforeseen(error, arguments)
    finally:
        release()
    code = code if isinstance(code, int) else 0
    lost = lost_output()
    return report_lost(lost, code, arguments) if lost else code


def _complete_for_named_shell(params: Sequence[Any], ctx: Any, args: Sequence[str]) -> None:
    """Set the shell for Typer's completion options, which take no name. Raises `UsageError` if unknown."""
    before_verb = len(list(takewhile(lambda word: word.startswith("-"), args)))
    words = [part for word in args[:before_verb] for part in word.split("=", 1)]
    for option, shell in pairwise([*words, *args[before_verb : before_verb + 1]]):
        if option not in _COMPLETION or shell.startswith("-"):
            continue
        if shell not in _SHELLS:
            raise UsageError(f"there is no completion for {shell}", hint=f"there is: {', '.join(_SHELLS)}")
        param = next(one for one in params if option in one.opts)
        param.callback(ctx, param, shell)  # this ends the program


def _refuse_illegible(arguments: Sequence[str]) -> None:
    """Refuse text that is not valid in this terminal's character set: it could not be recorded or sent."""
    for argument in arguments:
        if not is_legible(argument):
            raise UsageError(
                f"this is not UTF-8 text: {argument}",
                hint="use a UTF-8 terminal (LANG=C.UTF-8), or read the text from a file: -m @FILE",
            )


def _root() -> Root:
    app = typer.Typer(cls=Root, rich_markup_mode=None, context_settings=CONTEXT)

    def broadcast(common: Common) -> None:
        """One command tells everyone: incident notices over SMS, e-mail, social media and status pages."""

    app.callback()(unfold(broadcast))
    root = cast("Root", typer.main.get_command(app))
    root.params += everywhere()
    return root
