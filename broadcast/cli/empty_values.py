"""Refuse empty values early: usually a script did not set a variable.

`--key "$RUN"` would send twice, and `--service "$SERVICE"` would name a service without a name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from broadcast.errors import UsageError


def refuse_empty(params: Iterable[Any], given: Mapping[str, object]) -> None:
    """Raise `UsageError` for the first parameter that is empty or only white space.

    `params` are a command's parameters as Typer builds them; `given` is what was typed for each, by its name.
    """
    for param in params:
        typed = given.get(param.name)
        values = typed if isinstance(typed, list | tuple) else [typed]
        if any(isinstance(value, str) and not value.strip() for value in values):
            raise UsageError(
                f"{_name(param)} is empty",
                hint="give it a value, or leave it out; in a script, check that the variable is set",
            )


def _name(param: Any) -> str:
    """Return `--key` for an option, `TITLE` for an argument."""
    if param.param_type_name == "option":
        return str(max(param.opts, key=len))
    return str(param.metavar or param.name).strip("[].")
