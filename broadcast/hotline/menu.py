"""The menu: the words that say what each key does."""

from __future__ import annotations

from broadcast.hotline import ending
from broadcast.hotline.call_state import Step
from broadcast.hotline.call_turn import CallTurn
from broadcast.hotline.decision import Decision
from broadcast.hotline.effects import Effect
from broadcast.model.call_document import Say

#: After so many requests a call gets no further menu, only a last offer of a person.
MOST_REQUESTS = 8
#: How often the status may be heard again.
MOST_REPEATS = 3


def menu(
    turn: CallTurn,
    step: Step,
    *before: Say,
    effects: tuple[Effect, ...] = (),
    tries: int = 0,
    repeats: int | None = None,
) -> Decision:
    """Return words, then the menu; at the end of a long call, words and a last offer."""
    if turn.state.number >= MOST_REQUESTS:
        return ending.last_offer(turn, *before, effects=effects)
    repeated = turn.state.repeats if repeats is None else repeats
    state = turn.to(step, tries=tries, repeats=repeated, agent=0)
    document = (turn.ask(state, *before, *_keys(turn, step)),)
    return Decision(state=state, document=document, effects=effects)


def _keys(turn: CallTurn, step: Step) -> tuple[Say, ...]:
    """Return what the keys do; after the first time only the most important ones."""
    if step is not Step.ANSWER:
        return (turn.say("menu.short"),)
    names = ["menu.repeat"]
    if turn.snapshot.sms:
        names.append("menu.link")
    names.extend(("menu.call_back", "menu.human", "menu.stop"))
    return (Say(" ".join(turn.prompts(name) for name in names), turn.state.locale),)
