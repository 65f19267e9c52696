"""What is expected of a simulated call, and what of it did not hold. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from broadcast.hotline.simulation.call_transcript import CallEnding, CallTranscript


@dataclass(frozen=True, slots=True, kw_only=True)
class CallExpectation:
    """What must hold of a call; what is None or empty is not looked at.

    Attributes:
        hears: Words that the caller hears, whatever their case.
        not_hears: Words that they do not hear.
        ends_in: Where the caller gets to.
        sms: Whether an SMS is sent.
        steps_at_most: How many documents the caller may hear.
    """

    hears: tuple[str, ...] = ()
    not_hears: tuple[str, ...] = ()
    ends_in: CallEnding | None = None
    sms: bool | None = None
    steps_at_most: int | None = None

    def failures(self, call: CallTranscript) -> tuple[str, ...]:
        """Return what did not hold, in words; no caller may be left with a mailbox, whatever is expected."""
        return tuple(self._failures(call))

    def _failures(self, call: CallTranscript) -> Iterator[str]:
        if call.swallowed:
            yield "is connected to a phone on which nobody pressed 1"
        heard = _plain(call.heard)
        yield from (f'does not hear "{words}"' for words in self.hears if _plain(words) not in heard)
        yield from (f'hears "{words}"' for words in self.not_hears if _plain(words) in heard)
        if self.ends_in is not None and call.ending is not self.ends_in:
            yield f"ends in {call.ending}, not in {self.ends_in}"
        if self.sms is not None and call.texted is not self.sms:
            yield "an SMS is sent" if call.texted else "no SMS is sent"
        if self.steps_at_most is not None and call.steps > self.steps_at_most:
            yield f"takes {call.steps} steps, not {self.steps_at_most} at most"


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
