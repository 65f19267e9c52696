"""Which marks come up more than once among very many, in little memory."""

from __future__ import annotations

from collections.abc import Hashable

_BITS = 27  # 16 MB, of which a few people touch only a few pages
_PLACES = (1 << _BITS) - 1


class DuplicateFilter:
    """Counts marks without keeping them.

    Each is two bits of a map, so now and then one is taken for another that was there before: of three
    million about one in a thousand. A mark that did come up twice is never missed.
    """

    def __init__(self) -> None:
        self._map = bytearray(1 << (_BITS - 3))
        self._repeated: set[int] = set()

    def count(self, mark: Hashable) -> bool:
        """Note that a mark came up; whether it came up before, or may have."""
        found = hash(mark)
        one, other = found & _PLACES, (found >> 32) & _PLACES
        bits, bit, further = self._map, 1 << (one & 7), 1 << (other & 7)
        if bits[one >> 3] & bit and bits[other >> 3] & further:
            self._repeated.add(found)
            return True
        bits[one >> 3] |= bit
        bits[other >> 3] |= further
        return False

    def repeats(self, mark: Hashable) -> bool:
        """Return whether the mark came up more than once, or may have."""
        return hash(mark) in self._repeated

    @property
    def unique(self) -> bool:
        """Whether nothing came up twice."""
        return not self._repeated
