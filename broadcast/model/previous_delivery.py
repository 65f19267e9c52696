"""What a person was told before, which the next notice goes on from."""

from __future__ import annotations

from dataclasses import dataclass

from broadcast.model.contact import Contact


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviousDelivery:
    """Somebody whom an earlier notice of an incident concerns, and one channel that it is about.

    `contact` is None if a channel published for everybody; `receiver` is what follow-ups recognise it
    by. `carried` says that the channel took the notice, or may have taken it; otherwise the notice still
    waits there. `reached` says that the provider confirmed it, so that its `channel` is known to work.
    `refused` are channels whose provider refused this message for good.
    """

    contact: Contact | None
    receiver: str
    audience: str
    texts: str
    locale: str
    lane: int
    channel: str
    route: tuple[str, ...]
    required: bool
    reached: bool
    carried: bool = True
    refused: tuple[str, ...] = ()
