"""The result of planning: who gets which message by which channels, before anything is on disk."""

from __future__ import annotations

from dataclasses import dataclass

from broadcast.model.contact import Contact
from broadcast.model.delivery import DeliveryState


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One planned delivery: a contact (or a channel that publishes), and the channels to try, in order.

    `template_audience` names the audience whose templates are used; `contact` is None for a channel that
    publishes for everybody. `receiver` identifies the receiver in later notices: the contact's id, or the
    first channel of a lane that publishes (`channel:x`). A delivery that no channel can make is planned
    too, as `failed`, `held` or `suppressed` with its reason, so that it is reported. `shares` has, for some
    channels of the route, the number of an address: deliveries of one notice with the same number on one
    channel lead to the same address, which gets the notice once.
    """

    audience: str
    template_audience: str
    locale: str
    lane: int
    contact: Contact | None
    receiver: str
    route: tuple[str, ...]
    required: bool = True
    state: DeliveryState = DeliveryState.PLANNED
    reason: str | None = None
    shares: tuple[tuple[str, int], ...] = ()
