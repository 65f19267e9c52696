"""Which deliveries share a request."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import TypeVar

T = TypeVar("T")


def batches(items: Sequence[T], size: int, text: Callable[[T], object]) -> Iterator[Sequence[T]]:
    """Neighbours with the same text, at most `size` of them."""
    if size == 1:
        yield from ([item] for item in items)
        return
    for _, same in groupby(items, key=text):
        group = list(same)
        yield from (group[start : start + size] for start in range(0, len(group), size))
