"""The state machine of a call: pure, so that every sequence of keys can be tried.

`decide(state, event, snapshot)` is one step: `state` is what the path of the request names, and the state of
the decision is what the caller hears next; the paths in its document are made from it.
"""

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
