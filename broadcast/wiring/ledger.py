"""Open the ledger, and read from it what commands need before they publish."""

from __future__ import annotations

from typing import TYPE_CHECKING

from broadcast.config.settings import Settings
from broadcast.ledger.ledger import Ledger
from broadcast.model.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from broadcast.model.subscription import Subscriber
    from broadcast.model.suppression import Suppressed

_GLANCE = 0.5  # seconds to wait for another process's lock, because a person waits for the completion


def open_ledger(settings: Settings) -> Ledger:
    """Return the ledger of these settings; raises `LedgerError`."""
    return Ledger.open(settings.ledger)


def incident_refs(settings: Settings, *, sandbox: bool, maintenance: bool = False) -> list[str]:
    """Return the references for shell completion: open incidents first, then the latest.

    With `maintenance`, only maintenance that is announced or has begun. No ledger is created and no sandbox
    is started. Raises `LedgerError` if another process holds the lock for more than half a second.
    """
    from broadcast.sandbox.settings import sandbox_ledger

    path = sandbox_ledger(settings) if sandbox else settings.ledger
    if not Ledger.exists(path):
        return []
    ledger = Ledger.open(path, wait=_GLANCE)
    try:
        latest_first = reversed(ledger.incidents.all())
        listed = sorted(latest_first, key=lambda one: one.phase.closed)
        work = [one.ref for one in listed if one.phase.maintenance and not one.phase.closed]
        return work if maintenance else [one.ref for one in listed]
    finally:
        ledger.close()


def read_suppressed(settings: Settings) -> Suppressed:
    """Return the suppressions of the ledger, none if there is no ledger yet; raises `LedgerError`."""
    from broadcast.model.suppression import Suppressed

    if not Ledger.exists(settings.ledger):
        return Suppressed()
    ledger = open_ledger(settings)
    try:
        return ledger.suppressions.suppressed()
    finally:
        ledger.close()


def read_subscribers(settings: Settings) -> Sequence[Subscriber]:
    """Return the subscribers of the ledger, none if no audience takes any; raises `LedgerError`."""
    if settings.open_audience is None or not Ledger.exists(settings.ledger):
        return ()
    ledger = open_ledger(settings)
    try:
        return ledger.subscriptions.subscribers()
    finally:
        ledger.close()


def read_found(settings: Settings) -> dict[str, str]:
    """Return the systems that `watch` observed to be down, with since when, if notices avoid them.

    Raises `LedgerError`.
    """
    if not settings.watch.activate or not Ledger.exists(settings.ledger):
        return {}
    from broadcast.publishing.observed_outages import found_down

    now = SystemClock().now()
    ledger = open_ledger(settings)
    try:
        return found_down(settings, ledger.health.down(now), now)
    finally:
        ledger.close()
