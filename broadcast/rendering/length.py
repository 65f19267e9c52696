"""The length of a text in the measure of its channel, and its limits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from broadcast.model.channel import Limit, Measure
from broadcast.rendering.post_length import grapheme_count, weighted_length, wrapped_length

SUBJECT_WISHED = 60  # phones show even less of a subject
SUBJECT_MOST = 150
PAGE_TITLE_MOST = 255
PAGE_BODY_MOST = 25_000
CHAT_MOST = 3_000
SPEECH = "seconds of speech"
SPEECH_WISHED = 25  # seconds; said twice, with the keys between, a call lasts a minute
SPEECH_MOST = 60
HOTLINE_WISHED = 20  # seconds; a caller may hear two incidents and the menu
SPOKEN_WORDS = "spoken words"
SPEECH_WISHED_WORDS = 40
FIELD_WISHED_WORDS = 20  # a driver listens with half an ear
DESK_MOST = 12_000  # Zendesk takes 64 KiB in a comment, of which escaping takes a part
EMAIL_MOST = 100_000  # Gmail cuts a message off at 102 KB
#: The limits of a post if no network is configured.
POST = (Limit(Measure.WEIGHTED, 280),)

_COUNT: Mapping[Measure, Callable[[str], int]] = {
    Measure.WEIGHTED: weighted_length,
    Measure.WRAPPED: wrapped_length,
    Measure.GRAPHEMES: grapheme_count,
    Measure.BYTES: lambda text: len(text.encode()),
}
#: Measures that are named by what they count; the others count in units of their own.
_NOUNS = frozenset({"characters", SPEECH, SPOKEN_WORDS, Measure.GRAPHEMES, Measure.BYTES})


@dataclass(frozen=True, slots=True)
class Length:
    """`units` used of `limit`, in `measure` (`GSM-7`, `UCS-2`, `characters` or a `Measure`); SMS `parts`."""

    measure: str
    units: int
    limit: int
    parts: int = 1

    @property
    def fits(self) -> bool:
        """Whether it is not too long."""
        return self.units <= self.limit

    def __str__(self) -> str:
        parts = f" in {self.parts} parts" if self.parts > 1 else ""
        unit = self.measure if self.measure in _NOUNS else f"{self.measure} units"
        return f"{self.units:,} of {self.limit:,} {unit}{parts}"


def tightest(text: str, limits: Iterable[Limit]) -> Length:
    """Return the length of `text` under the limit that leaves it the least room."""
    lengths = [Length(limit.measure.value, _COUNT[limit.measure](text), limit.most) for limit in limits]
    return closest(lengths)


def closest(lengths: Iterable[Length]) -> Length:
    """Return the length that leaves the least room."""
    return max(lengths, key=lambda length: length.units / length.limit)


def wished_words(audience: str) -> int:
    """Return how many words a spoken text for this audience should have at most."""
    return FIELD_WISHED_WORDS if audience == "field" else SPEECH_WISHED_WORDS
