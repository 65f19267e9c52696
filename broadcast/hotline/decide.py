"""The state machine of a call: pure, so that every sequence of keys can be tried.

`decide(state, event, snapshot)` is one step: `state` is what the path of the request names, and the state of
the decision is what the caller hears next; the paths in its document are made from it.

Whatever callers do, a call ends: after `menu.MOST_REQUESTS` no menu follows, what is asked once more is asked
once, and agents are rung for a limited time. From each prompt key 0 rings an agent, or else begins a
recording or offers a call-back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from broadcast.hotline import agent_leg, choices, hand_over, opening, voicemail
from broadcast.hotline.call_state import CallState, Step
from broadcast.hotline.call_turn import CallTurn
from broadcast.hotline.decision import Decision
from broadcast.hotline.effects import EndCall, Outcome
from broadcast.hotline.event import CallEvent
from broadcast.hotline.snapshot import Snapshot

#: How the answer to each step is understood.
_ANSWERS: Mapping[Step, Callable[[CallTurn], Decision]] = {
    Step.ANSWER: choices.answered,
    Step.NUDGE: choices.answered,
    Step.UNCLEAR: choices.answered,
    Step.REPEAT: choices.answered,
    Step.MENU: choices.answered,
    Step.REPLY: choices.answered,
    Step.LINK: choices.link_answered,
    Step.LINK_NUMBER: choices.link_number_typed,
    Step.STOP: choices.stop_answered,
    Step.QUESTION: choices.question_answered,
    Step.HUMAN: choices.waiting_answered,
    Step.CALL_BACK: choices.call_back_answered,
    Step.CALL_BACK_NUMBER: choices.call_back_number_typed,
    Step.CALL_BACK_AGREED: choices.call_back_agreed,
    Step.AFTER: choices.rated,
    Step.GOODBYE: choices.goodbye_answered,
    Step.RING: hand_over.rung,
    Step.VOICEMAIL: voicemail.recorded,
    Step.RECORDED: voicemail.stored,
    Step.WHISPER: agent_leg.whispered,
    Step.ACCEPT: agent_leg.whispered,
    Step.TAKE: agent_leg.taken,
    Step.RETURN: agent_leg.returned_to,
    Step.RETURNED: agent_leg.conversation_over,
}


def decide(state: CallState, event: CallEvent, snapshot: Snapshot) -> Decision:
    """Return the answer to one request of a call.

    The same request with the same event and snapshot has the same answer, and its effects the same key. An
    unknown call is no error: its path says where it stands.
    """
    locale = state.locale if state.locale in snapshot.prompts else snapshot.locales[0]
    turn = CallTurn(replace(state, locale=locale), event, snapshot)
    if event.request.ended:
        return Decision(state=turn.state, document=(), effects=(EndCall(outcome=Outcome.HUNG_UP),))
    if state.step is Step.ANSWER and state.number == 0:
        return opening.greeted(turn)
    return _ANSWERS[state.step](turn)
