"""The preview of a notice: recipients, channels, texts, cost and warnings, before a person says yes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from broadcast.model.notice import NoticeKind


@dataclass(frozen=True, slots=True, kw_only=True)
class AudiencePreview:
    """The people of an audience; `first` counts them by the channel that is tried first.

    `unreachable` people have no channel; `suppressed` ones must not be told.
    """

    name: str
    people: int
    first: tuple[tuple[str, int], ...]
    unreachable: int
    suppressed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPreview:
    """One rendered text: `size` is its length in the channel's own units ("152/160 GSM-7, 1 part").

    `added` are the sentences that its template adds to what was given: neither the commander's words, nor
    state, help or next update.
    """

    audience: str
    locale: str
    kind: str
    subject: str | None
    text: str
    size: str
    recipients: int
    added: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unreachable:
    """A person that no channel can reach, and the reason."""

    contact: str
    name: str
    audience: str
    reason: str


@dataclass(frozen=True, slots=True)
class BarredPreview:
    """The number of people of an audience whose address is not used, and the reason."""

    audience: str
    address: str
    reason: str
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A notice as it would go out. `people` counts persons; `posts` names the channels that publish.

    `live` says whether messages may leave this machine. `cost` is an estimate in US dollars, None if no
    channel has a known price. `affects` are the systems that this notice or an earlier one calls down.
    `window_...` is the announced window of maintenance, `former_...` the one announced before.
    """

    incident: str
    sequence: int
    kind: NoticeKind
    title: str
    drill: bool
    sandbox: bool
    people: int
    posts: tuple[str, ...]
    audiences: tuple[AudiencePreview, ...]
    texts: tuple[TextPreview, ...]
    unreachable: tuple[Unreachable, ...]
    barred: tuple[BarredPreview, ...]
    sms_parts: int
    cost: float | None
    next_update: datetime | None
    warnings: tuple[str, ...]
    live: bool = True
    affects: tuple[str, ...] = ()
    window_starts: datetime | None = None
    window_ends: datetime | None = None
    former_starts: datetime | None = None
    former_ends: datetime | None = None

    @property
    def phrase(self) -> str:
        """The text to type for a yes: the number of people, or `publish`; with `drill` in an exercise."""
        what = str(self.people) if self.people else "publish"
        return f"drill {what}" if self.drill else what


class PreviewConsent(Protocol):
    """Asks for the yes; raises `Refused` if the answer is no or there is no terminal to ask."""

    def __call__(self, preview: Preview, /) -> None:
        """Return if the notice may be sent."""
        ...
