"""Consent: by which kind of channel a person may be told, and about what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Purpose(StrEnum):
    """What a person may have agreed to be told about."""

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
    """Whether a person who never answered may be told."""

    ASSUMED = "assumed"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """One answer of a person: whether they may be told through a kind of channel.

    `purpose` is empty if the answer is for all purposes. `since` is an ISO date, empty if it is not known.
    """

    channel: str
    purpose: str
    given: bool
    since: str = ""
    source: str = ""


def answer(consents: Iterable[Consent], channel: str, purpose: Purpose) -> bool | None:
    """Return a person's latest answer for that purpose, else for all purposes; None if there is none.

    A no without a date counts as the latest answer, a yes without a date as the oldest.
    """
    mine = [consent for consent in consents if consent.channel == channel]
    exactly = [consent for consent in mine if consent.purpose == purpose]
    counting = exactly or [consent for consent in mine if not consent.purpose]
    return max(counting, key=_weight).given if counting else None


def _weight(consent: Consent) -> tuple[str, bool]:
    undated = "" if consent.given else "9999"
    return consent.since or undated, not consent.given
