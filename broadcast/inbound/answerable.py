"""Whom to answer, and which answers people may give: never answer a machine that would answer in turn."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet

from broadcast.ledger.confirmations import Asked
from broadcast.model.contact import AddressKind
from broadcast.model.escalation import ON_CALL, PAGES
from broadcast.model.question import APPROVERS

#: A number of a person. Short codes and names of senders are machines.
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")

#: Readers of these texts may unsubscribe (`broadcast.dispatch.message_builder` offers it to them).
_CUSTOMERS = "customers"


def is_answerable(kind: AddressKind, sender: str, recipient: str, own: AbstractSet[str]) -> bool:
    """Return whether an answer to this sender can reach a person.

    Args:
        kind: What the sender's address is.
        sender: Who wrote.
        recipient: Our address that the message came to.
        own: Our own numbers: a message from one of them would be answered for ever.
    """
    if sender == recipient or sender in own:
        return False
    return kind is not AddressKind.PHONE or bool(_NUMBER.fullmatch(sender))


def is_on_duty(asked: Asked, internal: AbstractSet[str]) -> bool:
    """Return whether a receiver is told as part of their work: such people stay reachable after STOP."""
    rota_or_page = asked.audience.startswith(ON_CALL) or asked.template_audience == PAGES
    return rota_or_page or asked.audience == APPROVERS or asked.audience in internal


def is_customer(asked: Asked, internal: AbstractSet[str]) -> bool:
    """Return whether a receiver may unsubscribe: not people on duty, whose audiences are `internal`."""
    return asked.audience not in internal and asked.template_audience == _CUSTOMERS
