"""What every look-up at a provider shares: what it may conclude from a list of what the provider has.

Two clocks never agree for sure, so nothing is concluded from our clock and the provider's together. How old
a listed message is, is measured by the provider's clock alone: the answer's `Date` less the message's own
time. How long ago the attempt began is measured by ours alone. The two durations are compared, not the
clocks. Ours may have been set in between, so whatever is not much older than the attempt is in doubt.
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
from broadcast.model.outcome import NotSent, Unknown
from broadcast.model.outgoing import Attempted, Outgoing

#: Both times have a precision of a second, and come from two machines of the provider's.
_PRECISION = timedelta(seconds=5)
#: How far a clock that was set may mislead: a day, and some more.
_DOUBT = timedelta(days=2)
_PAGES = 5
_MARK = re.compile(r"\[INC-\d+/\d+\]")
_LINK = re.compile(r"https?://\S+")
_WORD = re.compile(r"\w+")


class Likeness(Enum):
    """What a listed message is, by its content.

    `SAME_KEY` has a reference that is ours alone. `SAME_MARK` is about our notice, or has our very words. Of
    `UNCLEAR` the content does not say what it is.
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
class Page:
    """A part of a list; `following` is where the next part begins, empty after the last one."""

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
        """Whether it was certainly not there before the attempt, if our clock was not set meanwhile."""
        return self._within(one, _PRECISION)

    def doubtful(self, one: Listed) -> bool:
        """Return whether it may not have been there before the attempt."""
        return self.now is None or one.created is None or self._within(one, _DOUBT)

    def _within(self, one: Listed, margin: timedelta) -> bool:
        if self.now is None or one.created is None:
            return False
        return self.now - one.created <= self.elapsed + margin


async def look_through(
    attempt: Attempted,
    ask: Callable[[str], Awaitable[Answer]],
    read: Callable[[Answer], Page | None],
    missing: str,
    *,
    newest_first: bool = True,
) -> Listed | NotSent | Unknown:
    """Read a list until the attempt's message is found or cannot be in the rest of it.

    `ask` takes where a page begins, empty for the first; `read` says None of what is no list. `missing` is
    what to say where it is certainly not there.
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
        if not page.following or (newest_first and not all(ages.doubtful(one) for one in page.listed)):
            return _doubt(listed, ages) or NotSent(missing)
        following = page.following
    return Unknown("look-up failed: too many messages since")


def found_among(
    listed: Sequence[Listed], attempt: Attempted, answer: Reply, missing: str
) -> Listed | NotSent | Unknown:
    """Return the attempt's message in a list that is known to be whole."""
    ages = _Ages(http_date(answer.headers.get("Date", "")), attempt.elapsed)
    return _certain(listed, ages) or _doubt(listed, ages) or NotSent(missing)


def likeness(outgoing: Outgoing, text: str, *, keeps_words: bool) -> Likeness:
    """Return what a listed text is, by its mark.

    Providers put words before a text (trial accounts), shorten links and spell characters anew, so a text
    need not be equal. Where it has no mark any more, or ours has none (texts of other templates), its words
    are compared; a provider that does not keep the words (`keeps_words`) may have anything in their place.
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


def unfound(answer: Answer) -> Unknown:
    """Return the outcome of a look-up that could not be made: it proves nothing."""
    reason = answer.reason if isinstance(answer, NoReply) else f"HTTP {answer.status}"
    return Unknown(f"look-up failed: {reason}")


def _certain(listed: Iterable[Listed], ages: _Ages) -> Listed | None:
    """The message that is certainly ours; a message older than the attempt belongs to another ledger."""
    alike = [one for one in listed if one.likeness is Likeness.SAME_KEY]
    alike += [one for one in listed if one.likeness is Likeness.SAME_MARK and ages.fresh(one)]
    return alike[0] if alike else None


def _doubt(listed: Iterable[Listed], ages: _Ages) -> Unknown | None:
    """Return why the list does not prove that the message is missing."""
    for one in listed:
        if one.likeness is Likeness.SAME_MARK and ages.doubtful(one):
            return Unknown("look-up failed: there is a message with this mark, perhaps an older one")
        if one.likeness is Likeness.UNCLEAR and (ages.now is None or ages.fresh(one)):
            return Unknown("look-up failed: there is a message that may be this one in other words")
    return None


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", _LINK.sub(" ", text)).casefold()
    return _WORD.findall("".join(c for c in plain if not unicodedata.combining(c)))
