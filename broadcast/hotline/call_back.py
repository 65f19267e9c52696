"""A call-back instead of waiting: to the caller's number, or to one that is typed."""

from __future__ import annotations

from broadcast.hotline import ending, voicemail
from broadcast.hotline.call_state import Step, Topic
from broadcast.hotline.call_turn import CallTurn
from broadcast.hotline.decision import Decision
from broadcast.hotline.effects import Effect, EndCall, Outcome, RequestCallBack
from broadcast.hotline.typed_number import NumberFault, callable_number, spoken_number, typed_number
from broadcast.model.call_document import HangUp, Say

#: How often a number is asked for.
_MOST_TRIES = 2


def offered(turn: CallTurn, *before: Say, effects: tuple[Effect, ...] = (), tries: int = 0) -> Decision:
    """Return words and the offer to call the caller's number; who stays silent can leave a message."""
    number = turn.caller.number
    if not number:
        return number_asked(turn, *before, turn.say("call_back.withheld"), effects=effects)
    if not callable_number(number):
        return number_asked(turn, *before, turn.say("call_back.refused"), effects=effects)
    state = turn.to(Step.CALL_BACK, tries=tries)
    offer = turn.say("call_back.offer", number=_spoken(turn, number))
    question = turn.ask(state, *before, offer, silence=False)
    return Decision(state=state, document=(question, *voicemail.recorder(turn, state)), effects=effects)


def number_asked(turn: CallTurn, *before: Say, effects: tuple[Effect, ...] = (), tries: int = 0) -> Decision:
    """Return words and the question for a number."""
    state = turn.to(Step.CALL_BACK_NUMBER, tries=tries)
    question = turn.ask_number(state, *before, turn.say("call_back.ask_number"))
    return Decision(state=state, document=(question,), effects=effects)


def confirmed(turn: CallTurn, effects: tuple[Effect, ...]) -> Decision:
    """Return the promise to call the caller's own number, and the end of the call."""
    request = _request(turn, turn.caller.number)
    return ending.goodbye(
        turn, Outcome.CALL_BACK, turn.say("call_back.requested"), effects=(*effects, request)
    )


def typed(turn: CallTurn, typed_in: str, effects: tuple[Effect, ...]) -> Decision:
    """Return the answer to a number that was typed: read it back, or ask once more."""
    found = typed_number(typed_in, turn.event.request.called)
    if found.fault is not None:
        reason = "call_back.refused" if found.fault is NumberFault.PREMIUM else "call_back.unreadable"
        if turn.state.tries + 1 >= _MOST_TRIES:
            return voicemail.recording(turn, turn.say(reason), effects=effects)
        return number_asked(turn, turn.say(reason), effects=effects, tries=turn.state.tries + 1)
    state = turn.to(Step.CALL_BACK_AGREED, tries=0)
    spoken = turn.say("call_back.requested_at", number=_spoken(turn, found.number))
    question = turn.ask(state, spoken, silence=False)
    document = (question, turn.say("ending.goodbye"), HangUp())
    done = (_request(turn, found.number), EndCall(outcome=Outcome.CALL_BACK))
    return Decision(state=state, document=document, effects=(*effects, *done))


def _request(turn: CallTurn, number: str) -> RequestCallBack:
    important = turn.caller.vip and turn.state.topic is not Topic.EMERGENCY
    topic = Topic.VIP if important else turn.state.topic
    return RequestCallBack(number=number, locale=turn.state.locale, topic=topic)


def _spoken(turn: CallTurn, number: str) -> str:
    return spoken_number(number, turn.event.request.called, turn.state.locale)
