"""What a person was told before, which the next notice goes on from."""

from __future__ import annotations

from dataclasses import dataclass

from broadcast.model.contact import Contact


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody who was, or may have been, told about an incident, and how.

    `contact` is None where a channel published for everybody; `receiver` is what follow-ups recognise it
    by. `reached` says that a provider took it, so that its `channel` is known to work.
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
