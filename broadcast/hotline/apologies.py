"""What a caller hears if no step can be decided: too many calls of one number, or a failure of ours."""

from __future__ import annotations

from broadcast.hotline.call_state import CallState, Step
from broadcast.hotline.snapshot import Snapshot
from broadcast.model.call_document import CallDocument, HangUp, Record, Say


def too_often(state: CallState, snapshot: Snapshot) -> CallDocument:
    """Return words for a number that has just called several times, and the end of the call."""
    return (_say(state, snapshot, "apology.too_often"), HangUp())


def failed(state: CallState, snapshot: Snapshot) -> CallDocument:
    """Return words, and the recording of a message: it needs nothing that may have failed."""
    heard = CallState(step=Step.VOICEMAIL, number=state.number + 1, locale=state.locale)
    kept = CallState(step=Step.RECORDED, number=state.number + 1, locale=state.locale)
    words = (_say(state, snapshot, "apology.failed"), _say(state, snapshot, "voicemail.record"))
    return (*words, Record(next=heard.path, recorded=kept.path))


def _say(state: CallState, snapshot: Snapshot, prompt: str) -> Say:
    return Say(snapshot.prompts[state.locale](prompt), state.locale)
