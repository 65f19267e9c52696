"""An earlier delivery of an incident, from which the next notice continues."""

from __future__ import annotations

from dataclasses import dataclass

from broadcast.model.contact import Contact


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviousDelivery:
    """A receiver of an earlier notice of an incident, and one of their channels.

    `contact` is None if the channel published for everybody; `receiver` identifies the receiver in later
    notices. `carried` says that the channel accepted the notice, or may have; otherwise the notice still
    waits there. `reached` says that the provider confirmed it, so that its `channel` is known to work.
    `refused` are channels whose provider refused this message for good.
    """

    contact: Contact | None
    receiver: str
    audience: str
    template_audience: str
    locale: str
    lane: int
    channel: str
    route: tuple[str, ...]
    required: bool
    reached: bool
    carried: bool = True
    refused: tuple[str, ...] = ()
