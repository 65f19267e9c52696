"""People by result: told, not told, or unknown. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from broadcast.ledger.history import DeliveryStanding
from broadcast.model.delivery import REACHED, DeliveryState
from broadcast.model.mask import mask
from broadcast.model.redaction import mask_addresses


class Addresses(StrEnum):
    """How a report shows phone numbers and e-mail addresses; `full` is for calling people."""

    MASKED = "masked"
    FULL = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedPerson:
    """A person who may not have got a notice.

    `state` and `reason` are those of their latest message, in notice `notice`.
    """

    contact: str
    name: str
    audiences: tuple[str, ...]
    phone: str | None
    email: str | None
    notice: int
    state: DeliveryState
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleSummary:
    """All people of an incident: `total` is `reached` + `unknown` + `unreached`.

    `reached` got at least one notice. `behind` are those among them who may not have the latest notice that
    they should have. For the `unknown` at least one answer was lost. Both lists are in the order of planning.
    """

    total: int
    reached: int
    unknown: tuple[ReportedPerson, ...]
    unreached: tuple[ReportedPerson, ...]
    behind: tuple[ReportedPerson, ...]


def people(standings: Iterable[DeliveryStanding], addresses: Addresses) -> PeopleSummary:
    """Return everybody who should get a notice, sorted by whether they were told."""
    by_contact: dict[str, list[DeliveryStanding]] = {}
    for standing in standings:
        by_contact.setdefault(standing.contact, []).append(standing)
    reached, unknown, unreached, behind = 0, [], [], []
    for owed in by_contact.values():
        if any(standing.state in REACHED for standing in owed):
            reached += 1
            if not _up_to_date(owed):
                behind.append(_person(owed, addresses))
        elif any(standing.unknown for standing in owed):
            unknown.append(_person(owed, addresses))
        else:
            unreached.append(_person(owed, addresses))
    return PeopleSummary(
        total=len(by_contact),
        reached=reached,
        unknown=tuple(unknown),
        unreached=tuple(unreached),
        behind=tuple(behind),
    )


def _up_to_date(owed: Sequence[DeliveryStanding]) -> bool:
    """Return whether the latest notice that was not superseded reached them on a lane."""
    standing = [one for one in owed if one.state is not DeliveryState.CANCELLED]
    latest = max(one.sequence for one in standing)
    return any(one.state in REACHED for one in standing if one.sequence == latest)


def _person(owed: Sequence[DeliveryStanding], addresses: Addresses) -> ReportedPerson:
    latest = owed[-1]
    phone, email = latest.phone, latest.email
    if addresses is Addresses.MASKED:
        phone, email = phone and mask(phone), email and mask(email)
    return ReportedPerson(
        contact=latest.contact,
        name=latest.name,
        audiences=tuple(dict.fromkeys(standing.audience for standing in owed)),
        phone=phone,
        email=email,
        notice=latest.sequence,
        state=latest.state,
        reason=latest.reason and mask_addresses(latest.reason),
    )
