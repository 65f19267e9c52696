"""What is known of the caller's own order or ticket: one sentence, in our words."""

from __future__ import annotations

import re

from broadcast.hotline.call_turn import CallTurn
from broadcast.model.call_document import Say

_SIGN = re.compile(r"[A-Za-z0-9]")


def own_sentence(turn: CallTurn) -> tuple[Say, ...]:
    """Return the state of the open order, or else that a ticket is open; nothing of strangers."""
    context = turn.caller.context
    if context is None:
        return ()
    if context.order:
        return (turn.say(f"customer.{context.order_state}", number=_one_by_one(context.order)),)
    if context.ticket:
        return (turn.say("customer.ticket", number=_one_by_one(context.ticket)),)
    return ()


def _one_by_one(number: str) -> str:
    """Return a number sign by sign: `A 4 7 1 1`."""
    return " ".join(_SIGN.findall(number))
