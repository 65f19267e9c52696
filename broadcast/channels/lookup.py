"""The rules of every look-up: what may be concluded from a list of the provider's messages.

Two clocks never agree for sure, so no rule compares our clock with the provider's. The age of a listed
message is measured by the provider's clock alone: the answer's `Date` minus the message's own time. The
age of the attempt is measured by our clock alone. Only these two durations are compared. Our clock may
have been set in between, so a message that is only a little older than the attempt is in doubt.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import Enum

from broadcast.channels.dates import http_date
from broadcast.channels.responses import text_of
from broadcast.channels.transport import Answer, NoReply, Reply
from broadcast.model.channel import Idempotency
from broadcast.model.outcome import NotSent, Outcome, Unknown
from broadcast.model.outgoing import Attempted, Outgoing

#: Both times have a precision of one second, and come from two machines of the provider.
_PRECISION = timedelta(seconds=5)
#: The largest error of a clock that was set: a little more than a day.
_MAY_BE_NEWER = timedelta(days=2)
_PAGES = 5
_LISTING = frozenset({Idempotency.LOOKUP, Idempotency.DEDUPE})
_YEAR_10000 = 253_402_300_800  # Unix seconds; the first moment that Python cannot hold
_MARK = re.compile(r"\[INC-\d+/\d+\]")
_LINK = re.compile(r"https?://\S+")
_WORD = re.compile(r"\w+")


class Likeness(Enum):
    """How a listed message compares with ours, by its content.

    `SAME_KEY` has a reference that is ours alone. `SAME_MARK` is about our notice, or has our exact words.
    For `UNCLEAR` the content does not tell.
    """

    SAME_KEY = "same key"
    SAME_MARK = "same mark"
    UNCLEAR = "unclear"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Listed:
    """One message as the provider lists it; `created` by the provider's clock, None if it does not say."""

    document: Mapping[str, object]
    created: datetime | None
    likeness: Likeness


@dataclass(frozen=True, slots=True)
class ListPage:
    """A part of a list; `following` is the start of the next part, empty after the last one."""

    listed: Sequence[Listed]
    following: str = ""


@dataclass(frozen=True, slots=True)
class _Ages:
    """The ages of listed messages, compared with that of an attempt.

    `now` is the provider's clock, None if the answer has no `Date`: then everything is in doubt.
    """

    now: datetime | None
    elapsed: timedelta

    def fresh(self, one: Listed) -> bool:
        """Return whether the message is certainly newer than the start of the attempt.

        This assumes that our clock was not set meanwhile.
        """
        return self._within(one, _PRECISION)

    def may_be_newer(self, one: Listed) -> bool:
        """Return whether the message may be newer than the start of the attempt."""
        return self.now is None or one.created is None or self._within(one, _MAY_BE_NEWER)

    def _within(self, one: Listed, margin: timedelta) -> bool:
        if self.now is None or one.created is None:
            return False
        return self.now - one.created <= self.elapsed + margin


async def look_through(
    attempt: Attempted,
    ask: Callable[[str], Awaitable[Answer]],
    read: Callable[[Answer], ListPage | None],
    missing: str,
    *,
    newest_first: bool = True,
) -> Listed | NotSent | Unknown:
    """Read a list until the attempt's message is found or cannot be in the rest of it.

    `ask` takes the start of a page, empty for the first; `read` returns None for an answer that is not a
    list. `missing` is the reason if the message is certainly not there.
    """
    listed: list[Listed] = []
    following = ""
    for _ in range(_PAGES):
        answer = await ask(following)
        page = read(answer)
        if page is None or not isinstance(answer, Reply):
            return unfound(answer)
        listed += page.listed
        ages = _Ages(http_date(answer.headers.get("Date", "")), attempt.elapsed)
        if ours := _certain(listed, ages):
            return ours
        if not page.following or (newest_first and not all(ages.may_be_newer(one) for one in page.listed)):
            return _doubt(listed, ages) or NotSent(missing)
        following = page.following
    return Unknown("look-up failed: too many messages since")


def found_among(
    listed: Sequence[Listed], attempt: Attempted, answer: Reply, missing: str
) -> Listed | NotSent | Unknown:
    """Return the attempt's message in a list that is known to be complete."""
    ages = _Ages(http_date(answer.headers.get("Date", "")), attempt.elapsed)
    return _certain(listed, ages) or _doubt(listed, ages) or NotSent(missing)


def believed(found: Outcome, idempotency: Idempotency, delay: float, lookups: int) -> Outcome:
    """Return the outcome of a look-up; unknown if a provider's list does not have the message yet.

    Such a list may lag by more than the look-up delay, and a message that is sent again would arrive twice.
    So the first look that does not find it proves nothing. `lookups` counts the earlier ones.
    """
    lags = idempotency in _LISTING and delay > 0
    return Unknown(f"{found.reason} yet") if lags and not lookups and isinstance(found, NotSent) else found


def likeness(outgoing: Outgoing, text: str, *, keeps_words: bool) -> Likeness:
    """Return how a listed text compares with ours, by its mark.

    Providers add words before a text (trial accounts), shorten links and replace characters, so a text need
    not be equal. If it has lost its mark, or ours has none (texts of other templates), the words are
    compared; a provider that does not keep the words (`keeps_words`) may show anything instead.
    """
    mark, marks = outgoing.headline.mark, _MARK.findall(text)
    if marks:
        return Likeness.SAME_MARK if marks[-1] == mark else Likeness.OTHER
    ours, theirs = _words(outgoing.message.text), _words(text)
    if ours == theirs and mark not in outgoing.message.text:
        return Likeness.SAME_MARK
    shared = len(set(ours) & set(theirs))
    if not keeps_words or 2 * shared >= len(set(ours)):
        return Likeness.UNCLEAR
    return Likeness.OTHER


def moment(document: Mapping[str, object], key: str) -> datetime | None:
    """Return the time under `key`, ISO 8601 or RFC 2822; None if there is none."""
    text = text_of(document, key)
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            found = read(text)
        except (ValueError, OverflowError):
            continue
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return None


def unix_moment(document: Mapping[str, object], key: str) -> datetime | None:
    """Return the time under `key`, whole Unix seconds; None if there is none."""
    seconds = document.get(key)
    if isinstance(seconds, bool) or not isinstance(seconds, int) or not 0 <= seconds < _YEAR_10000:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def unfound(answer: Answer) -> Unknown:
    """Return the outcome of a look-up that could not be made: it proves nothing."""
    reason = answer.reason if isinstance(answer, NoReply) else f"HTTP {answer.status}"
    return Unknown(f"look-up failed: {reason}")


def _certain(listed: Iterable[Listed], ages: _Ages) -> Listed | None:
    """Return the message that is certainly ours; one older than the attempt belongs to another ledger."""
    alike = [one for one in listed if one.likeness is Likeness.SAME_KEY]
    alike += [one for one in listed if one.likeness is Likeness.SAME_MARK and ages.fresh(one)]
    return alike[0] if alike else None


def _doubt(listed: Iterable[Listed], ages: _Ages) -> Unknown | None:
    """Return why the list does not prove that the message is missing."""
    for one in listed:
        if one.likeness is Likeness.SAME_MARK and ages.may_be_newer(one):
            return Unknown("look-up failed: there is a message with this mark, perhaps an older one")
        if one.likeness is Likeness.UNCLEAR and (ages.now is None or ages.fresh(one)):
            return Unknown("look-up failed: there is a message that may be this one in other words")
    return None


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", _LINK.sub(" ", text)).casefold()
    return _WORD.findall("".join(c for c in plain if not unicodedata.combining(c)))
