"""Ratings from 1 to 5 in words."""

from __future__ import annotations

from collections.abc import Mapping

WORST, BEST = 1, 5
#: Fewer ratings have no average: one person must not speak for all.
FEWEST = 5


def rated(ratings: Mapping[str, int]) -> str:
    """Return how many ratings there are, each count, and the average of at least five.

    >>> rated({"1": 1, "5": 4})
    '5 ratings, 1 is poor and 5 is very good: 1 x 1, 4 x 5; average 4.2 (n = 5)'
    """
    count = sum(ratings.values())
    each = ", ".join(f"{times} x {rating}" for rating, times in sorted(ratings.items()))
    said = f"{count} {'rating' if count == 1 else 'ratings'}, 1 is poor and 5 is very good: {each}"
    if count < FEWEST:
        return said
    average = sum(int(rating) * times for rating, times in ratings.items()) / count
    return f"{said}; average {average:.1f} (n = {count})"
