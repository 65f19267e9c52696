"""What a live call hears next, without the markup of a provider: words to say, and what is done after them.

A document is a sequence of these verbs, done in order. `Ask`, `Dial`, `Record` and `GoOn` name the path of
the next request, because a provider that gets no path asks for the same document again. Nothing after `Dial`,
`GoOn` or `HangUp` is done.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Say:
    """Words in spoken form, plain text, in the language of `locale`."""

    text: str
    locale: str


@dataclass(frozen=True, slots=True)
class Silence:
    """Words pause for some seconds."""

    seconds: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Say `prompts`, and take keys or speech, also during the words.

    Attributes:
        prompts: What is said.
        next: The path that gets the answer.
        locale: The language in which speech is recognised.
        digits: How many keys are taken; 0 takes any number of them, up to `#`.
        speech: Whether speech is taken beside keys.
        seconds: How long to wait after the last word.
        hints: Words that callers are likely to say.
        silence: Whether silence is an answer, too; else the document goes on with its next verb.
    """

    prompts: tuple[Say | Silence, ...]
    next: str
    locale: str
    digits: int = 1
    speech: bool = True
    seconds: int = 5
    hints: tuple[str, ...] = ()
    silence: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """Ring one number and connect the two people once that person has accepted.

    Attributes:
        number: The number to ring, in E.164.
        seconds: How long it rings.
        whisper: The path of what that person hears first; that document connects if it is empty. Without a
            path they are connected at once.
        next: The path of the request after the dialling, whatever came of it. Without a path the document
            goes on with its next verb.
        shown: The number that the person who is rung sees; "" leaves it to the provider.
    """

    number: str = field(repr=False)
    seconds: int
    whisper: str
    next: str
    shown: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Record a message of the caller.

    Attributes:
        next: The path of the request after the recording.
        recorded: The path that is told when the recording can be fetched.
        seconds: The longest recording.
    """

    next: str
    recorded: str
    seconds: int = 120


@dataclass(frozen=True, slots=True)
class GoOn:
    """Ask for the next document at once."""

    next: str


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call."""


Verb: TypeAlias = Say | Silence | Ask | Dial | Record | GoOn | HangUp
CallDocument: TypeAlias = tuple[Verb, ...]
