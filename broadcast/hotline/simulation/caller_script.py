"""What a simulated caller does, in order. Who has nothing left to do stays on the line and is silent."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class PressKeys:
    """Press keys: one at each prompt, or all of them where a phone number is asked for."""

    keys: str


@dataclass(frozen=True, slots=True)
class SpeakWords:
    """Say something."""

    words: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeepSilent:
    """Wait for some seconds: after the words of a prompt, while an agent is rung, or in a conversation."""

    seconds: float


@dataclass(frozen=True, slots=True)
class LeaveCall:
    """Hang up."""


CallerAction: TypeAlias = PressKeys | SpeakWords | KeepSilent | LeaveCall


@dataclass(frozen=True, slots=True, kw_only=True)
class CallScript:
    """One caller.

    Attributes:
        caller: The number in E.164; "" if it is withheld.
        language: What is known about the caller's language; "" if nothing is.
        calls: How often the number called within the last hour, this call included.
        actions: What the caller does.
    """

    caller: str = field(default="", repr=False)
    language: str = ""
    calls: int = 1
    actions: tuple[CallerAction, ...] = ()


class ActionsLeft:
    """The part of a script that is still to come."""

    def __init__(self, actions: Iterable[CallerAction]) -> None:
        self._left = deque(actions)

    def take(self) -> CallerAction | None:
        """Return the next action; None at the end of the script."""
        return self._left.popleft() if self._left else None

    def put_back(self, action: CallerAction) -> None:
        """Keep what is left of an action for the next prompt."""
        self._left.appendleft(action)

    def patience(self) -> float | None:
        """Return the seconds until the caller hangs up if nobody asks them anything; None if they do not."""
        waited = 0.0
        for action in self._left:
            match action:
                case KeepSilent(seconds):
                    waited += seconds
                case LeaveCall():
                    return waited
                case _:
                    return None
        return None

    def spend(self, seconds: float) -> None:
        """Let the caller have waited for so long; what was longer than that goes on later."""
        while seconds > 0 and self._left and isinstance(wait := self._left[0], KeepSilent):
            self._left.popleft()
            if wait.seconds > seconds:
                self.put_back(KeepSilent(wait.seconds - seconds))
            seconds -= wait.seconds
