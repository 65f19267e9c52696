"""Commands made from functions, as Typer makes them, with three additions.

A parameter that is a frozen dataclass is replaced by its fields, so that verbs share groups of options.
Global flags may stand before and after the verb. Help shows examples first.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Annotated, Any, NoReturn, TypeAlias, cast, get_type_hints

import typer
from typer.core import TyperCommand, TyperGroup

from broadcast.cli.empty_values import refuse_empty
from broadcast.cli.help import help_text, path, short_help
from broadcast.cli.options import Common, Help, Version
from broadcast.cli.suggestions import meant
from broadcast.cli.terminal import standard_error, standard_output
from broadcast.errors import UsageError

#: Words with their meanings, by the title of their section; asked only when help is shown.
Terms: TypeAlias = Callable[[], Mapping[str, Mapping[str, str]]]

#: `-h` is our own: see `everywhere`.
CONTEXT: dict[str, Any] = {"help_option_names": []}


class Command(TyperCommand):
    """A verb; `examples` are lines to copy, `terms` returns what words in its arguments mean."""

    examples: tuple[str, ...] = ()
    terms: Terms = staticmethod(dict)

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Parse; global flags before the verb are the defaults."""
        return super().make_context(info_name, args, parent, default_map=flags_before(parent), **extra)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Show the help if required arguments are missing and nothing was typed."""
        if not args and any(param.required for param in self.params) and not ctx.resilient_parsing:
            explain(ctx)
        _refuse_empty(self, ctx, args)
        return super().parse_args(ctx, args)

    def get_help(self, ctx: Any) -> str:
        """Return the help, examples first."""
        return help_text(ctx, standard_output())


class Group(TyperGroup):
    """A verb with further verbs."""

    examples: tuple[str, ...] = ()

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Parse; global flags before the verb are the defaults."""
        return super().make_context(info_name, args, parent, default_map=flags_before(parent), **extra)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Show the help if no verb was typed."""
        if not args and not ctx.resilient_parsing:
            explain(ctx)
        _refuse_empty(self, ctx, args)
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the verb at the start of `args`; raises `UsageError` with the nearest one."""
        if not ctx.resilient_parsing and self.get_command(ctx, args[0]) is None:
            close = meant(args[0], self.list_commands(ctx))
            hint = f"did you mean `{path(ctx)} {close}`?" if close else f"`{path(ctx)} -h` lists the commands"
            raise UsageError(f"there is no command {args[0]}", hint=hint)
        return super().resolve_command(ctx, args)

    def get_help(self, ctx: Any) -> str:
        """Return the help, examples first."""
        return help_text(ctx, standard_output())


def command(
    *examples: str,
    name: str | None = None,
    terms: Terms = dict,
    unsaid: Container[str] = (),
) -> Callable[[Callable[..., object]], Command]:
    """Make a command from a function that returns the exit code (None: 0).

    `unsaid` names parameters that are accepted but not shown, because they make no sense here.
    """

    def made(function: Callable[..., object]) -> Command:
        app = typer.Typer(add_completion=False, rich_markup_mode=None)
        called = name or function.__name__.strip("_").replace("_", "-")
        app.command(called, cls=Command, context_settings=CONTEXT)(unfold(function))
        built = cast("Command", typer.main.get_command(app))
        built.examples = examples
        built.terms = terms
        for param in cast("list[Any]", built.params):
            param.hidden = param.hidden or param.name in unsaid
        built.params += everywhere()
        return built

    return made


def group(
    name: str, summary: str, commands: Sequence[Command | Group], examples: Sequence[str] = ()
) -> Group:
    """Return a group of commands and further groups, which itself takes only global flags."""
    made = Group(
        name=name,
        help=summary,
        commands={str(one.name): one for one in commands},
        params=[*global_flags(), *everywhere()],
        context_settings=CONTEXT,
        rich_markup_mode=None,
    )
    made.examples = tuple(examples)
    return made


def unfold(function: Callable[..., object]) -> Callable[..., object]:
    """Return `function` for Typer: each dataclass parameter is replaced by one parameter per field."""
    signature = inspect.signature(function, eval_str=True)
    groups: dict[str, type] = {
        name: one.annotation
        for name, one in signature.parameters.items()
        if isinstance(one.annotation, type) and is_dataclass(one.annotation)
    }
    parameters: list[inspect.Parameter] = []
    for name, parameter in signature.parameters.items():
        if name in groups:
            parameters += _fields(groups[name])
        else:
            parameters.append(parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY))

    def call(**values: Any) -> object:
        folded = {name: _take(cls, values) for name, cls in groups.items()}
        return function(**folded, **values)

    call.__doc__ = function.__doc__
    call.__name__ = function.__name__
    call.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]  # functions may have one
    return call


def _refuse_empty(command: Any, ctx: Any, args: Sequence[str]) -> None:
    """Check the typed values before conversion: an empty path would become the current folder."""
    if not ctx.resilient_parsing:
        given, _, _ = command.make_parser(ctx).parse_args(args=list(args))
        refuse_empty(command.get_params(ctx), given)


def explain(ctx: typer.Context) -> NoReturn:
    """Show the help and end with exit code 2, because nothing was done."""
    stream = standard_error()
    stream.write(short_help(ctx, stream))
    raise typer.Exit(2)


def flags_before(parent: typer.Context | None) -> dict[str, object]:
    """Return the global flags before this verb."""
    if parent is None:
        return {}
    names = [field.name for field in fields(Common)]
    return {name: parent.params[name] for name in names if parent.params.get(name)}


def global_flags() -> list[Any]:
    """Return the options that every command has, as Typer builds them."""

    def flags(common: Common) -> None: ...

    return _params(unfold(flags))


def everywhere() -> list[Any]:
    """Return `-h` and `--version`, which answer and end."""
    return _params(_questions)


def _questions(
    help_: Annotated[bool, Help] = False,
    version: Annotated[bool, Version] = False,
) -> None: ...


def _params(function: Callable[..., object]) -> list[Any]:
    app = typer.Typer(add_completion=False)
    app.command()(function)
    return list(typer.main.get_command(app).params)


def _fields(cls: type) -> list[inspect.Parameter]:
    hints = get_type_hints(cls, include_extras=True)
    return [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=_default(field),
            annotation=hints[field.name],
        )
        for field in fields(cls)
    ]


def _default(field: Field[Any]) -> object:
    if field.default is not MISSING:
        return field.default
    return field.default_factory() if field.default_factory is not MISSING else inspect.Parameter.empty


def _take(cls: type, values: dict[str, Any]) -> object:
    return cls(**{field.name: values.pop(field.name) for field in fields(cls)})
