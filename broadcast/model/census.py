"""Which marks come up more than once among very many, in little memory."""

from __future__ import annotations

from collections.abc import Hashable

_BITS = 27  # 16 MB, of which a few people touch only a few pages


class Census:
    """Counts marks without keeping them.

    Each is one bit of a map, so now and then two different marks are taken for one: of three million about
    two in a hundred. A mark that did come up twice is never missed.
    """

    def __init__(self) -> None:
        self._map = bytearray(1 << (_BITS - 3))
        self._repeated: set[int] = set()

    def count(self, mark: Hashable) -> None:
        """Note that a mark came up."""
        place = hash(mark)
        byte, bit = (place >> 3) & ((1 << (_BITS - 3)) - 1), 1 << (place & 7)
        if self._map[byte] & bit:
            self._repeated.add(place & ((1 << _BITS) - 1))
        else:
            self._map[byte] |= bit

    def repeats(self, mark: Hashable) -> bool:
        """Whether the mark came up more than once, or may have."""
        return bool(self._repeated) and hash(mark) & ((1 << _BITS) - 1) in self._repeated

    @property
    def unique(self) -> bool:
        """Whether nothing came up twice."""
        return not self._repeated
