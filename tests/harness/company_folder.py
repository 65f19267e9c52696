"""The folder of a company: its configuration, the people it tells, and its ledger."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from broadcast.ledger.ledger import Ledger


@dataclass
class CompanyFolder:
    """What every company in tests has, however its commands are run."""

    folder: Path

    @property
    def config(self) -> Path:
        """The configuration's file."""
        return self.folder / "broadcast.toml"

    @property
    def ledger_path(self) -> Path:
        """The ledger's file."""
        return self.folder / "broadcast.db"

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        """The ledger, open."""
        ledger = Ledger.open(self.ledger_path)
        try:
            yield ledger
        finally:
            ledger.close()

    def edit(self, old: str, new: str) -> None:
        """Replace a text of the configuration."""
        text = self.config.read_text(encoding="utf-8")
        assert old in text
        self.config.write_text(text.replace(old, new), encoding="utf-8")

    def write(self, name: str, text: str) -> Path:
        """Write a file below the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def write_contacts(self, audience: str, rows: Sequence[Mapping[str, str]]) -> None:
        """Write the contacts of an audience."""
        with (self.folder / f"{audience}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, sorted({name for row in rows for name in row}))
            writer.writeheader()
            writer.writerows(rows)
