"""The SMS with the link: to the caller's mobile number, or to one that is typed."""

from __future__ import annotations

from broadcast.hotline.call_state import Step
from broadcast.hotline.call_turn import CallTurn
from broadcast.hotline.decision import Decision
from broadcast.hotline.effects import Effect, SendLink
from broadcast.hotline.menu import menu
from broadcast.hotline.status import refs
from broadcast.hotline.typed_number import NumberFault, callable_number, typed_number

#: How many SMS a number gets within a day.
MOST_LINKS = 3
_MOST_TRIES = 2
_LAST_DIGITS = 3
#: Lines that take no SMS.
_NO_SMS = frozenset({"landline", "voip"})


def offered(turn: CallTurn, effects: tuple[Effect, ...]) -> Decision:
    """Return the question whether the SMS may go to the caller's number, or for another number."""
    number = turn.caller.number
    if not turn.snapshot.sms:
        return menu(turn, Step.MENU, turn.say("link.unavailable"), effects=effects)
    if number and turn.caller.links >= MOST_LINKS:
        return menu(turn, Step.MENU, turn.say("link.too_many"), effects=effects)
    if not number or turn.caller.line in _NO_SMS or not callable_number(number):
        return number_asked(turn, effects)
    state = turn.to(Step.LINK, tries=0)
    ending = " ".join(number[-_LAST_DIGITS:])
    return Decision(
        state=state, document=(turn.ask(state, turn.say("link.confirm", digits=ending)),), effects=effects
    )


def number_asked(turn: CallTurn, effects: tuple[Effect, ...], reason: str = "", tries: int = 0) -> Decision:
    """Return the question for a mobile number, with the reason why another one cannot be used."""
    state = turn.to(Step.LINK_NUMBER, tries=tries)
    before = (turn.say(reason),) if reason else ()
    question = turn.ask_number(state, *before, turn.say("link.ask_number"))
    return Decision(state=state, document=(question,), effects=effects)


def confirmed(turn: CallTurn, effects: tuple[Effect, ...]) -> Decision:
    """Return that the SMS is on its way to the caller's number, and the menu."""
    number = turn.caller.number
    if not number or turn.caller.links >= MOST_LINKS:
        return offered(turn, effects)
    return _sent(turn, number, effects)


def typed(turn: CallTurn, typed_in: str, effects: tuple[Effect, ...]) -> Decision:
    """Return the answer to a number that was typed: send the SMS, or ask once more."""
    found = typed_number(typed_in, turn.event.request.called, mobile=True)
    if found.fault is None:
        if turn.event.links_to_typed >= MOST_LINKS:
            return menu(turn, Step.MENU, turn.say("link.too_many"), effects=effects)
        return _sent(turn, found.number, effects)
    if turn.state.tries + 1 >= _MOST_TRIES:
        return menu(turn, Step.MENU, turn.say("link.no_number"), effects=effects)
    reason = {NumberFault.PREMIUM: "link.refused", NumberFault.LANDLINE: "link.landline"}.get(
        found.fault, "link.unreadable"
    )
    return number_asked(turn, effects, reason, turn.state.tries + 1)


def _sent(turn: CallTurn, number: str, effects: tuple[Effect, ...]) -> Decision:
    sent = SendLink(number=number, locale=turn.state.locale, refs=refs(turn.snapshot))
    return menu(turn, Step.MENU, turn.say("link.sent"), effects=(*effects, sent))
