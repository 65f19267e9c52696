"""From the machine to a person: agents are rung one after the other, then a call-back or a message."""

from __future__ import annotations

from broadcast.hotline import call_back, ending, voicemail
from broadcast.hotline.call_state import CallState, Step, Topic
from broadcast.hotline.call_turn import CallTurn
from broadcast.hotline.decision import Decision
from broadcast.hotline.effects import BeginHandOver, Effect, Outcome, RingAgent
from broadcast.hotline.event import Acceptance
from broadcast.hotline.ringing_order import ringing_order
from broadcast.hotline.snapshot import Agent, Mode
from broadcast.model.call_document import Dial, Say, Verb

#: Nobody reaches a phone in less time.
_SHORTEST_RING = 5
#: Who is rung even if more callers wait than agents can serve.
_FIRST = frozenset({Topic.EMERGENCY, Topic.VIP})
#: Steps whose caller has been offered a call-back, and wants something else.
_OFFERED = frozenset({Step.CALL_BACK, Step.CALL_BACK_NUMBER, Step.CALL_BACK_AGREED})


def possible(turn: CallTurn, topic: Topic) -> bool:
    """Return whether a person can be rung, or will call back."""
    return not _only_messages(turn) and (_may_ring(turn, topic) or bool(turn.caller.number))


def connect(turn: CallTurn, topic: Topic, *before: Say, effects: tuple[Effect, ...] = ()) -> Decision:
    """Return words, and the way to a person that is open now.

    An agent is rung; if there are too many callers or too few agents, a call-back is offered; if nobody is on
    duty, or that offer was made already, a message is recorded.
    """
    turn = turn.with_state(topic=topic)
    effects = (*effects, BeginHandOver(topic=topic))
    snapshot = turn.snapshot
    if _only_messages(turn):
        why = "human.nobody_free" if snapshot.agents or snapshot.in_hours else "human.nobody_on_duty"
        return voicemail.recording(turn, *before, turn.say(why), effects=effects)
    if _may_ring(turn, topic):
        return _ring(turn, *before, effects=effects)
    if turn.state.step in _OFFERED:
        return voicemail.recording(turn, *before, turn.say("human.nobody_free"), effects=effects)
    # Who chose call-backs did not say that there are many callers.
    why = "human.busy" if snapshot.agents and snapshot.overloaded else "human.nobody_free"
    return call_back.offered(turn, *before, turn.say(why), effects=effects)


def waited(turn: CallTurn, *before: Say, effects: tuple[Effect, ...]) -> Decision:
    """Return the ringing of an agent for a caller who prefers it to a call-back."""
    if _may_ring(turn, turn.state.topic):
        return _ring(turn, *before, effects=effects)
    return call_back.offered(turn, *before, turn.say("human.nobody_free"), effects=effects)


def rung(turn: CallTurn) -> Decision:
    """Return what follows after an agent was rung: the next agent, or the rating of the conversation.

    Whether somebody accepted is in our own row. `completed` may come from a mailbox.
    """
    if turn.event.acceptance is not Acceptance.OPEN:
        return ending.rating(turn, Outcome.HUMAN)
    following = turn.with_state(agent=turn.state.agent + 1)
    if _may_ring(following, turn.state.topic):
        return _ring(following)
    # From there, key 0 must not ring the last agent once more.
    return call_back.offered(following, turn.say("human.nobody_free"))


def _only_messages(turn: CallTurn) -> bool:
    """Return whether nobody can call back: people said so, or nobody's shift is now.

    If those whose shift is now are absent, as in a wave of illness, others call back when they can.
    """
    snapshot = turn.snapshot
    return snapshot.mode is Mode.VOICEMAIL or not (snapshot.agents or snapshot.in_hours)


def _may_ring(turn: CallTurn, topic: Topic) -> bool:
    """Return whether an agent may be rung now."""
    snapshot = turn.snapshot
    crowded = snapshot.overloaded or snapshot.mode is Mode.CALL_BACK
    if crowded and topic not in _FIRST and not turn.caller.vip:
        return False
    return _next_agent(turn) is not None and _seconds(turn) >= _SHORTEST_RING


def _seconds(turn: CallTurn) -> int:
    return min(turn.snapshot.ring_seconds, turn.snapshot.give_up_seconds - turn.state.rung)


def _next_agent(turn: CallTurn) -> Agent | None:
    """Return the agent to ring: one who speaks the language if there is one, and was not rung before."""
    if turn.state.agent >= turn.snapshot.most_agents:
        return None
    free = ringing_order(turn.snapshot.agents, turn.state.locale)
    if turn.state.agent and turn.event.rung:
        # A repeated request already knows whom its first answer rang.
        before = list(dict.fromkeys(turn.event.rung))[: turn.state.agent]
        return next((agent for agent in free if agent.id not in before), None)
    return free[turn.state.agent] if turn.state.agent < len(free) else None


def _ring(turn: CallTurn, *before: Say, effects: tuple[Effect, ...] = ()) -> Decision:
    """Return words and the ringing of one agent; before the first one, a known wait and a call-back."""
    agent = _next_agent(turn)
    if agent is None:  # pragma: no cover  # `_may_ring` was asked
        raise ValueError("no agent can be rung")
    seconds = _seconds(turn)
    state = turn.to(Step.RING, tries=0, rung=turn.state.rung + seconds)
    whisper = CallState(
        step=Step.WHISPER,
        locale=state.locale,
        agent=state.agent,
        topic=state.topic,
        call=turn.event.request.call,
    )
    dial = Dial(number=agent.number, seconds=seconds, whisper=whisper.path, next=state.path)
    document = (*before, *_while_ringing(turn, state), dial)
    return Decision(state=state, document=document, effects=(*effects, RingAgent(agent=agent.id)))


def _while_ringing(turn: CallTurn, state: CallState) -> tuple[Verb, ...]:
    if turn.state.agent:
        return (turn.say("human.next_agent" if turn.state.agent % 2 else "human.still_ringing"),)
    connecting = turn.say("human.connecting")
    wait = turn.snapshot.waiting
    if wait is None or turn.state.step is Step.HUMAN:
        return (connecting,)
    minutes = {"least": wait.least, "most": wait.most}
    expected = (
        turn.say("human.wait", **minutes)
        if wait.least < wait.most
        else turn.counted("human.about", wait.most)
    )
    asked = CallState(
        step=Step.HUMAN,
        number=state.number,
        locale=state.locale,
        rung=turn.state.rung,
        topic=state.topic,
    )
    return (turn.ask(asked, connecting, expected, turn.say("human.offer"), silence=False),)
