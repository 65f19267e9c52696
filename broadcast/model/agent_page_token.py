"""Tokens of links to the page of a call, for the agent who accepted it.

A token has the ledger's number of the call and an HMAC keyed with the install secret. It has no personal
data, and nothing is stored for it.
"""

from __future__ import annotations

from datetime import timedelta

from broadcast.model.confirm_token import confirm_token, is_genuine

#: A link can be used so long after the call was accepted.
PAGE_LIFETIME = timedelta(hours=24)


def agent_page_token(secret: bytes, call: int, agent: str) -> str:
    """Return the token for this agent."""
    return confirm_token(secret, call, _identity(agent))


def is_page_of(token: str, secret: bytes, call: int, agent: str) -> bool:
    """Return whether this installation made the token for this call and agent."""
    return is_genuine(token, secret, call, _identity(agent))


def _identity(agent: str) -> str:
    # No notice has such an identity, so that no link of one kind opens the other.
    return f"accepted call\x1f{agent}"
