"""Suggestions for an unknown word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from typer.exceptions import TyperException

from broadcast.model.nearest import nearest


def meant(word: str, known: Iterable[str]) -> str | None:
    """Return the word that was probably meant: its beginning was typed, or it is spelled like `word`."""
    words = list(known)
    begun = [one for one in words if one.startswith(word)]
    return begun[0] if len(begun) == 1 else nearest(word, begun or words)


def suggest_option(error: TyperException, ctx: Any) -> str | None:
    """Return a suggestion for an unknown option of the command that was being parsed."""
    option = getattr(error, "option_name", None)
    if option is None or not hasattr(error, "possibilities") or ctx is None:
        return None
    close = meant(option, _options(ctx))
    return f"did you mean {close}?" if close else None


def _options(ctx: Any) -> Sequence[str]:
    return [name for param in ctx.command.params for name in param.opts if _is_offered(param, name)]


def _is_offered(param: Any, name: str) -> bool:
    return name.startswith("--") and not getattr(param, "hidden", False)
