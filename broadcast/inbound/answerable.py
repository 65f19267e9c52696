"""Whom to answer: never a machine that would answer in turn."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet

from broadcast.model.contact import AddressKind

#: A number of a person. Short codes and names of senders are machines.
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")


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
