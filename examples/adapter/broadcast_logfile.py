"""A channel of your own: each notice becomes a line in a file, for the wall display in the hall.

[channels.hall]
adapter = "logfile"
path = "hall.log"
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Self

from broadcast.adapters import (
    Accepted,
    Attempted,
    Capabilities,
    ChannelKind,
    ChannelSettings,
    Health,
    Idempotency,
    NotSent,
    Outcome,
    Outgoing,
    Probe,
    Transport,
)


class Logfile:
    """Appends a line `key<TAB>text` to a file; the key tells which notices are in it."""

    name: ClassVar[str] = "logfile"
    capabilities: ClassVar[Capabilities] = Capabilities(
        kind=ChannelKind.SOCIAL, address=None, idempotency=Idempotency.NATIVE, networked=False, lookup_delay=0
    )
    options: ClassVar[frozenset[str]] = frozenset({"path"})

    def __init__(self, path: Path) -> None:
        self._path = path

    @classmethod
    def from_settings(cls, settings: ChannelSettings, transport: Transport) -> Self:
        """Build it; needs path. `transport` is for adapters that speak HTTP."""
        del transport
        return cls(settings.folder / settings.required("path"))

    async def send(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Write the notices that the file does not have yet."""
        return [self._write(outgoing) for outgoing in batch]

    async def find(self, attempts: Sequence[Attempted]) -> Sequence[Outcome]:
        """Look into the file for attempts whose answer was lost."""
        keys = self._keys()
        found = (attempt.outgoing.key for attempt in attempts)
        return [Accepted(key) if key in keys else NotSent("not in the file") for key in found]

    async def probe(self) -> Probe:
        """Check that the folder can be written to."""
        writable = os.access(self._path.parent, os.W_OK)
        return Probe(Health.OK if writable else Health.UNREACHABLE, str(self._path))

    async def close(self) -> None:
        """Do nothing: no file stays open."""

    def _write(self, outgoing: Outgoing) -> Outcome:
        if outgoing.key not in self._keys():
            text = " ".join(outgoing.message.text.split())
            try:
                with self._path.open("a", encoding="utf-8") as file:
                    file.write(f"{outgoing.key}\t{text}\n")
            except OSError as error:
                return NotSent(f"cannot write {self._path}: {error.strerror}", retry_after=5)
        return Accepted(outgoing.key)

    def _keys(self) -> set[str]:
        if not self._path.exists():
            return set()
        return {line.partition("\t")[0] for line in self._path.read_text(encoding="utf-8").splitlines()}
