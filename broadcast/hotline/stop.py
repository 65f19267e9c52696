"""No more messages to the caller's number."""

from __future__ import annotations

from broadcast.hotline.call_state import Step
from broadcast.hotline.call_turn import CallTurn
from broadcast.hotline.decision import Decision
from broadcast.hotline.effects import Effect, StopMessages
from broadcast.hotline.menu import menu


def asked(turn: CallTurn, effects: tuple[Effect, ...]) -> Decision:
    """Return the question whether this number shall get no more messages."""
    if not turn.caller.number:
        return menu(turn, Step.MENU, turn.say("stop.withheld"), effects=effects)
    state = turn.to(Step.STOP, tries=0)
    return Decision(state=state, document=(turn.ask(state, turn.say("stop.confirm")),), effects=effects)


def confirmed(turn: CallTurn, effects: tuple[Effect, ...]) -> Decision:
    """Return that the number gets no more messages, and the menu."""
    if not turn.caller.number:
        return asked(turn, effects)
    done = StopMessages(number=turn.caller.number)
    return menu(turn, Step.MENU, turn.say("stop.done"), effects=(*effects, done))
