"""What must not happen to a ledger while somebody is sending from it."""

from __future__ import annotations

from broadcast.errors import Refused
from broadcast.ledger.ledger import Ledger


def require_idle(ledger: Ledger, undone: str) -> None:
    """Refuse as long as a run lives: what it has in flight is its own. `undone` says what was not done."""
    living = ledger.living_runs()
    if living:
        raise Refused(
            f"another broadcast is sending (process {living[0]}); {undone}",
            hint="wait until it has ended, or stop it, and run this again",
        )
