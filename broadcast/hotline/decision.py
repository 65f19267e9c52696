"""What the state machine decides."""

from __future__ import annotations

from dataclasses import dataclass

from broadcast.hotline.call_state import CallState
from broadcast.hotline.effects import Effect
from broadcast.model.call_document import CallDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The answer to one request: the state that was reached, what is said, and what is done beside."""

    state: CallState
    document: CallDocument
    effects: tuple[Effect, ...] = ()
