"""A question in the caller's own words. Answers are our own sentences, by their ids; nothing else is said."""

from __future__ import annotations

from broadcast.hotline import hand_over
from broadcast.hotline.call_state import Step, Topic
from broadcast.hotline.call_turn import CallTurn
from broadcast.hotline.decision import Decision
from broadcast.hotline.effects import AskModel, Effect
from broadcast.hotline.event import ModelAnswer
from broadcast.hotline.menu import MOST_REQUESTS, menu
from broadcast.hotline.snapshot import Snapshot
from broadcast.hotline.status import outdated, spoken_incidents
from broadcast.model.call_document import GoOn, Say

_MOST_SENTENCES = 3


def asked(turn: CallTurn, question: str, effects: tuple[Effect, ...]) -> Decision:
    """Return the answer to a question: wait for the model, or say that we do not know.

    If news is overdue, our sentences may be wrong by now: then a person answers.
    """
    if outdated(turn):
        return hand_over.connect(turn, Topic.OUTDATED, effects=effects)
    if not turn.snapshot.ai or turn.state.number >= MOST_REQUESTS:
        return not_known(turn, effects)
    state = turn.to(Step.QUESTION)
    ask = AskModel(question=question, locale=turn.state.locale)
    document = (turn.say("question.moment"), GoOn(state.path))
    return Decision(state=state, document=document, effects=(*effects, ask))


def answered(turn: CallTurn) -> Decision:
    """Return the sentences that the model chose, and the menu."""
    sentences = _sentences(turn, turn.event.answer)
    if not sentences:
        return not_known(turn, ())
    return menu(turn, Step.REPLY, Say(" ".join(sentences), turn.state.locale))


def not_known(turn: CallTurn, effects: tuple[Effect, ...]) -> Decision:
    """Return that we have no information about it; after the second such question a person takes over."""
    if turn.state.tries:
        return hand_over.connect(turn, Topic.QUESTION, turn.say("question.unknown"), effects=effects)
    unknown = turn.say("question.unknown")
    return menu(turn, Step.REPLY, unknown, effects=effects, tries=turn.state.tries + 1)


def answers_known(snapshot: Snapshot, locale: str) -> dict[str, str]:
    """Return every sentence that may be an answer, by its id, in this language."""
    known = dict(snapshot.faq)
    for incident in spoken_incidents(snapshot):
        known.update(incident.sentences)
    return {name: texts[locale] for name, texts in known.items() if texts.get(locale)}


def _sentences(turn: CallTurn, answer: ModelAnswer | None) -> list[str]:
    """Return the sentences of these ids in the caller's language; ids that we do not have are left out."""
    known = answers_known(turn.snapshot, turn.state.locale)
    chosen = answer.sentences[:_MOST_SENTENCES] if answer else ()
    return [known[name] for name in dict.fromkeys(chosen) if name in known]
