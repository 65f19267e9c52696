"""The beginning of a call: the language, the greeting, the status, and the menu."""

from __future__ import annotations

from broadcast.hotline import hand_over
from broadcast.hotline.call_state import Step, Topic
from broadcast.hotline.call_turn import CallTurn
from broadcast.hotline.decision import Decision
from broadcast.hotline.intent import locale_of_prefix
from broadcast.hotline.menu import menu
from broadcast.hotline.status import status
from broadcast.localisation.language import language_of
from broadcast.model.call_document import Say

#: A person who calls so often within an hour gets a human at once.
CALLS_TO_HAND_OVER = 3


def greeted(turn: CallTurn) -> Decision:
    """Return greeting, status and menu; some callers get a person instead of the menu."""
    turn = turn.in_locale(spoken_locale(turn))
    topic = _topic(turn)
    if topic is not Topic.NONE and hand_over.possible(turn, topic):
        return hand_over.connect(turn, topic, *_greeting(turn), *status(turn))
    return menu(turn, Step.ANSWER, *_greeting(turn), *_hint(turn), *status(turn))


def spoken_locale(turn: CallTurn) -> str:
    """Return the language of the call.

    In this order: what is known about the caller, the language of our number, the language of the caller's
    last call, that of the caller's country, and the first one of the hotline.
    """
    caller, snapshot = turn.caller, turn.snapshot
    wishes = (
        caller.context.locale if caller.context else "",
        snapshot.lines.get(turn.event.request.called, ""),
        caller.last_locale,
        locale_of_prefix(caller.number, snapshot.locales),
    )
    spoken = {language_of(locale): locale for locale in reversed(snapshot.locales)}
    found = (spoken.get(language_of(wish)) for wish in wishes if wish)
    return next(filter(None, found), snapshot.locales[0])


def next_locale(turn: CallTurn) -> str:
    """Return the language that `*` chooses."""
    locales = turn.snapshot.locales
    place = locales.index(turn.state.locale) if turn.state.locale in locales else -1
    return locales[(place + 1) % len(locales)]


def _topic(turn: CallTurn) -> Topic:
    if turn.caller.vip:
        return Topic.VIP
    return Topic.REPEATED if turn.caller.calls >= CALLS_TO_HAND_OVER else Topic.NONE


def _greeting(turn: CallTurn) -> tuple[Say, ...]:
    """Return who speaks, and that it is a machine; no name, because a number can be forged."""
    return (turn.say("greeting.anybody", organisation=turn.snapshot.organisation),)


def _hint(turn: CallTurn) -> tuple[Say, ...]:
    """Return how to hear the next language, in that language."""
    if len(turn.snapshot.locales) == 1:
        return ()
    return (turn.in_locale(next_locale(turn)).say("greeting.switch"),)
