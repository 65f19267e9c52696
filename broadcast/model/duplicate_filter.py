"""A Bloom filter for finding duplicates among millions of values in little memory."""

from __future__ import annotations

from collections.abc import Hashable

_BITS = 27  # 16 MB; with few people, only a few pages of it are used
_PLACES = (1 << _BITS) - 1


class DuplicateFilter:
    """A Bloom filter that also remembers which values repeat.

    Each mark sets two bits, so a mark may be taken for another one: about one in a thousand of three
    million. False positives are possible, false negatives are not.
    """

    def __init__(self) -> None:
        self._map = bytearray(1 << (_BITS - 3))
        self._repeated: set[int] = set()

    def count(self, value: Hashable) -> bool:
        """Add a mark; return whether it was added before, or may have been."""
        found = hash(value)
        one, other = found & _PLACES, (found >> 32) & _PLACES
        bits, bit, further = self._map, 1 << (one & 7), 1 << (other & 7)
        if bits[one >> 3] & bit and bits[other >> 3] & further:
            self._repeated.add(found)
            return True
        bits[one >> 3] |= bit
        bits[other >> 3] |= further
        return False

    def repeats(self, value: Hashable) -> bool:
        """Return whether the mark was added more than once, or may have been."""
        return hash(value) in self._repeated

    @property
    def unique(self) -> bool:
        """Whether no mark was added twice."""
        return not self._repeated
