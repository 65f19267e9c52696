"""A follow-up whose parent is gone begins anew: once, and the result says so.

Somebody may delete the post, message, incident or ticket that we want to follow. Providers explain it in
prose that they translate, so only statuses and machine codes decide.
"""

from __future__ import annotations

from dataclasses import replace

from broadcast.channels.transport import Answer, Reply
from broadcast.model.outcome import Accepted, Outcome

#: Refusals that have nothing to do with the parent: credentials, and "not now".
_OTHER_REASONS = frozenset({401, 408, 409, 420, 425, 429})


def refuses_reply(answer: Answer) -> bool:
    """Whether a reply was refused for good, where a text of its own may still be taken."""
    return isinstance(answer, Reply) and 400 <= answer.status < 500 and answer.status not in _OTHER_REASONS


def begun_anew(outcome: Outcome, why: str) -> Outcome:
    """The outcome of a text that stands on its own; `why` it does, for the person who sent it."""
    if not isinstance(outcome, Accepted):
        return outcome
    return replace(outcome, warning=f"{why}: this text stands on its own, and later ones follow it")
