"""A reply to a deleted message: publish it on its own, once, and say so in the result.

The post, message, incident or ticket that we want to reply to may have been deleted. Providers explain
this in prose that they translate, so only statuses and machine codes decide.
"""

from __future__ import annotations

from dataclasses import replace

from broadcast.channels.transport import Answer, Reply
from broadcast.model.outcome import Accepted, Outcome

#: Refusals for other reasons than the parent: credentials, and "not now".
_OTHER_REASONS = frozenset({401, 408, 409, 420, 425, 429})


def refuses_reply(answer: Answer) -> bool:
    """Return whether the provider refused the reply for good, but may still accept the text on its own."""
    return isinstance(answer, Reply) and 400 <= answer.status < 500 and answer.status not in _OTHER_REASONS


def posted_alone(outcome: Outcome, why: str) -> Outcome:
    """Return the outcome of a text published on its own; `why` tells the sender the reason."""
    if not isinstance(outcome, Accepted):
        return outcome
    return replace(outcome, warning=f"{why}: this text is published on its own, and later ones reply to it")
