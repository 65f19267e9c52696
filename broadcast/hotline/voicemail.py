"""The message that a caller leaves if nobody is there."""

from __future__ import annotations

from broadcast.hotline import ending
from broadcast.hotline.call_state import CallState, Step
from broadcast.hotline.call_turn import CallTurn
from broadcast.hotline.decision import Decision
from broadcast.hotline.effects import Effect, EndCall, OpenTicket, Outcome
from broadcast.model.call_document import Record, Say, Verb

_LONGEST_SECONDS = 120
#: A recording this short holds no word.
_SHORTEST_SECONDS = 2


def recording(turn: CallTurn, *before: Say, effects: tuple[Effect, ...] = (), tries: int = 0) -> Decision:
    """Return words, what is recorded, and the recording."""
    state = turn.to(Step.VOICEMAIL, tries=tries)
    return Decision(state=state, document=(*before, *recorder(turn, state)), effects=effects)


def recorder(turn: CallTurn, state: CallState) -> tuple[Verb, ...]:
    """Return the announcement of the recording, and the recording itself."""
    notice = CallState(step=Step.RECORDED, number=state.number, locale=state.locale, topic=state.topic)
    record = Record(next=_heard(state).path, recorded=notice.path, seconds=_LONGEST_SECONDS)
    return (turn.say("voicemail.record"), record)


def recorded(turn: CallTurn) -> Decision:
    """Return the answer to a recording: thanks, or once more if nothing was said."""
    if _is_message(turn):
        return ending.goodbye(turn, Outcome.VOICEMAIL, turn.say("voicemail.thanks"), effects=(_ticket(turn),))
    if turn.state.tries:
        return ending.goodbye(turn, Outcome.UNHEARD, turn.say("voicemail.nothing_heard"))
    return recording(turn, turn.say("voicemail.again"), tries=1)


def stored(turn: CallTurn) -> Decision:
    """Return no words: the provider reports that a recording can be fetched, also after the call."""
    if not _is_message(turn):
        return Decision(state=turn.state, document=())
    effects = (_ticket(turn), EndCall(outcome=Outcome.VOICEMAIL))
    return Decision(state=turn.state, document=(), effects=effects)


def _heard(state: CallState) -> CallState:
    return (
        state
        if state.step is Step.VOICEMAIL
        else CallState(step=Step.VOICEMAIL, number=state.number, locale=state.locale, topic=state.topic)
    )


def _is_message(turn: CallTurn) -> bool:
    request = turn.event.request
    return bool(request.recording) and request.recorded_seconds >= _SHORTEST_SECONDS


def _ticket(turn: CallTurn) -> OpenTicket:
    request = turn.event.request
    return OpenTicket(
        recording=request.recording,
        seconds=request.recorded_seconds,
        locale=turn.state.locale,
        topic=turn.state.topic,
    )
