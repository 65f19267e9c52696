"""What follows from the answer to each prompt.

Before anything else a caller who is in danger, asks for a person, or has had enough gets a person.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from broadcast.hotline import call_back, ending, hand_over, link, opening, questions, stop, voicemail
from broadcast.hotline.call_state import Step, Topic
from broadcast.hotline.call_turn import CallTurn
from broadcast.hotline.customer import own_sentence
from broadcast.hotline.decision import Decision
from broadcast.hotline.effects import Effect, Outcome, Rate
from broadcast.hotline.intent import LONGEST_SPEECH, Intent, asks_about_own
from broadcast.hotline.listening import CONFIRM_KEYS, EVERYWHERE, MENU_KEYS, CallInput, listen
from broadcast.hotline.menu import MOST_REPEATS, menu
from broadcast.hotline.status import status

_BEST = 5
#: The number of the request that answers the greeting.
_FIRST_ANSWER = 1


def answered(turn: CallTurn) -> Decision:
    """Return what follows from the answer to a menu."""
    understood = listen(turn, MENU_KEYS)
    return _urgent(turn, understood) or _chosen(turn, understood)


def link_answered(turn: CallTurn) -> Decision:
    """Return what follows from the answer to the question whether the SMS may go to this number."""
    understood = listen(turn, CONFIRM_KEYS)
    if understood.intent is Intent.YES:
        return link.confirmed(turn, understood.effects)
    if understood.intent is Intent.NO and understood.pressed:
        return link.number_asked(turn, understood.effects)
    return _urgent(turn, understood) or _back_to_menu(turn, understood)


def link_number_typed(turn: CallTurn) -> Decision:
    """Return what follows from the mobile number that was typed."""
    understood = listen(turn, EVERYWHERE, typed=True)
    urgent = _urgent(turn, understood)
    return urgent or link.typed(turn, _typed_in(turn), understood.effects)


def stop_answered(turn: CallTurn) -> Decision:
    """Return what follows from the answer to the question whether no more messages shall come."""
    understood = listen(turn, CONFIRM_KEYS)
    if understood.intent in {Intent.YES, Intent.STOP}:
        return stop.confirmed(turn, understood.effects)
    return _urgent(turn, understood) or _back_to_menu(turn, understood)


def question_answered(turn: CallTurn) -> Decision:
    """Return the answer to a question; a key that was pressed meanwhile counts as at the menu."""
    return answered(turn) if turn.event.request.digits else questions.answered(turn)


def waiting_answered(turn: CallTurn) -> Decision:
    """Return what follows from a key during the offer of a call-back: that call-back, or the next agent."""
    understood = listen(turn, {**EVERYWHERE, "3": Intent.CALL_BACK})
    if understood.intent in {Intent.CALL_BACK, Intent.YES}:
        return call_back.offered(turn, effects=understood.effects)
    if understood.intent is Intent.EMERGENCY:
        turn = turn.with_state(topic=Topic.EMERGENCY)
        return hand_over.waited(turn, turn.say("emergency.call"), effects=understood.effects)
    return hand_over.waited(turn, effects=understood.effects)


def call_back_answered(turn: CallTurn) -> Decision:
    """Return what follows from the answer to the offer of a call-back."""
    understood = listen(turn, CONFIRM_KEYS)
    effects = understood.effects
    if understood.intent in {Intent.YES, Intent.CALL_BACK} and turn.caller.number:
        return call_back.confirmed(turn, effects)
    if understood.intent is Intent.NO and understood.pressed:
        return call_back.number_asked(turn, effects=effects)
    urgent = _urgent(turn, understood)
    if urgent:
        return urgent
    if understood.intent is Intent.LANGUAGE:
        turn = turn.in_locale(opening.next_locale(turn))
    if turn.state.tries or understood.intent is Intent.NO:
        return voicemail.recording(turn, effects=effects)
    return call_back.offered(turn, effects=effects, tries=1)


def call_back_number_typed(turn: CallTurn) -> Decision:
    """Return what follows from the number that was typed for a call-back."""
    understood = listen(turn, EVERYWHERE, typed=True)
    urgent = _urgent(turn, understood)
    return urgent or call_back.typed(turn, _typed_in(turn), understood.effects)


def call_back_agreed(turn: CallTurn) -> Decision:
    """Return what follows from an answer to the number that was read back: another number, or the end."""
    understood = listen(turn, CONFIRM_KEYS)
    if understood.intent is Intent.NO:
        return call_back.number_asked(turn, effects=understood.effects)
    urgent = _urgent(turn, understood)
    return urgent or ending.rated(turn, None, understood.effects)


def rated(turn: CallTurn) -> Decision:
    """Return what follows from the answer to the question for a rating."""
    understood = listen(turn, EVERYWHERE)
    urgent = _urgent(turn, understood)
    if urgent:
        return urgent
    pressed = understood.pressed
    rating = int(pressed) if pressed in {str(one) for one in range(1, _BEST + 1)} else None
    rates: tuple[Effect, ...] = (Rate(rating=rating),) if rating else ()
    return ending.rated(turn, rating, (*understood.effects, *rates))


def goodbye_answered(turn: CallTurn) -> Decision:
    """Return what follows from the answer to the last offer of a person."""
    understood = listen(turn, EVERYWHERE)
    return _urgent(turn, understood) or ending.rated(turn, None, understood.effects)


def _urgent(turn: CallTurn, understood: CallInput) -> Decision | None:
    """Return the way to a person, for callers who must not wait for anything else."""
    effects = understood.effects
    if understood.intent is Intent.EMERGENCY:
        return hand_over.connect(turn, Topic.EMERGENCY, turn.say("emergency.call"), effects=effects)
    if understood.intent is Intent.HUMAN:
        return hand_over.connect(turn, Topic.ASKED, effects=effects)
    if understood.fed_up:
        return hand_over.connect(turn, Topic.FRUSTRATED, turn.say("human.sorry"), effects=effects)
    return None


def _chosen(turn: CallTurn, understood: CallInput) -> Decision:
    follows = _WISHES.get(understood.intent)
    return follows(turn, understood.effects) if follows else _not_chosen(turn, understood)


def _not_chosen(turn: CallTurn, understood: CallInput) -> Decision:
    own = own_sentence(turn)
    if own and asks_about_own(understood.speech, turn.state.locale):
        return menu(turn, Step.REPLY, *own, effects=understood.effects)
    if understood.question:
        return questions.asked(turn, understood.speech, understood.effects)
    if understood.silent:
        return _silent(turn)
    return _unclear(turn, understood)


def _silent(turn: CallTurn) -> Decision:
    turn = _known_by_now(turn)
    if turn.caller.vip:
        return hand_over.connect(turn, Topic.VIP)
    if turn.state.tries:
        return hand_over.connect(turn, Topic.SILENT, turn.say("human.silent"))
    return menu(turn, Step.NUDGE, turn.say("menu.still_there"), tries=turn.state.tries + 1)


def _unclear(turn: CallTurn, understood: CallInput) -> Decision:
    turn = _known_by_now(turn)
    if turn.caller.vip:
        return hand_over.connect(turn, Topic.VIP, effects=understood.effects)
    if understood.frustration:
        return hand_over.connect(turn, Topic.FRUSTRATED, turn.say("human.sorry"), effects=understood.effects)
    if turn.state.tries:
        return hand_over.connect(turn, Topic.UNCLEAR, turn.say("menu.unclear"), effects=understood.effects)
    unclear = turn.say("menu.unclear")
    return menu(turn, Step.UNCLEAR, unclear, effects=understood.effects, tries=turn.state.tries + 1)


def _known_by_now(turn: CallTurn) -> CallTurn:
    """Return the turn in the caller's language, if it came too late for the greeting and that was no use."""
    locale = opening.spoken_locale(turn) if turn.state.number == _FIRST_ANSWER else turn.state.locale
    return turn.in_locale(locale)


