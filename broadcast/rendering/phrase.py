"""Times, durations and lists, as readers of one language write them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache

from broadcast.localisation.phrase_book import Phrases
from broadcast.model.moments import elapsed, repeated
from broadcast.rendering.post_length import graphemes
from broadcast.rendering.words import every_language

_WORD = re.compile(r"\S+")
# A full stop after a number or one letter may be a date or an abbreviation: "am 16. November", "z. B.".
_SENTENCE_END = re.compile(r"(?<!\d)(?<!\b\w)[.!?…]+[\"“”»)']*(?=\s+(?:[^\sa-zäöü]|https?://)|\s*$)|\n\s*\n")
_LINK = re.compile(r"https?://|mailto:|www\.|\w@\w|\w\.[a-z]{2}", re.IGNORECASE)
_PAIR = 2
_QUOTATION = re.compile(r"[\"„“”]([^\"„“”\n]+)[\"“”]")
_SINGLE = {("„", "“"): ("\u201a", "\u2018"), ("“", "”"): ("\u2018", "\u2019")}
_ADDRESS_FIRST = re.compile(r"https?://|mailto:|www\.|\S*\w@\w", re.IGNORECASE)
_NIGHT = timedelta(hours=24)
_ELLIPSIS = "..."  # not U+2026: that one costs an SMS half its length and X a character


def clock_time(moment: datetime) -> str:
    """Return `13:40`."""
    return f"{moment:%H:%M}"


def clock(moment: datetime, as_of: datetime, words: Phrases) -> str:
    """Return `13:40`; with its zone in the night of a change of clocks: `02:30 (MESZ)`."""
    shown = clock_time(moment)
    changed = moment.utcoffset() != as_of.utcoffset() and abs(elapsed(as_of, moment)) < _NIGHT
    return f"{shown} ({zone(moment, words)})" if changed or repeated(moment) else shown


def day(moment: datetime, words: Phrases) -> str:
    """Return `So 16.11.` or `Sun 16 Nov`."""
    return words.date("day", moment)


def time_of(moment: datetime, as_of: datetime, words: Phrases) -> str:
    """Return the clock time, with its day if that is not the day of `as_of`.

    Midnight becomes a minute later, because `00:00` does not say which night is meant.
    """
    moment = _after_midnight(moment)
    return _dated(moment, as_of, words, clock(moment, as_of, words))


def hour(moment: datetime, as_of: datetime, words: Phrases, *, short: bool) -> str:
    """Return `13:40 Uhr`; `02:30 Uhr (MESZ)` in the night of a change of clocks; `13:40` in a short text."""
    shown = clock(moment, as_of, words)
    time, separator, named = shown.partition(" ")
    return f"{time}{'' if short else words('times.hour')}{separator}{named}"


def since(moment: datetime, as_of: datetime, words: Phrases, *, short: bool) -> str:
    """Return `seit 13:40 Uhr`, `seit Sa, 15.11., 20:30 Uhr`; `since Sat 15 Nov, 20:30`."""
    moment = _after_midnight(moment)
    return words("times.since", time=_dated(moment, as_of, words, hour(moment, as_of, words, short=short)))


def at(moment: datetime, as_of: datetime, words: Phrases, *, short: bool) -> str:
    """Return `um 14:35 Uhr`, `am Mo, 17.11., um 08:00 Uhr`; `on Mon 17 Nov at 08:00`."""
    moment = _after_midnight(moment)
    pattern = "times.at_today" if moment.date() == as_of.date() else "times.at_day"
    return words(pattern, clock=hour(moment, as_of, words, short=short), day=day(moment, words))


def of(moment: datetime, noun: str, as_of: datetime, words: Phrases, *, short: bool) -> str:
    """Return `Meldung von 13:40 Uhr`, `Meldung vom Sa, 15.11., 23:30 Uhr`; `our 13:40 message`."""
    pattern = "times.of_today" if moment.date() == as_of.date() else "times.of_day"
    return words(pattern, noun=noun, clock=hour(moment, as_of, words, short=short), day=day(moment, words))


def until(moment: datetime, as_of: datetime, words: Phrases, *, short: bool, about: str = "") -> str:
    """Return `bis 23:30 Uhr`, `bis Mo, 17.11., 02:00 Uhr`; midnight is 23:59 of the day before."""
    moment = _before_midnight(moment)
    shown = _dated(moment, as_of, words, hour(moment, as_of, words, short=short))
    return words("times.until", time=f"{about} {shown}" if about else shown)


def span(start: datetime, end: datetime, as_of: datetime, words: Phrases, *, short: bool, dated: bool) -> str:
    """Return `13:40 bis 14:22 Uhr`, in a short text `13:40-14:22`; the day of the text only if `dated`."""
    start, end = _after_midnight(start), _before_midnight(end)
    opens = clock(start, as_of, words)
    closes = hour(end, as_of, words, short=short)
    if dated or start.date() != as_of.date():
        opens = f"{day(start, words)}, {opens}"
    if end.date() == start.date():
        return f"{opens}-{closes}" if short else words("times.span", start=opens, end=closes)
    opens = opens if opens.startswith(day(start, words)) else f"{day(start, words)}, {opens}"
    return words("times.span", start=opens, end=f"{day(end, words)}, {closes}")


def stamp(moment: datetime, words: Phrases) -> str:
    """Return `So, 16.11., 14:05 Uhr (MEZ)`."""
    return f"{day(moment, words)}, {clock_time(moment)}{words('times.hour')} ({zone(moment, words)})"


def _dated(moment: datetime, as_of: datetime, words: Phrases, shown: str) -> str:
    return shown if moment.date() == as_of.date() else f"{day(moment, words)}, {shown}"


def _after_midnight(moment: datetime) -> datetime:
    """Return one minute past midnight for midnight, because `00:00` does not say which night is meant."""
    return moment + timedelta(minutes=1) if (moment.hour, moment.minute) == (0, 0) else moment


def _before_midnight(moment: datetime) -> datetime:
    """Return one minute before midnight for midnight, on the day that ends then."""
    return moment - timedelta(minutes=1) if (moment.hour, moment.minute) == (0, 0) else moment


def shown_as(moment: datetime) -> tuple[datetime, ...]:
    """Return every moment that a text may show for this one: for midnight, also the minutes beside it."""
    return tuple(dict.fromkeys((moment, _after_midnight(moment), _before_midnight(moment))))


def initial(text: str) -> str:
    """Return `text` with a capital at its beginning; an address stays as it is."""
    return text if _ADDRESS_FIRST.match(text) else text[:1].upper() + text[1:]


def zone(moment: datetime, words: Phrases) -> str:
    """Return the zone's customary short name: `MEZ`, `CET`, `UTC`, `UTC+3`."""
    return words.language.zone(moment)


