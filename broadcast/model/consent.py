"""What people agreed to: by which kind of channel they may be told, and of what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Purpose(StrEnum):
    """What somebody may have agreed to be told of."""

    INCIDENT = "incident"
    MAINTENANCE = "maintenance"
    DRILL = "drill"

    @classmethod
    def of(cls, *, drill: bool, maintenance: bool) -> Purpose:
        """Return the purpose of a notice."""
        if drill:
            return cls.DRILL
        return cls.MAINTENANCE if maintenance else cls.INCIDENT


class ConsentRule(StrEnum):
    """Whether somebody who never answered may be told."""

    ASSUMED = "assumed"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class Consent:
    """One answer of a person: whether they may be told over a kind of channel.

    `purpose` is empty if they answered for all. `since` is an ISO date, empty if nobody noted it.
    """

    channel: str
    purpose: str
    given: bool
    since: str = ""
    source: str = ""


def answer(consents: Iterable[Consent], channel: str, purpose: Purpose) -> bool | None:
    """Return what a person last said for that purpose, else for all; None if they never said.

    A no without a date counts as the latest word, a yes without one as the oldest.
    """
    mine = [consent for consent in consents if consent.channel == channel]
    exactly = [consent for consent in mine if consent.purpose == purpose]
    counting = exactly or [consent for consent in mine if not consent.purpose]
    return max(counting, key=_weight).given if counting else None


def _weight(consent: Consent) -> tuple[str, bool]:
    undated = "" if consent.given else "9999"
    return consent.since or undated, not consent.given
