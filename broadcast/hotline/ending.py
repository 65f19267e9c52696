"""The end of a call: the rating, the last offer of a person, and the goodbye."""

from __future__ import annotations

from broadcast.hotline.call_state import Step
from broadcast.hotline.call_turn import CallTurn
from broadcast.hotline.decision import Decision
from broadcast.hotline.effects import Effect, EndCall, Outcome
from broadcast.model.call_document import CallDocument, HangUp, Say


def goodbye(turn: CallTurn, outcome: Outcome, *before: Say, effects: tuple[Effect, ...] = ()) -> Decision:
    """Return words, the goodbye, and the end of the call."""
    document: CallDocument = (*before, turn.say("ending.goodbye"), HangUp())
    return Decision(
        state=turn.to(Step.GOODBYE), document=document, effects=(*effects, EndCall(outcome=outcome))
    )


def last_offer(turn: CallTurn, *before: Say, effects: tuple[Effect, ...] = ()) -> Decision:
    """Return words, a last offer of a person, and the end of the call for callers who stay silent."""
    state = turn.to(Step.GOODBYE, tries=0)
    offer = turn.ask(state, *before, turn.say("ending.last_offer"), silence=False)
    document = (offer, turn.say("ending.goodbye"), HangUp())
    return Decision(state=state, document=document, effects=(*effects, EndCall(outcome=Outcome.INFORMED)))


def rating(turn: CallTurn, outcome: Outcome, *before: Say, effects: tuple[Effect, ...] = ()) -> Decision:
    """Return words, the question for a rating, and the end of the call for callers who stay silent."""
    state = turn.to(Step.AFTER, tries=0, agent=0, rung=0)
    question = turn.ask(state, *before, turn.say("after.rate"), silence=False)
    document = (question, turn.say("ending.goodbye"), HangUp())
    return Decision(state=state, document=document, effects=(*effects, EndCall(outcome=outcome)))


def rated(turn: CallTurn, rating: int | None, effects: tuple[Effect, ...]) -> Decision:
    """Return thanks for a rating, if there is one, and the end of the call."""
    thanks = (turn.say("after.thanks"),) if rating else ()
    document: CallDocument = (*thanks, turn.say("ending.goodbye"), HangUp())
    return Decision(state=turn.to(Step.GOODBYE), document=document, effects=effects)
