"""One request of a call, with the words and states that answers are made from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from broadcast.hotline.call_state import CallState, Step
from broadcast.hotline.caller import Caller
from broadcast.hotline.event import CallEvent
from broadcast.hotline.intent import hints_for
from broadcast.hotline.snapshot import Snapshot
from broadcast.localisation.phrase_book import Phrases
from broadcast.model.call_document import Ask, Say, Silence

#: How long callers may think before silence counts as an answer.
SECONDS_TO_ANSWER = 5
#: How long callers may take for each pause in a phone number.
SECONDS_TO_TYPE = 8


@dataclass(frozen=True, slots=True)
class CallTurn:
    """A request with everything that is known; its methods write the parts of the answer."""

    state: CallState
    event: CallEvent
    snapshot: Snapshot

    @property
    def prompts(self) -> Phrases:
        """The words of the hotline in the caller's language."""
        return self.snapshot.prompts[self.state.locale]

    @property
    def caller(self) -> Caller:
        """Who calls."""
        return self.event.caller

    def say(self, name: str, /, **values: object) -> Say:
        """Return a prompt."""
        return Say(self.prompts(name, **values), self.state.locale)

    def counted(self, name: str, count: int, /, **values: object) -> Say:
        """Return a prompt in the form that belongs to the number."""
        return Say(self.prompts.counted(name, count, **values), self.state.locale)

    def to(self, step: Step, **changes: Any) -> CallState:
        """Return the state that this answer leads to."""
        return replace(self.state, step=step, number=self.state.number + 1, **changes)

    def ask(self, state: CallState, *prompts: Say | Silence, silence: bool = True) -> Ask:
        """Return a question for one key or a few words; its answer goes to the path of `state`."""
        return Ask(
            prompts=prompts,
            next=state.path,
            locale=state.locale,
            seconds=SECONDS_TO_ANSWER,
            hints=hints_for(state.locale),
            silence=silence,
        )

    def ask_key(self, state: CallState, *prompts: Say | Silence) -> Ask:
        """Return a question for one key to a person whom we dialled.

        Words are not heard: the greeting of a mailbox would go on as an answer for as long as it speaks.
        """
        return replace(self.ask(state, *prompts, silence=False), speech=False, hints=())

    def ask_number(self, state: CallState, *prompts: Say | Silence) -> Ask:
        """Return a question for a phone number, which ends with `#`."""
        return Ask(prompts=prompts, next=state.path, locale=state.locale, digits=0, seconds=SECONDS_TO_TYPE)

    def with_state(self, **changes: Any) -> CallTurn:
        """Return the turn with another state, as if its path had named that."""
        return replace(self, state=replace(self.state, **changes))

    def in_locale(self, locale: str) -> CallTurn:
        """Return the turn in another language."""
        return self.with_state(locale=locale)