def _repeated(turn: CallTurn, effects: tuple[Effect, ...]) -> Decision:
    repeats = turn.state.repeats + 1
    if repeats > MOST_REPEATS:
        return ending.last_offer(turn, effects=effects)
    return menu(turn, Step.REPEAT, *status(turn), effects=effects, repeats=repeats)


def _in_next_language(turn: CallTurn, effects: tuple[Effect, ...]) -> Decision:
    turn = turn.in_locale(opening.next_locale(turn))
    return menu(turn, Step.ANSWER, *status(turn), effects=effects)


def _back_to_menu(turn: CallTurn, understood: CallInput) -> Decision:
    """Return the menu to a caller who did not confirm; other wishes count as at the menu."""
    if understood.silent or understood.intent in {Intent.NO, Intent.OTHER, Intent.YES}:
        done = turn.say("menu.nothing_done")
        return menu(turn, Step.MENU, done, effects=understood.effects)
    return _chosen(turn, understood)


def _typed_in(turn: CallTurn) -> str:
    """Return the keys that were pressed, or else the digits that were said."""
    return turn.event.request.digits or turn.event.request.speech[:LONGEST_SPEECH]


def _offer_call_back(turn: CallTurn, effects: tuple[Effect, ...]) -> Decision:
    return call_back.offered(turn, effects=effects)


def _leave(turn: CallTurn, effects: tuple[Effect, ...]) -> Decision:
    return ending.rating(turn, Outcome.INFORMED, effects=effects)


def _go_on(turn: CallTurn, effects: tuple[Effect, ...]) -> Decision:
    """Return the menu to a caller who says yes, as to the question whether they are still there."""
    return menu(turn, Step.MENU, effects=effects)


#: What follows from a wish at the menu.
_WISHES: Mapping[Intent, Callable[[CallTurn, tuple[Effect, ...]], Decision]] = {
    Intent.REPEAT: _repeated,
    Intent.LINK: link.offered,
    Intent.CALL_BACK: _offer_call_back,
    Intent.STOP: stop.asked,
    Intent.LANGUAGE: _in_next_language,
    Intent.GOODBYE: _leave,
    Intent.NO: _leave,
    Intent.YES: _go_on,
}
