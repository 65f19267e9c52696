"""Suggestions for an unknown word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any

from typer.exceptions import TyperException


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that was probably meant: same beginning, or similar spelling."""
    words = list(known)
    begun = [one for one in words if one.startswith(word)]
    if len(begun) == 1:
        return begun[0]
    return next(iter(get_close_matches(word, begun or words, n=1)), None)


def did_you_mean(error: TyperException, ctx: Any) -> str | None:
    """Return a suggestion for an unknown option of the command that was being parsed."""
    option = getattr(error, "option_name", None)
    if option is None or not hasattr(error, "possibilities") or ctx is None:
        return None
    close = nearest(option, _options(ctx))
    return f"did you mean {close}?" if close else None


def _options(ctx: Any) -> Sequence[str]:
    return [name for param in ctx.command.params for name in param.opts if _is_offered(param, name)]


def _is_offered(param: Any, name: str) -> bool:
    return name.startswith("--") and not getattr(param, "hidden", False)
