"""Ask the model which of our sentences answer a question, within its time, its budget and its breaker.

Any service with OpenAI's chat interface will do. One request, no second try: a caller waits.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from broadcast.ai.budget import QuestionBudget
from broadcast.ai.choice import chosen, request_for
from broadcast.ai.faq import FaqAnswer, read_faq
from broadcast.ai.switch import ModelSwitch
from broadcast.channels.circuit import Circuit
from broadcast.channels.described import text_at
from broadcast.channels.responses import json_value
from broadcast.channels.transport import NoReply, Transport
from broadcast.config.ai_settings import AiSettings
from broadcast.config.settings import Settings
from broadcast.model.clock import Clock
from broadcast.model.redaction import Secrets, redact_addresses
from broadcast.rendering import speech
from broadcast.rendering.words import words_for

_CONTENT = "choices.0.message.content"


class AskedResult(StrEnum):
    """What came of a question to the model."""

    ANSWERED = "answered"
    NOTHING = "nothing"  # it knows no sentence that answers it
    REFUSED = "refused"  # its answer was not of our sentences
    LATE = "late"
    FAILED = "failed"
    LEFT_ALONE = "left-alone"  # it failed before, and is not asked for a while
    BUDGET = "budget"  # enough questions were asked
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelTurn:
    """One question to the model: what came of it, the ids of our sentences, how long it took, and why not."""

    result: AskedResult
    sentences: tuple[str, ...] = ()
    seconds: float = 0.0
    reason: str = ""


def _spoken(answer: FaqAnswer) -> dict[str, str]:
    return {locale: speech.spoken(text, words_for(locale)) for locale, text in answer.answers.items()}


class AnsweringModel:
    """The model of `[ai]`.

    Example:
        >>> turn = await model.ask("CA1", "are orders possible", {"INC-7#2": "Orders work."})
        >>> turn.result, turn.sentences
        (<AskedResult.ANSWERED: 'answered'>, ('INC-7#2',))
    """

    def __init__(
        self, settings: AiSettings, faq: Sequence[FaqAnswer], key: str, switch: ModelSwitch, clock: Clock
    ) -> None:
        self.settings = settings
        self.faq = {one.id: _spoken(one) for one in faq}
        self._examples = {one.id: one.questions for one in faq}
        self._switch = switch
        self._clock = clock
        self._circuit = Circuit()
        self._budget = QuestionBudget(settings.per_hour, settings.per_call)
        self._headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if key:
            self._headers["Authorization"] = f"Bearer {key}"
        secrets = Secrets(frozenset({key} if key else ()))
        self._transport = Transport(timeout=settings.timeout, secrets=secrets)

    @classmethod
    def from_settings(cls, settings: Settings, clock: Clock) -> Self | None:
        """Return the model; None without `[ai]`. Raises `ConfigError` for its key or its file of answers."""
        ai = settings.ai
        if ai is None:
            return None
        key = ai.api_key.resolve(f"{ai.origin} api_key") if ai.api_key else ""
        faq = read_faq(ai.faq) if ai.faq else ()
        return cls(ai, faq, key, ModelSwitch.beside(settings.ledger), clock)

    def on(self) -> bool:
        """Return whether a question may be asked now."""
        return not self._switch.off

    async def ask(self, call: str, question: str, sentences: Mapping[str, str]) -> ModelTurn:
        """Ask, once; raises nothing, and takes no longer than the time limit.

        Args:
            call: The id of the call, for its budget.
            question: In the caller's words; addresses in it do not leave this machine.
            sentences: Our own, by id, in the caller's language.
        """
        began = self._clock.monotonic()
        if not self.on():
            return ModelTurn(result=AskedResult.OFF)
        if not sentences:
            return ModelTurn(result=AskedResult.NOTHING)
        if not self._circuit.allows(began):
            return ModelTurn(result=AskedResult.LEFT_ALONE)
        if not self._budget.spend(call, began):
            return ModelTurn(result=AskedResult.BUDGET)
        turn = await self._asked(question, sentences)
        if turn.result in {AskedResult.LATE, AskedResult.FAILED}:
            self._circuit.failed(self._clock.monotonic())
        else:
            self._circuit.answered()
        if not self.on():
            turn = ModelTurn(result=AskedResult.OFF)
        seconds = self._clock.monotonic() - began
        return ModelTurn(result=turn.result, sentences=turn.sentences, seconds=seconds, reason=turn.reason)

    async def close(self) -> None:
        """Close all connections."""
        await self._transport.close()

    async def _asked(self, question: str, sentences: Mapping[str, str]) -> ModelTurn:
        body = request_for(self.settings.model, redact_addresses(question), sentences, self._examples)
        url = f"{self.settings.base_url.rstrip('/')}/chat/completions"
        try:
            async with asyncio.timeout(self.settings.timeout):
                answer = await self._transport.exchange(
                    "POST", url, headers=self._headers, body=json.dumps(body).encode(), signing_in=True
                )
        except TimeoutError:
            return ModelTurn(result=AskedResult.LATE)
        if isinstance(answer, NoReply):
            return ModelTurn(result=AskedResult.FAILED, reason=answer.reason)
        if not answer.success:
            return ModelTurn(result=AskedResult.FAILED, reason=f"HTTP {answer.status}")
        names = chosen(text_at(json_value(answer), _CONTENT), sentences)
        if names is None:
            return ModelTurn(result=AskedResult.REFUSED)
        return ModelTurn(result=AskedResult.ANSWERED if names else AskedResult.NOTHING, sentences=names)
