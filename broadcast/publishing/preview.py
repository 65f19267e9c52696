"""What a person sees before they say yes: who, how, in which words, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from broadcast.model.notice import NoticeKind


@dataclass(frozen=True, slots=True, kw_only=True)
class AudiencePreview:
    """How many people of an audience will be told first over which channel.

    `unreachable` have no way, `suppressed` must not be told.
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
    """Somebody no channel can reach, and why."""

    contact: str
    name: str
    audience: str
    reason: str


@dataclass(frozen=True, slots=True)
class BarredPreview:
    """How many people of an audience have an address that is not used, and why."""

    audience: str
    address: str
    reason: str
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A notice as it would go out. `people` counts persons; `posts` names the channels that publish.

    `live` is whether messages may leave this machine. `cost` is an estimate in US dollars, None if no
    channel has a known price. `affects` is what counts as down by what this notice or an earlier one said.
    The window is that of maintenance, and the former one what was announced before.
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
        """What must be typed to say yes; a drill's can never be mistaken for the real thing's."""
        what = str(self.people) if self.people else "publish"
        return f"drill {what}" if self.drill else what


class PreviewConsent(Protocol):
    """Asks whether to go ahead; raises `Refused` where the answer is no or nobody can be asked."""

    def __call__(self, preview: Preview, /) -> None:
        """Return to go ahead."""
        ...
