"""Questions of callers that the model is asked while "one moment" is said."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace

from broadcast.ai.answering_model import AnsweringModel, ModelTurn
from broadcast.hotline.call_state import CallState, Step
from broadcast.hotline.decision import Decision
from broadcast.hotline.effects import AskModel, Heard, ModelAsked
from broadcast.hotline.event import ModelAnswer
from broadcast.hotline.questions import answers_known
from broadcast.hotline.snapshot import Snapshot
from broadcast.hotline.status import spoken_incidents
from broadcast.model.redaction import redact_addresses

#: A question whose answer nobody fetched is forgotten once so many others were asked.
_MOST_ASKED = 500


@dataclass(frozen=True, slots=True)
class _PendingQuestion:
    """A question under way: the sentences that were offered, and what the model says to it."""

    question: str
    offered: Mapping[str, str]
    facts: tuple[str, ...]
    turn: asyncio.Task[ModelTurn]


@dataclass(frozen=True, slots=True)
class AnswerFound:
    """What the model answered, and the record of it."""

    answer: ModelAnswer
    asked: ModelAsked


class ModelAnswers:
    """The questions of calls under way, by the id of the call. Without a `model` none is asked."""

    def __init__(self, model: AnsweringModel | None) -> None:
        self._model = model
        self._asked: dict[str, _PendingQuestion] = {}
        self._informed: tuple[Snapshot, Snapshot] | None = None

    def informed(self, snapshot: Snapshot) -> Snapshot:
        """Return the snapshot with whether a question may be asked now, and with the further answers.

        The switch holds for calls under way, too. The same snapshot gives the same result, while it holds.
        """
        if self._model is None:
            return snapshot
        on, known = self._model.on(), self._informed
        if known is None or known[0] is not snapshot or known[1].ai is not on:
            known = (snapshot, replace(snapshot, ai=on, faq=self._model.faq))
            self._informed = known
        return known[1]

    def begin(self, call: str, decision: Decision, snapshot: Snapshot) -> None:
        """Ask what the decision wants to know; its answer is fetched by the next request of the call."""
        wanted = next((one for one in decision.effects if isinstance(one, AskModel)), None)
        if wanted is None or self._model is None or call in self._asked:
            return
        if len(self._asked) >= _MOST_ASKED:
            self._asked.pop(next(iter(self._asked))).turn.cancel()
        offered = answers_known(snapshot, wanted.locale)
        turn = asyncio.create_task(self._model.ask(call, wanted.question, offered))
        self._asked[call] = _PendingQuestion(wanted.question, offered, _facts(snapshot), turn)

    def kept(self, decision: Decision) -> Decision:
        """Return the decision as it is recorded: a question to the model is kept only if that is wished."""
        if self._model is None or not any(isinstance(one, AskModel) for one in decision.effects):
            return decision
        effects = (self._heard(one) if isinstance(one, Heard) else one for one in decision.effects)
        return replace(decision, effects=tuple(effects))

    def _heard(self, heard: Heard) -> Heard:
        keep = self._model is not None and self._model.settings.keep_questions
        return replace(heard, said=redact_addresses(heard.said) if keep else "")

    async def fetch(
        self, call: str, state: CallState, snapshot: Snapshot, pressed: str
    ) -> AnswerFound | None:
        """Return the answer to the question of this step; None at any other step, or if none was asked.

        A key that was pressed meanwhile counts more than the answer. It waits for what is left of the model's
        own time limit. Sentences that are not ours any more, because the facts changed, are left out.
        """
        if state.step is not Step.QUESTION or self._model is None:
            return None
        asked = self._asked.pop(call, None)
        if asked is None:
            return None
        if pressed:
            asked.turn.cancel()
            return None
        turn = await asked.turn
        current = answers_known(snapshot, state.locale)
        names = tuple(name for name in turn.sentences if current.get(name) == asked.offered[name])
        return AnswerFound(ModelAnswer(sentences=names), self._recorded(asked, turn, names))

    async def close(self) -> None:
        """Drop what is under way, and close the connections."""
        pending = [one.turn for one in self._asked.values()]
        for turn in pending:
            turn.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        if self._model:
            await self._model.close()

    def _recorded(self, asked: _PendingQuestion, turn: ModelTurn, names: tuple[str, ...]) -> ModelAsked:
        settings = self._model.settings if self._model else None
        keep = settings is not None and settings.keep_questions
        outdated = bool(turn.sentences) and not names
        return ModelAsked(
            result="outdated" if outdated else turn.result,
            model=settings.model if settings else "",
            ms=round(turn.seconds * 1000),
            sentences=names,
            facts=asked.facts,
            spoken=" ".join(asked.offered[name] for name in names),
            question=redact_addresses(asked.question) if keep else "",
            reason=turn.reason,
        )


def _facts(snapshot: Snapshot) -> tuple[str, ...]:
    """Return which facts were offered: each incident with the time of its notice."""
    return tuple(f"{one.ref}@{one.as_of.isoformat()}" for one in spoken_incidents(snapshot))
