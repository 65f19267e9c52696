"""What happened in a call: what was heard, which documents came, what Twilio's log would say, and the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Ending(StrEnum):
    """Why a call ended."""

    HUNG_UP_BY_US = "a Hangup"
    NO_MORE_VERBS = "the document had no more verbs"
    HUNG_UP_BY_CALLER = "the caller hung up"
    REJECTED = "rejected before it was answered"
    APPLICATION_ERROR = "an application error has occurred"
    LONGEST = "it went on for hours or without end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Something that a person heard.

    Attributes:
        at: seconds since the beginning of the call.
        who: `caller`, or the number of the phone that was dialled.
        kind: say, play, pause, ringing, silence, beep, talk, error.
        language: of a Say, None if it has none: Twilio reads it in English then.
        whole: False if the person interrupted it.
        url: the document in which it stands.
    """

    at: float
    who: str
    kind: str
    text: str = ""
    language: str | None = None
    voice: str | None = None
    seconds: float = 0.0
    whole: bool = True
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request of the platform and our answer; `took` is in real seconds."""

    at: float
    who: str
    method: str
    url: str
    form: Mapping[str, str]
    headers: Mapping[str, str]
    status: int
    body: bytes
    content_type: str
    took: float
    is_callback: bool = False

    @property
    def text(self) -> str:
        """The answer as text."""
        return self.body.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """What Twilio's log would show; `code` is 0 for what Twilio does without a word."""

    at: float
    code: int
    is_error: bool
    text: str
    url: str = ""

    def __str__(self) -> str:
        return f"{self.code or 'note'} {self.text} ({self.url})"


@dataclass(frozen=True, slots=True)
class Bridge:
    """The caller was connected with the phone of this number."""

    at: float
    number: str
    seconds: float
    is_mailbox: bool


@dataclass(frozen=True, slots=True)
class Recorded:
    """The caller left a message."""

    at: float
    sid: str
    seconds: float
    text: str


@dataclass(frozen=True, slots=True)
class Step:
    """A verb that ran for the caller; `document` is the one in which it stands, as it came."""

    at: float
    verb: str
    url: str
    document: str


@dataclass
class Transcript:
    """A whole call; `acted` is when the input of each Gather was over, silence too."""

    sid: str
    caller: str
    heard: list[Heard] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    notifications: list[Notification] = field(default_factory=list)
    bridges: list[Bridge] = field(default_factory=list)
    recordings: list[Recorded] = field(default_factory=list)
    dialled: list[str] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    acted: list[float] = field(default_factory=list)
    queued: int = 0
    ending: Ending | None = None
    seconds: float = 0.0

    @property
    def errors(self) -> list[Notification]:
        """What went wrong by Twilio's log."""
        return [one for one in self.notifications if one.is_error]

    @property
    def warnings(self) -> list[Notification]:
        """What Twilio's log warns of."""
        return [one for one in self.notifications if one.code and not one.is_error]

    @property
    def notes(self) -> list[Notification]:
        """What Twilio does without a word, and what people seldom want."""
        return [one for one in self.notifications if not one.code]

    @property
    def documents(self) -> list[Exchange]:
        """The documents in order, without the callbacks."""
        return [one for one in self.exchanges if not one.is_callback]

    @property
    def callbacks(self) -> list[Exchange]:
        """Requests whose answer controls nothing."""
        return [one for one in self.exchanges if one.is_callback]

    def said(self, who: str = "caller") -> str:
        """Return everything that a voice said to a person, one text in each line."""
        return "\n".join(one.text for one in self.heard if one.kind == "say" and one.who == who)

    def languages(self, who: str = "caller") -> list[str | None]:
        """Return the languages in which a voice spoke, each once."""
        found = [one.language for one in self.heard if one.kind == "say" and one.who == who]
        return list(dict.fromkeys(found))

    @property
    def first_word_after(self) -> float | None:
        """Seconds until the caller heard the first word; None if there was none."""
        return next((one.at for one in self.heard if one.kind == "say" and one.who == "caller"), None)

    @property
    def reached_somebody(self) -> bool:
        """Whether the caller talked to a person or left a message."""
        return any(not bridge.is_mailbox for bridge in self.bridges) or bool(self.recordings)

    def __str__(self) -> str:
        lines = [
            *((one.at, f"{one.who} <- {one.kind} {one.language or ''} {one.text}") for one in self.heard),
            *((one.at, f"  {one.method} {one.url} {one.status}") for one in self.exchanges),
            *((one.at, f"  !! {one}") for one in self.notifications),
            *((one.at, f"  ** talks to {one.number} for {one.seconds:.0f} s") for one in self.bridges),
        ]
        told = [f"{at:7.1f} {line}" for at, line in sorted(lines, key=lambda line: line[0])]
        return "\n".join([f"call {self.sid} from {self.caller}", *told, f"{self.seconds:7.1f} {self.ending}"])
