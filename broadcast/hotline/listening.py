"""How an input is understood: keys by the step that they answer, words by the rules of the language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from broadcast.hotline.call_turn import CallTurn
from broadcast.hotline.effects import Effect, Heard
from broadcast.hotline.frustration import HAND_OVER, frustration_of
from broadcast.hotline.intent import LONGEST_SPEECH, Intent, intent_of, key_of, plain_words

#: Keys that mean the same at every prompt.
EVERYWHERE = {"0": Intent.HUMAN, "*": Intent.LANGUAGE}
MENU_KEYS = {
    **EVERYWHERE,
    "1": Intent.REPEAT,
    "2": Intent.LINK,
    "3": Intent.CALL_BACK,
    "9": Intent.STOP,
}
#: Keys at a question for a confirmation; 2 chooses another number.
CONFIRM_KEYS = {**EVERYWHERE, "1": Intent.YES, "2": Intent.NO}
#: Fewer words than these are hardly a question.
_WORDS_OF_A_QUESTION = 3


@dataclass(frozen=True, slots=True)
class CallInput:
    """One input. `speech` is cut to a length that one can read."""

    intent: Intent
    pressed: str = ""
    speech: str = field(default="", repr=False)
    frustration: int = 0

    @property
    def silent(self) -> bool:
        """Whether there was no input."""
        return self.intent is Intent.NONE

    @property
    def fed_up(self) -> bool:
        """Whether a person should take over."""
        return self.frustration >= HAND_OVER

    @property
    def question(self) -> bool:
        """Whether the words may be a question that no rule answers."""
        return self.intent is Intent.OTHER and len(plain_words(self.speech).split()) >= _WORDS_OF_A_QUESTION

    @property
    def effects(self) -> tuple[Effect, ...]:
        """The record of this input; none of silence."""
        if self.silent:
            return ()
        heard = Heard(
            pressed=self.pressed, said=self.speech, intent=self.intent.value, frustration=self.frustration
        )
        return (heard,)


def listen(turn: CallTurn, keys: Mapping[str, Intent], *, typed: bool = False) -> CallInput:
    """Return what the caller wants. A key counts more than words; of several keys the first one counts.

    Who says a number means its key.

    With `typed` a phone number was asked for: the record of the input does not show the keys.
    """
    request, locale = turn.event.request, turn.state.locale
    if request.digits:
        intent = keys.get(request.digits if typed else request.digits[0], Intent.OTHER)
        return CallInput(intent, "" if typed else request.digits[0])
    said = request.speech.strip()
    speech = said[:LONGEST_SPEECH]
    key = "" if typed else key_of(said, locale)
    if key:
        return CallInput(keys.get(key, Intent.OTHER), key, speech)
    return CallInput(intent_of(said, locale), "", speech, frustration_of(said, locale))


def prepare(locale: str) -> None:
    """Make ready what understands a language: that takes a while, and the first caller should not wait."""
    intent_of("x", locale)
    frustration_of("x", locale)
