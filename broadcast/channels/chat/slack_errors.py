"""The meaning of Slack's error words, which come with HTTP 200.

The words are listed at https://docs.slack.dev/reference/methods/chat.postMessage (2026-11-29).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from broadcast.channels.responses import retry_after
from broadcast.channels.transport import Reply
from broadcast.model.outcome import NotSent, Outcome, Rejected, Scope, Unknown

_TOKEN = "the token was refused"  # noqa: S105 - a reason, not a token
_POSTING = "the app may not post in this channel"
_LENGTH = "the text is too long for a message"
_REFUSED = "the message was refused"

#: Words about the credentials: no message is accepted until they are replaced.
CREDENTIALS: Mapping[str, str] = {
    "not_authed": "no token was sent",
    "invalid_auth": _TOKEN,
    "token_revoked": "the token was revoked",
    "token_expired": "the token has expired",
    "account_inactive": "the app or its account was removed",
    "missing_scope": "the token lacks a scope",
    "not_allowed_token_type": "this needs a bot token",
    "no_permission": _TOKEN,
    "access_denied": _TOKEN,
    "app_access_restricted": _TOKEN,
    "org_login_required": "the organisation is being moved",
    "team_access_not_granted": "the token is not for this workspace",
}
#: Words about the channel: no message is accepted there.
PLACES: Mapping[str, str] = {
    "channel_not_found": "there is no such channel, or the app may not see it",
    "is_archived": "the channel is archived",
    "is_inactive": "the channel is archived",
    "not_in_channel": "the app is not a member of the channel",
    "channel_is_limited_access": _POSTING,
    "restricted_action": _POSTING,
    "restricted_action_read_only_channel": _POSTING,
    "restricted_action_thread_only_channel": _POSTING,
    "restricted_action_non_threadable_channel": _POSTING,
    "ekm_access_denied": _POSTING,
    "messages_tab_disabled": _POSTING,
    "team_not_found": "the token is not for this workspace",
}
MESSAGES: Mapping[str, str] = {
    "msg_too_long": _LENGTH,
    "msg_blocks_too_long": _LENGTH,
    "restricted_action_thread_locked": "the thread is locked",
    "cannot_reply_to_message": "the first message takes no replies",
    "thread_not_found": "the first message is gone",
}
#: Words about the message to which a reply was sent: a message without a thread may still be accepted
#: (https://docs.slack.dev/reference/methods/chat.postMessage, read 2026-11-29).
NO_REPLY = frozenset(
    {
        "thread_not_found",
        "message_not_found",
        "cannot_reply_to_message",
        "restricted_action_thread_locked",
        "restricted_action_non_threadable_channel",
    }
)
#: Refused for now, and not processed.
_LATER = frozenset(
    {
        "ratelimited",
        "rate_limited",
        "message_limit_exceeded",
        "service_unavailable",
        "request_timeout",
        "team_added_to_org",
    }
)
#: "It's possible some aspect of the operation succeeded before the error was raised."
_UNCLEAR = frozenset({"fatal_error", "internal_error"})
_WORD = re.compile(r"[a-z_]{1,60}", re.ASCII)


def refusal(error: str, reply: Reply) -> Outcome:
    """Return the outcome of an answer that is not ok; an unknown word is a refusal of this message."""
    if error in _LATER:
        return NotSent(f"Slack asks to wait ({error})", retry_after(reply))
    if error in _UNCLEAR:
        return Unknown(f"Slack says {error}")
    if reason := CREDENTIALS.get(error) or PLACES.get(error):
        return Rejected(f"{reason} ({error})", Scope.CHANNEL, error)
    # Anything other than a plain word may quote the request.
    code = error if _WORD.fullmatch(error) else None
    return Rejected(MESSAGES.get(error, _REFUSED) + (f" ({code})" if code else ""), Scope.MESSAGE, code)
