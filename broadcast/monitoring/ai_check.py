"""Ask the model of `[ai]` one question, so that a wrong key or a slow service shows in time."""

from __future__ import annotations

from broadcast.ai.answering_model import AnsweringModel, AskedResult, ModelTurn
from broadcast.config.settings import Settings
from broadcast.model.check import Check, CheckVerdict
from broadcast.model.clock import SystemClock

SUBJECT = "hotline ai"
_QUESTION, _SENTENCES = "Are orders possible?", {"doctor#1": "Orders are possible as usual."}
_FIX = "check base_url, model, api_key and timeout of [ai]; callers are served without it"


async def check_ai(settings: Settings) -> list[Check]:
    """Return whether the model answers; nothing without `[ai]`. Raises `ConfigError`."""
    model = AnsweringModel.from_settings(settings, SystemClock())
    if model is None or settings.ai is None:
        return []
    try:
        turn = await model.ask("doctor", _QUESTION, _SENTENCES)
    finally:
        await model.close()
    return [Check(SUBJECT, *_finding(turn, settings.ai.timeout))]


def _finding(turn: ModelTurn, timeout: float) -> tuple[CheckVerdict, str, str]:
    match turn.result:
        case AskedResult.OFF:
            return CheckVerdict.OK, "switched off; not asked", ""
        case AskedResult.ANSWERED | AskedResult.NOTHING:
            return CheckVerdict.OK, f"it answers within {timeout:g} s", ""
        case AskedResult.REFUSED:
            fix = "choose a model that keeps to a JSON schema; what it answers now is never said"
            return CheckVerdict.WARN, "its answer does not name one of our sentences", fix
        case AskedResult.LATE:
            return CheckVerdict.WARN, f"no answer within {timeout:g} s", _FIX
        case _:
            return CheckVerdict.WARN, f"it fails: {turn.reason}", _FIX