def duration(span: timedelta, words: Phrases) -> str:
    """Return `42 Minuten`, `1 hour 5 minutes`; at most two units, and no false precision of seconds."""
    minutes = max(0, round(span.total_seconds() / 60))
    amounts = {"day": minutes // 1440, "hour": minutes % 1440 // 60, "minute": minutes % 60}
    spoken = [words.counted(f"units.{unit}", amount) for unit, amount in amounts.items() if amount]
    return " ".join(spoken[:2]) or words("instant")


def listed(items: Sequence[str], words: Phrases) -> str:
    """Return `Chat, Telefon und E-Mail`."""
    *others, last = items or ("",)
    return f"{', '.join(others)} {words('conjunction')} {last}" if others else last


def enumerated(items: Sequence[str], words: Phrases, most: int | None = None) -> str:
    """Return `Online-Shop, Kundenkonto, Bestellungen`; after `most` names, `... und 2 weitere`."""
    if most is None or len(items) <= most:
        return ", ".join(items)
    kept = items[: most - 1]
    return f"{', '.join(kept)} {words('further', count=len(items) - len(kept))}"


def fewest(items: Sequence[str], words: Phrases, limit: int | None) -> str:
    """Return the first name, cut to the limit, and the number of others: `Bestell... und 2 weitere`."""
    if limit is None or len(items) <= _PAIR:
        return shortened_name(", ".join(items), limit)
    rest = words("further", count=len(items) - 1)
    return f"{shortened_name(items[0], max(1, limit - len(rest) - 1))} {rest}"


def whole_sentences(text: str, limit: int | None) -> str:
    """Return the first sentences of `text` within `limit` characters, but at least the first one.

    A sentence is never cut: "Do not order twice" must not become "Do not order".
    """
    if limit is None or len(text) <= limit:
        return text
    ends = [match.end() for match in _SENTENCE_END.finditer(text)] or [len(text)]
    fitting = [end for end in ends if end <= limit]
    return text[: fitting[-1] if fitting else ends[0]].rstrip()


def dialled(number: str) -> str:
    """Return the digits to dial of a number written for people; the zero of `+49 (0)30` is left out."""
    number = re.sub(r"\(0\)", "", number) if number.lstrip().startswith("+") else number
    return re.sub(r"[^0-9+*#]", "", number)


def quoted(text: str, quotes: tuple[str, str]) -> str:
    """Return `text` in these quotation marks; a quotation inside it gets single ones."""
    opens, closes = quotes
    first, last = _SINGLE.get(quotes, ("'", "'"))
    inside = _QUOTATION.sub(rf"{first}\1{last}", text)
    return f"{opens}{inside}{closes}"


def sentence(text: str) -> str:
    """Return `text` with a full stop if it ends without a mark; not after a link, which it would break."""
    if not text or text.rstrip('"“”)').endswith((".", "!", "?", ":", "…")):
        return text
    return text if _LINK.search(text.rsplit(maxsplit=1)[-1]) else f"{text}."


def shortened(text: str, limit: int | None) -> str:
    """Return `text` cut between two words to at most `limit` characters with `...`; "" if nothing fits.

    A link, a date, or a number with its noun is kept whole or left out: half a link is broken, and `10` is
    another number than `10 000`.
    """
    if limit is None or len(text) <= limit:
        return text
    kept = ""
    for end, ellipsis in _cuts(text):
        if end + len(ellipsis) > limit:
            break
        kept = text[:end].rstrip(" ,;:.-") + ellipsis if ellipsis == _ELLIPSIS else text[:end] + ellipsis
    return kept or _cut_in_a_word(text, limit)


def shortened_name(text: str, limit: int | None) -> str:
    """Return the same for a name, which must not vanish: its first word stays, however long it is."""
    end, ellipsis = next(_cuts(text), (len(text), ""))
    return shortened(text, limit) or text[:end] + ellipsis


def _cuts(text: str) -> Iterator[tuple[int, str]]:
    """Yield where `text` may end, and with which mark; never between a number and the next word."""
    for word in _WORD.finditer(text):
        if word.end() == len(text):
            return
        if _LINK.search(word[0]):
            yield word.end(), f" {_ELLIPSIS}"
        elif not _counts(word[0]) and word[0].casefold() not in _joining():
            yield word.end(), _ELLIPSIS


@cache
def _joining() -> frozenset[str]:
    return frozenset(("&", *(word for words in every_language() for word in words.listed("written.joining"))))


def _cut_in_a_word(text: str, limit: int) -> str:
    """Return a word cut to the limit, for languages without spaces and for very long words."""
    word = "".join(text.split(maxsplit=1)[:1])
    if _counts(word) or _LINK.search(word):
        return ""
    kept = ""
    for character in graphemes(word[:limit]):
        if len(kept) + len(character) > limit - len(_ELLIPSIS):
            break
        kept += character
    return kept and kept + _ELLIPSIS


def _counts(word: str) -> bool:
    return any(character.isdigit() for character in word)
