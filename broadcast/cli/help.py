"""Help: what a command does, examples to copy, its parameters. Plain text, so that it is fast."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import typer
from typer.core import TyperGroup

from broadcast.cli.terminal import Stream

_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"
_WIDEST = 100
_LONGEST_NAME = 30
_ROOM = 24  # columns that a description needs beside its name

Records = list[tuple[str, str]]


def help_text(ctx: typer.Context, stream: Stream) -> str:
    """Return the help of the command of `ctx`, with the width and style of `stream`."""
    command: Any = ctx.command
    width = min(stream.width, _WIDEST)
    summary, _, story = (command.help or "").partition("\n\n")
    lines = _paragraphs(summary, width)
    lines += _section("Examples", [f"  {line}" for line in command.examples], stream)
    lines += _section("Usage", [f"  {usage(ctx)}"], stream)
    if story:
        lines += ["", *_paragraphs(story, width)]
    for title, records in [*_commands(ctx), *_terms(ctx), *_parameters(ctx)]:
        lines += _section(title, list(_definitions(records, width)), stream)
    return "\n".join(lines) + "\n"


def short_help(ctx: typer.Context, stream: Stream) -> str:
    """Return the help without a command: examples, the verbs, and where to find more."""
    command: Any = ctx.command
    width = min(stream.width, _WIDEST)
    lines = _paragraphs(command.help, width)
    lines += _section("Examples", [f"  {line}" for line in command.examples], stream)
    for title, records in _commands(ctx):
        lines += _section(title, list(_definitions(records, width)), stream)
    lines += ["", f"`{path(ctx)} -h` shows all options."]
    return "\n".join(lines) + "\n"


def usage(ctx: typer.Context) -> str:
    """Return `broadcast notify TITLE [OPTIONS]`."""
    takes = [param.metavar for param in _params(ctx) if _is_argument(param)]
    if isinstance(ctx.command, TyperGroup) and not takes:
        takes.append("COMMAND")
    return " ".join([path(ctx), *(str(one) for one in takes), "[OPTIONS]"])


def path(ctx: typer.Context) -> str:
    """Return `broadcast template lint`."""
    names = []
    step: Any = ctx
    while step is not None:
        names.append(step.info_name)
        step = step.parent
    return " ".join(reversed(names))


def _paragraphs(text: str | None, width: int) -> list[str]:
    lines: list[str] = []
    for paragraph in (text or "").split("\n\n"):
        lines += ["", *textwrap.wrap(" ".join(paragraph.split()), width, break_on_hyphens=False)]
    return lines[1:]


def _section(title: str, body: Sequence[str], stream: Stream) -> list[str]:
    if not body:
        return []
    return ["", f"{_BOLD}{title}{_PLAIN}" if stream.colour else title, *body]


def _commands(ctx: typer.Context) -> Iterator[tuple[str, Records]]:
    group = ctx.command
    if not isinstance(group, TyperGroup):
        return
    summaries = getattr(group, "summaries", {})
    shelves = getattr(group, "shelves", {}) or {"Commands": group.list_commands(ctx)}
    for title, names in shelves.items():
        yield title, [(name, summaries.get(name) or _summary(group, ctx, name)) for name in names]


def _summary(group: TyperGroup, ctx: typer.Context, name: str) -> str:
    command = group.get_command(ctx, name)
    return " ".join((command.help or "").partition("\n\n")[0].split()) if command else ""


def _terms(ctx: typer.Context) -> Iterator[tuple[str, Records]]:
    for title, terms in getattr(ctx.command, "terms", dict)().items():
        yield title, list(terms.items())


def _parameters(ctx: typer.Context) -> Iterator[tuple[str, Records]]:
    panels: dict[str, Records] = {}
    for param in _params(ctx):
        record = param.get_help_record(ctx)
        if record is None:
            continue
        name, text = record
        panel = (
            "Arguments" if _is_argument(param) else getattr(param, "rich_help_panel", None) or _panel(param)
        )
        panels.setdefault(panel, []).append((_named(name) if panel == "Arguments" else name, text))
    everywhere = panels.pop("Everywhere", [])
    yield from panels.items()
    yield "Everywhere", everywhere


def _params(ctx: typer.Context) -> list[Any]:
    """Return the parameters of the command; for a group with a default command, those of that one."""
    command: Any = ctx.command
    return list(getattr(command, "default", command).params)


def _named(metavar: str) -> str:
    """Return the argument as its explanation names it: `FAULT...` for `[FAULT]...`."""
    return metavar.replace("[", "").replace("]", "")


def _panel(param: Any) -> str:
    return "Everywhere" if "completion" in str(param.name) else "Options"


def _is_argument(param: Any) -> bool:
    return bool(param.param_type_name == "argument")


def _definitions(records: Iterable[tuple[str, str]], width: int) -> Iterator[str]:
    rows = list(records)
    beside = min(max((len(name) for name, _ in rows), default=0), _LONGEST_NAME) + 4
    if width - beside < _ROOM:
        beside = 6
    for name, text in rows:
        lines = textwrap.wrap(text, max(width - beside, 10), break_on_hyphens=False) or [""]
        if len(name) + 3 < beside:
            yield f"  {name}".ljust(beside) + lines.pop(0)
        else:
            yield f"  {name}"
        yield from (" " * beside + line for line in lines)
