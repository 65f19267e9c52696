"""A step of a call as the ledger keeps it: what was heard, and what is to be done because of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

#: Values that JSON has: texts, numbers, lists of texts.
Details = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEffect:
    """One effect of a step: its kind, and its details as JSON has them."""

    kind: str
    details: Details = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallStep:
    """One step of a call, with its effects.

    Attributes:
        call: The provider's id of the caller's call.
        leg: The id of the leg of an agent, if the step is on it; else "".
        number: The number of the step on its leg; with leg and kind it names each effect.
        caller: The caller's number in E.164; "" if it is withheld.
        called: The number that was called.
        locale: The language of the call.
        at: When it happened, in UTC.
        effects: What is to be done.
    """

    call: str
    leg: str = ""
    number: int
    caller: str = field(default="", repr=False)
    called: str = ""
    locale: str
    at: datetime
    effects: tuple[CallEffect, ...] = ()
