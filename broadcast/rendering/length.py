"""How long a text is in the measure of its channel, and how long it may be."""

from __future__ import annotations

from dataclasses import dataclass

SUBJECT_WISHED = 60  # what phones show of a subject is shorter still
SUBJECT_MOST = 150
PAGE_TITLE_MOST = 255
PAGE_BODY_MOST = 25_000
CHAT_MOST = 3_000
SOCIAL_MOST = 280
EMAIL_MOST = 100_000  # Gmail cuts a message off at 102 KB


@dataclass(frozen=True, slots=True)
class Length:
    """`units` used of `limit`, in `measure` (`GSM-7`, `UCS-2`, `weighted`, `characters`); SMS `parts`."""

    measure: str
    units: int
    limit: int
    parts: int = 1

    @property
    def fits(self) -> bool:
        """Whether it is not too long."""
        return self.units <= self.limit

    def __str__(self) -> str:
        parts = f" in {self.parts} parts" if self.parts > 1 else ""
        unit = self.measure if self.measure == "characters" else f"{self.measure} units"
        return f"{self.units:,} of {self.limit:,} {unit}{parts}"
