"""Who is owed what, and by which ways: the result of planning, before anything is on disk."""

from __future__ import annotations

from dataclasses import dataclass

from broadcast.model.contact import Contact
from broadcast.model.delivery import DeliveryState


@dataclass(frozen=True, slots=True)
class Planned:
    """One delivery to be made: a contact (or a channel that publishes), and the channels to try in order.

    `texts` names the audience whose templates it is written from; `contact` is None if a channel
    publishes for everybody. `receiver` is what follow-ups recognise it by: the contact's id, or the
    first channel of a lane that publishes (`channel:x`). A delivery that no channel can make is planned
    too, as `failed`, `held` or `suppressed` with its reason, so that nobody is forgotten silently.
    `shares` has for some channels of the route the number of an address: deliveries of one notice that have
    the same number on one channel lead to the same address, which gets the notice once.
    """

    audience: str
    texts: str
    locale: str
    lane: int
    contact: Contact | None
    receiver: str
    route: tuple[str, ...]
    required: bool = True
    state: DeliveryState = DeliveryState.PLANNED
    reason: str | None = None
    shares: tuple[tuple[str, int], ...] = ()
