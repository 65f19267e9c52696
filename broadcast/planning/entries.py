"""Entries of a plan that are made from others: repeated, or without the data of who is not to be reached."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from broadcast.model.contact import Barred, Contact
from broadcast.model.delivery import DeliveryState
from broadcast.model.plan import Planned
from broadcast.model.previous_delivery import PreviousDelivery


def suppressed(planned: Planned, barred: Sequence[Barred]) -> Planned:
    """Keep only the id of a person who is not told: personal data is not needed."""
    reason = f"suppressed: {', '.join(map(str, barred))}"
    unnamed = Contact(id=planned.receiver, barred=tuple(barred))
    return replace(planned, contact=unnamed, state=DeliveryState.SUPPRESSED, reason=reason)


def again(previous: PreviousDelivery, route: tuple[str, ...]) -> Planned:
    """Return the entry for who got an earlier notice, by this route."""
    return Planned(
        audience=previous.audience,
        template_audience=previous.template_audience,
        locale=previous.locale,
        lane=previous.lane,
        contact=previous.contact,
        receiver=previous.receiver,
        route=route,
        required=previous.required,
    )


def owed_or_suppressed(owed: Iterable[Planned]) -> list[Planned]:
    """Return the deliveries; people who are told in another lane do not count as suppressed."""
    found = list(owed)
    return [one for one in found if one.state is not DeliveryState.SUPPRESSED] or found[:1]
