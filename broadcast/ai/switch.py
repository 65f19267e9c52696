"""The switch that turns the model off: a file beside the ledger, so that it works without the ledger.

It is looked at before each question and before each answer is spoken, so that it holds at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ModelSwitch:
    """The file at `path`: while it exists, no model is asked, and no answer of one is used."""

    path: Path

    @classmethod
    def beside(cls, ledger: Path) -> ModelSwitch:
        """Return the switch that belongs to a ledger."""
        return cls(ledger.with_name(f"{ledger.name}-ai-off"))

    @property
    def off(self) -> bool:
        """Whether it is switched off; a folder that cannot be read counts as off."""
        try:
            self.path.stat()
        except FileNotFoundError:
            return False
        except OSError:
            return True
        return True

    def turn_off(self) -> None:
        """Switch the model off; raises `OSError`."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.touch(mode=0o600)

    def turn_on(self) -> None:
        """Let the model be asked again; raises `OSError`."""
        self.path.unlink(missing_ok=True)
