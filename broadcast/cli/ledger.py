"""Open the ledger for one command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from broadcast.config.settings import Settings
from broadcast.errors import UnknownIncident
from broadcast.ledger.ledger import Ledger
from broadcast.wiring import open_ledger


@contextmanager
def use_ledger(settings: Settings) -> Iterator[Ledger]:
    """Open the ledger of these settings; for an unknown incident, the hint says where else to look."""
    ledger = open_ledger(settings)
    try:
        yield ledger
    except UnknownIncident as error:
        raise UnknownIncident(str(error), hint=_elsewhere(settings, error.hint)) from None
    finally:
        ledger.close()


def _elsewhere(settings: Settings, hint: str | None) -> str | None:
    from broadcast.sandbox.settings import sandbox_folder  # only after an error

    if settings.sandbox or not (sandbox_folder(settings) / "broadcast.db").is_file():
        return hint
    return "; ".join(part for part in (hint, "it may be in the sandbox: add --sandbox") if part)
