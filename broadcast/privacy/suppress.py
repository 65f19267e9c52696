"""Suppress addresses by hand, and release them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from broadcast.contacts.address import Unusable
from broadcast.contacts.rows import clean
from broadcast.contacts.typed_address import read_address
from broadcast.errors import NothingMatched, UsageError
from broadcast.ledger.ledger import Ledger
from broadcast.model.suppression import (
    Suppression,
    SuppressionReason,
    UnknownToken,
    suppression,
    unsubscribed,
)

_EXAMPLE = "give a phone number or an e-mail address, like +49 151 12345678 or anna@firma.de"


@dataclass(frozen=True, slots=True)
class SuppressionReasonGiven:
    """Why addresses must not be used, the source of that, and the time."""

    reason: SuppressionReason
    source: str
    at: datetime


def read_suppressions(
    lines: Iterable[tuple[str, str]], region: str, reason_given: SuppressionReasonGiven, secret: bytes
) -> list[Suppression]:
    """Return a suppression for each address or unsubscribe token in `lines`.

    `lines` are pairs of a place ("file, line 3") and a text. Raises one `UsageError` that lists every line
    with neither an address nor a token; then no line counts.
    """
    found: dict[bytes, Suppression] = {}
    wrong: list[str] = []
    hint = _EXAMPLE
    for where, text in lines:
        spelled = clean(text)  # exported lists begin with a byte order mark
        try:
            made = unsubscribed(spelled, reason_given.source, reason_given.at, secret)
            made = made or _read(spelled, region, reason_given, secret)
        except UnknownToken as unknown:
            wrong.append(f"{where}: {unknown}")
            hint = "copy the whole token from the link, or suppress the address itself"
        except Unusable as unusable:
            wrong.append(f"{where}: {unusable}")
        else:
            found[made.digest] = made
    if wrong:
        raise UsageError("\n".join([*wrong, "nothing was suppressed"]), hint=hint)
    return list(found.values())


def _read(text: str, region: str, reason_given: SuppressionReasonGiven, secret: bytes) -> Suppression:
    address = read_address(text, region)
    return suppression(
        secret, address.kind, address.value, reason_given.reason, reason_given.source, reason_given.at
    )


def find(ledger: Ledger, wanted: Sequence[str], region: str) -> list[Suppression]:
    """Return the suppressions of these addresses or ids; raises `NothingMatched` if one is not suppressed."""
    everything = ledger.suppressions.all()
    found: dict[tuple[bytes, str], Suppression] = {}
    for text in map(clean, wanted):
        digest = _digest(ledger, text, region)
        those = [each for each in everything if text.lower() == each.id or each.digest == digest]
        if not those:
            raise NothingMatched(f"{text} is not suppressed", hint="broadcast contacts suppress --list")
        found |= {(each.digest, each.reason): each for each in those}
    return list(found.values())


def release(ledger: Ledger, found: Sequence[Suppression], consent: Callable[[], None]) -> None:
    """Release these addresses, so that they may be used again; raises `Refused` and `LedgerError`."""
    consent()
    ledger.suppressions.remove({each.digest for each in found})


def _digest(ledger: Ledger, text: str, region: str) -> bytes | None:
    try:
        address = read_address(text, region)
    except Unusable:
        return None
    return ledger.suppressions.digest(address.kind, address.value)
