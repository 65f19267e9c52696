"""People on the phone: what a caller does, and what happens at the numbers that are dialled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

#: What Twilio sends as `From` if the caller withholds the number
#: (https://www.twilio.com/docs/glossary/what-is-caller-id, "+266696687" spells ANONYMOUS; not verified).
WITHHELD = "+266696687"
WORDS_PER_SECOND = 2.5  # in which people and voices speak
REACTION = 1.0  # seconds after a prompt in which people act
BETWEEN_KEYS = 0.3  # seconds


@dataclass(frozen=True, slots=True)
class Press:
    """Press keys one after the other, `after` so many seconds of the prompt; None waits for its end."""

    keys: str
    after: float | None = None


@dataclass(frozen=True, slots=True)
class Speak:
    """Say something, as speech-to-text understands it; `after` as for keys."""

    text: str
    confidence: float = 0.9
    after: float | None = None


@dataclass(frozen=True, slots=True)
class Silence:
    """Let one prompt pass without a word."""


@dataclass(frozen=True, slots=True)
class HangUp:
    """Hang up so many seconds after what was done last."""

    after: float = 0.0


Action = Press | Speak | Silence | HangUp


def seconds_to_say(text: str) -> float:
    """Return how long it takes to say a text."""
    return max(0.4, len(text.split()) / WORDS_PER_SECOND)


@dataclass
class Script:
    """What a person still does; a person without actions is silent."""

    actions: list[Action]

    @property
    def next(self) -> Action:
        """What is done next."""
        return self.actions[0] if self.actions else Silence()

    def take(self) -> Action:
        """Return what is done now; it is not done again."""
        return self.actions.pop(0) if self.actions else Silence()


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """What happens when a number is dialled.

    `status` is `completed` if somebody or something answers, else what Twilio reports (`busy`, `no-answer`,
    `failed`), `after` so many seconds. `script` is what is done while the whisper is heard, and `talks` how
    many seconds the person then talks before they hang up.
    """

    status: str = "completed"
    after: float = 4.0
    script: tuple[Action, ...] = ()
    talks: float = 60.0
    is_mailbox: bool = False


def agent(*script: Action, after: float = 4.0, talks: float = 60.0) -> Phone:
    """Return the phone of a colleague; without a script they press 1 when they have heard the whisper."""
    return Phone(after=after, script=script or (Press("1"),), talks=talks)


def mailbox(greeting: str = "", after: float = 20.0) -> Phone:
    """Return a phone whose mailbox answers; its greeting is speech, which a Gather may understand."""
    said = (Speak(greeting, after=0.5),) * 20 if greeting else ()
    return Phone(after=after, script=said, talks=120.0, is_mailbox=True)


BUSY = Phone(status="busy", after=2.0)
NO_ANSWER = Phone(status="no-answer", after=float("inf"))
UNREACHABLE = Phone(status="failed", after=1.0)


@dataclass
class PhoneBook:
    """The phones by number; several in a list are what happens the first time, the second time, and so on."""

    phones: dict[str, Phone | Sequence[Phone]] = field(default_factory=dict)
    _dialled: dict[str, int] = field(default_factory=dict)

    def dial(self, number: str) -> Phone | None:
        """Return what happens at this number this time; None if nobody has it."""
        found = self.phones.get(number)
        if found is None or isinstance(found, Phone):
            return found
        turn = self._dialled.get(number, 0)
        self._dialled[number] = turn + 1
        return found[min(turn, len(found) - 1)]
