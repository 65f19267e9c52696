"""A disk that forgets: what may be left of files when the power goes. Pure.

Content is durable up to the last sync of its file, a name up to the last sync of its folder. Of what was
written later, any part may be there, in pages that came in any order; where `torn`, in sectors of 512 bytes.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

_SECTOR = 512


@dataclass(frozen=True)
class Written:
    """Bytes that were written at a place, or the file cut there where there are none (`data` None)."""

    at: int
    data: bytes | None


@dataclass
class Content:
    """One file's bytes, whatever its name."""

    durable: bytearray = field(default_factory=bytearray)
    pending: list[Written] = field(default_factory=list)

    def sync(self) -> None:
        _apply(self.durable, self.pending)
        self.pending.clear()

    def left(self, chance: random.Random | None, *, torn: bool) -> bytes:
        content = bytearray(self.durable)
        if chance is not None:
            kept = chance.random()
            parts = [part for one in self.pending for part in (_sectors(one) if torn else [one])]
            _apply(content, [part for part in parts if chance.random() < kept])
        return bytes(content)


@dataclass
class Disk:
    """One folder. Names that were given or taken away since it was synced are `renamed`."""

    names: dict[str, Content] = field(default_factory=dict)
    durable: dict[str, Content] = field(default_factory=dict)
    renamed: list[tuple[str, Content | None]] = field(default_factory=list)

    def create(self, name: str) -> None:
        if name not in self.names:
            self._name(name, Content())

    def link(self, name: str, other: str) -> None:
        self._name(other, self.names[name])

    def rename(self, name: str, other: str) -> None:
        self.link(name, other)
        self.unlink(name)

    def unlink(self, name: str) -> None:
        if name in self.names:
            del self.names[name]
            self.renamed.append((name, None))

    def write(self, name: str, at: int, data: bytes) -> None:
        self.names[name].pending.append(Written(at, data))

    def cut(self, name: str, at: int) -> None:
        self.names[name].pending.append(Written(at, None))

    def sync(self, name: str) -> None:
        self.names[name].sync()

    def sync_folder(self) -> None:
        self.durable = dict(self.names)
        self.renamed.clear()

    def after_power_cut(self, chance: random.Random | None = None, *, torn: bool = False) -> dict[str, bytes]:
        """What is found on the disk; without `chance`, no more than what had to be there."""
        names = dict(self.durable)
        for name, content in self.renamed:
            if chance is None or chance.random() < 0.5:
                continue
            if content is None:
                names.pop(name, None)
            else:
                names[name] = content
        return {name: content.left(chance, torn=torn) for name, content in names.items()}

    def _name(self, name: str, content: Content) -> None:
        self.names[name] = content
        self.renamed.append((name, content))


def _apply(content: bytearray, written: list[Written]) -> None:
    for one in written:
        if one.data is None:
            del content[one.at :]
            content.extend(bytes(one.at - len(content)))
        else:
            content.extend(bytes(max(0, one.at + len(one.data) - len(content))))
            content[one.at : one.at + len(one.data)] = one.data


def _sectors(one: Written) -> Iterator[Written]:
    if one.data is None:
        yield one
        return
    start = 0
    while start < len(one.data):
        size = _SECTOR - (one.at + start) % _SECTOR
        yield Written(one.at + start, one.data[start : start + size])
        start += size
