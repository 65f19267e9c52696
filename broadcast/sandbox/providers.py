"""The providers that the sandbox plays: found in `broadcast.sandbox.wire`, listed nowhere.

A wire class says itself under which name faults strike it and how adapters are connected to it. All wires
are loaded for the first question, because only commands that use the sandbox ask one.
"""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from functools import cache
from importlib import import_module
from typing import Any

from broadcast.sandbox import wire as package
from broadcast.sandbox.wire.base import Account, Wire

SMTP = "smtp"  # a dialogue and not a Wire: it has neither a path nor accounts


@cache
def wire_classes() -> Mapping[str, Any]:
    """Return the class of every provider with an HTTP interface, by name."""
    modules = [
        import_module(one.name) for one in pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
    ]
    classes: list[Any] = [
        cls
        for module in modules
        for _, cls in inspect.getmembers(module, inspect.isclass)
        if cls.__module__ == module.__name__ and "accounts" in vars(cls)
    ]
    return {cls.name: cls for cls in classes}


def all_wires(suppressed: AbstractSet[str]) -> dict[str, Wire]:
    """Return every provider with an HTTP interface, by name; `suppressed` are addresses that opted out."""
    return {
        name: cls(suppressed) if getattr(cls, "refuses_suppressed", False) else cls()
        for name, cls in wire_classes().items()
    }


def providers() -> Mapping[str, str]:
    """Return every name that a fault may give, with one line about the provider."""
    lines = {name: _first_line(cls) for name, cls in wire_classes().items()}
    return {**lines, SMTP: "a mail server"}


def account(adapter: str) -> Account | None:
    """Return how this adapter is connected to its provider, or None if the sandbox does not play it."""
    accounts = (cls.accounts.get(adapter) for cls in wire_classes().values())
    return next((found for found in accounts if found is not None), None)


def _first_line(cls: type) -> str:
    module = inspect.getmodule(cls)
    return (inspect.getdoc(module) or "").partition("\n")[0].rstrip(".")
