"""Times, durations and lists, as readers of one language write them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from broadcast.rendering.words import Words

_ELLIPSIS = "..."  # not U+2026: that one costs an SMS half its length and X a character


def clock_time(moment: datetime) -> str:
    """`13:40`."""
    return f"{moment:%H:%M}"


def day(moment: datetime, words: Words) -> str:
    """`So 16.11.` or `Sun 16 Nov`."""
    return words.date.format(
        weekday=words.weekdays[moment.weekday()],
        day=moment.day,
        month=moment.month,
        month_name=words.months[moment.month - 1],
    )


def time_of(moment: datetime, as_of: datetime, words: Words) -> str:
    """`13:40`, and the day before it where that is not the day of `as_of`."""
    if moment.date() == as_of.date():
        return clock_time(moment)
    return f"{day(moment, words)} {clock_time(moment)}"


def zone(moment: datetime, words: Words) -> str:
    """The zone's customary short name: `MEZ`, `CET`, `UTC`."""
    name = moment.tzname() or ""
    return dict(words.zones).get(name, name)


def duration(span: timedelta, words: Words) -> str:
    """`42 Minuten`, `1 hour 5 minutes`; at most two units, and never a false precision of seconds."""
    minutes = max(0, round(span.total_seconds() / 60))
    amounts = (minutes // 1440, minutes % 1440 // 60, minutes % 60)
    spoken = [
        f"{amount} {unit[0] if amount == 1 else unit[1]}"
        for amount, unit in zip(amounts, words.units, strict=True)
        if amount
    ]
    return " ".join(spoken[:2]) or words.instant


def listed(items: Sequence[str], words: Words) -> str:
    """`Chat, Telefon und E-Mail`."""
    *others, last = items or ("",)
    return f"{', '.join(others)} {words.conjunction} {last}" if others else last


def dialled(number: str) -> str:
    """What a telephone is given of a number written for people."""
    return re.sub(r"[^0-9+*#]", "", number)


def sentence(text: str) -> str:
    """`text` with a full stop where it ends without any mark."""
    return text if not text or text.rstrip('"“”)').endswith((".", "!", "?", ":", "…")) else f"{text}."


def shortened(text: str, limit: int | None) -> str:
    """`text` cut at a word to at most `limit` characters, `...` included."""
    if limit is None or len(text) <= limit:
        return text
    room = text[: max(1, limit - len(_ELLIPSIS) + 1)]
    whole_words = room.rpartition(" ")[0] if " " in room else room[: limit - len(_ELLIPSIS)]
    return whole_words.rstrip(" ,;:.-") + _ELLIPSIS
