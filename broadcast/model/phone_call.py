"""A live call as its provider reports it, request by request."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class DialResult(StrEnum):
    """What came of ringing a number. `COMPLETED` also means that a mailbox answered: it proves nothing."""

    COMPLETED = "completed"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    FAILED = "failed"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRequest:
    """One request of a provider about a live call; its signature was right.

    Attributes:
        call: The provider's id of the call; of the leg that it is about, if an agent is rung.
        parent: The id of the caller's leg, if this is the leg of an agent; else "".
        caller: The caller's number in E.164; "" if it is withheld.
        called: The number that was called, in E.164.
        digits: The keys that were pressed since the last document.
        speech: What was said, as the provider's recognition wrote it.
        dialled: What came of ringing; None if nothing was rung.
        recording: The provider's address of a recording.
        recorded_seconds: How long the recording is.
        ended: Whether the call is over.
    """

    call: str
    parent: str = ""
    caller: str = field(default="", repr=False)
    called: str = ""
    digits: str = ""
    speech: str = field(default="", repr=False)
    dialled: DialResult | None = None
    recording: str = field(default="", repr=False)
    recorded_seconds: int = 0
    ended: bool = False
