"""The legs that we dial: an agent who is rung for a caller, and both people of a call-back.

Each hears in six seconds what it is about, and presses 1. Who stays silent, as mailboxes do, is hung up on.
"""

from __future__ import annotations

from broadcast.hotline.call_state import CallState, Step
from broadcast.hotline.call_turn import CallTurn
from broadcast.hotline.decision import Decision
from broadcast.hotline.effects import AcceptCall, CallerReached, Effect, EndCall, Outcome
from broadcast.hotline.event import Acceptance
from broadcast.hotline.status import refs
from broadcast.model.call_document import Dial, HangUp, Say
from broadcast.rendering import speech, spoken_forms
from broadcast.rendering.words import words_for

_ACCEPT = "1"
_SECONDS_A_MINUTE = 60
#: How long the customer of a call-back is rung.
_RING_CUSTOMER = 30


def whispered(turn: CallTurn) -> Decision:
    """Return what an agent who is rung hears: what it is about, or the connection to the caller."""
    if not turn.state.number:
        return _asked(turn, Step.WHISPER, _gist(turn), *_name(turn))
    refusal = _refused(turn)
    if refusal:
        return refusal
    if turn.event.request.digits[:1] == _ACCEPT:
        accept = AcceptCall(agent=turn.event.agent)
        return Decision(state=turn.to(Step.ACCEPT), document=(), effects=(accept,))
    return _once_more(turn, Step.WHISPER)


def taken(turn: CallTurn) -> Decision:
    """Return what the agent of a call-back hears: what it is about, or the ringing of the customer."""
    if not turn.state.number:
        gist = turn.say("agent.call_back", topic=_topic(turn), waited=_waited(turn))
        return _asked(turn, Step.TAKE, gist, *_name(turn))
    refusal = _refused(turn)
    if refusal:
        return refusal
    if turn.event.request.digits[:1] != _ACCEPT:
        return _once_more(turn, Step.TAKE)
    state = turn.to(Step.RETURNED)
    customer = CallState(step=Step.RETURN, locale=state.locale, topic=state.topic, call=state.call)
    dial = Dial(
        number=turn.caller.number,
        seconds=_RING_CUSTOMER,
        whisper=customer.path,
        next=state.path,
        # The agent's leg comes from our number, which the customer called.
        shown=turn.event.request.caller,
    )
    accept = AcceptCall(agent=turn.event.agent)
    return Decision(state=state, document=(turn.say("agent.ringing"), dial), effects=(accept,))


def returned_to(turn: CallTurn) -> Decision:
    """Return what the customer of a call-back hears: who calls, or the connection to the agent."""
    if not turn.state.number:
        return _asked(turn, Step.RETURN, turn.say("return.who", organisation=turn.snapshot.organisation))
    if turn.event.request.digits[:1] == _ACCEPT:
        return Decision(state=turn.to(Step.ACCEPT), document=(), effects=(CallerReached(),))
    return _once_more(turn, Step.RETURN)


def conversation_over(turn: CallTurn) -> Decision:
    """Return what the agent of a call-back hears after the customer was rung."""
    if turn.event.acceptance is Acceptance.MINE:
        return _end(turn, "agent.done", EndCall(outcome=Outcome.HUMAN))
    return _end(turn, "agent.unreached", EndCall(outcome=Outcome.UNREACHED))


def _refused(turn: CallTurn) -> Decision | None:
    """Return the end of the leg if the caller has gone, or another agent was first."""
    reasons = {Acceptance.LEFT: "agent.left", Acceptance.TAKEN: "agent.taken"}
    reason = reasons.get(turn.event.acceptance)
    return _end(turn, reason) if reason else None


def _asked(turn: CallTurn, step: Step, *said: Say, tries: int = 0) -> Decision:
    refusal = _refused(turn)
    if refusal:
        return refusal
    state = turn.to(step, tries=tries)
    question = turn.ask_key(state, *said, turn.say("agent.press"))
    return Decision(state=state, document=(question, HangUp()))


def _once_more(turn: CallTurn, step: Step) -> Decision:
    """Return the question once more after a wrong key, then the end of the leg."""
    if turn.state.tries or not turn.event.request.digits:
        return Decision(state=turn.to(Step.GOODBYE), document=(HangUp(),))
    return _asked(turn, step, tries=1)


def _end(turn: CallTurn, reason: str, *effects: Effect) -> Decision:
    return Decision(state=turn.to(Step.GOODBYE), document=(turn.say(reason), HangUp()), effects=effects)


def _gist(turn: CallTurn) -> Say:
    """Return incident, topic and waiting time in a few words."""
    topic = _topic(turn)
    known = refs(turn.snapshot)
    if not known:
        return turn.say("agent.call", topic=topic, waited=_waited(turn))
    ref = spoken_forms.mark(known[0], words_for(turn.state.locale))
    return turn.say("agent.call_about", ref=ref, topic=topic, waited=_waited(turn))


def _name(turn: CallTurn) -> tuple[Say, ...]:
    """Return the caller's name, if it is known."""
    context = turn.caller.context
    if context is None or not context.name:
        return ()
    return (turn.say("agent.caller", name=speech.spoken(context.name, words_for(turn.state.locale))),)


def _topic(turn: CallTurn) -> str:
    return turn.prompts(f"topic.{turn.state.topic}")


def _waited(turn: CallTurn) -> str:
    minutes = turn.event.waited // _SECONDS_A_MINUTE
    if not minutes:
        return turn.prompts("agent.just_now")
    return turn.prompts.counted("agent.minutes", minutes)
