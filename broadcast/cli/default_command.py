"""A group of commands that is a command itself: `maintenance TITLE` beside `maintenance start INC`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import typer
from typer.exceptions import TyperException

from broadcast.cli.command import CONTEXT, Command, Group, everywhere, global_flags
from broadcast.errors import UsageError

_HELP = frozenset({"--help", "-h", "--version"})


class DefaultGroup(Group):
    """Runs `default` unless the first argument is the name of one of its commands.

    Options may stand before that name. After `--`, a name is an argument of `default`.
    """

    default: Command

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Return the context for one of the commands or for help, else that of the default command."""
        place = self._place_of_command(args)
        if place is not None:
            self._refuse_as_argument(str(info_name), args, place)
            args = [args[place], *args[:place], *args[place + 1 :]]
            return super().make_context(info_name, args, parent, **extra)
        if (not args and self._needs_argument) or _HELP & set(args):
            return super().make_context(info_name, args, parent, **extra)
        return self.default.make_context(info_name, args, parent, **extra)

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        """Return the group's commands, and the options of the default command."""
        if incomplete.startswith("-"):
            return self.default.shell_complete(ctx, incomplete)
        return super().shell_complete(ctx, incomplete)

    @property
    def _needs_argument(self) -> bool:
        """Whether the default command does nothing without an argument; then help is shown."""
        return any(param.required for param in self.default.params)

    def _refuse_as_argument(self, name: str, args: Sequence[str], place: int) -> None:
        """Raise `UsageError` if options of the default command precede the name of another command.

        The hint says how to use the name as an argument.
        """
        word = args[place]
        own = {option for param in self.default.params for option in param.opts}
        taken = {option for param in self.commands[word].params for option in param.opts}
        foreign = next((one for one in args if one.partition("=")[0] in own - taken), None)
        if foreign:
            raise UsageError(
                f"`{name} {word}` takes no {foreign.partition('=')[0]}",
                hint=f'if "{word}" is meant as the title, put it last: broadcast {name} ... -- {word}',
            )

    def _place_of_command(self, args: Sequence[str]) -> int | None:
        """Return the position of the first argument if it names a command, else None."""
        context = typer.Context(self.default, resilient_parsing=True)
        title = str(next(one.name for one in self.default.params if one.param_type_name == "argument"))
        for place, word in enumerate(args):
            if word == "--":
                return None
            try:
                given, _, _ = self.default.make_parser(context).parse_args(args=list(args[: place + 1]))
            except TyperException:
                continue  # an option whose value is the next word
            if given.get(title):
                return place if word in self.commands else None
        return None


def default_group(
    name: str, default: Command, commands: Sequence[Command], examples: Sequence[str]
) -> DefaultGroup:
    """Return a group that runs `default` if no other command is named; its help is that of both."""
    made = DefaultGroup(
        name=name,
        help=default.help,
        commands={str(one.name): one for one in commands},
        params=[*global_flags(), *everywhere()],
        context_settings=CONTEXT,
        rich_markup_mode=None,
    )
    made.default = default
    made.examples = tuple(examples)
    return made
