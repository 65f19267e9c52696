"""The meaning of Microsoft Graph's answers to a draft and its sending."""

from __future__ import annotations

from collections.abc import Mapping

from broadcast.channels.email.headers import Identity
from broadcast.channels.email.sign_in import Refused
from broadcast.channels.lookup import unfound
from broadcast.channels.responses import failure, json_object, objects, text_of, unreadable
from broadcast.channels.transport import Answer, NoReply, Reply
from broadcast.model.outcome import Accepted, NotSent, Outcome, Rejected, Scope, Unknown

_RECIPIENT, _MESSAGE, _CHANNEL = Scope.RECIPIENT, Scope.MESSAGE, Scope.CHANNEL
#: Meanings of `error.code`, if the HTTP status alone would mislead. The statuses are listed at
#: https://learn.microsoft.com/graph/errors (read 2026-11-29).
CODES: Mapping[str, tuple[Scope, str]] = {
    "ErrorInvalidRecipients": (_RECIPIENT, "not an address that Exchange takes"),
    "ErrorMessageSizeExceeded": (_MESSAGE, "the message is too large"),
    "ErrorAccessDenied": (_CHANNEL, "the app lacks Mail.ReadWrite or Mail.Send, or may not use this mailbox"),
    "ErrorSendAsDenied": (_CHANNEL, "the app may not send as this mailbox"),
    "ErrorMessageSubmissionBlocked": (
        _CHANNEL,
        "the mailbox may not send: blocked, or above its daily limit",
    ),
    "ErrorQuotaExceeded": (_CHANNEL, "the mailbox is full"),
    "ErrorInvalidUser": (_CHANNEL, "there is no such mailbox"),
    "MailboxNotEnabledForRESTAPI": (_CHANNEL, "there is no such mailbox in Exchange Online"),
}
# The draft no longer exists: it was sent before, or a person deleted it. A look-up in the mailbox tells.
_GONE = frozenset({400, 404, 409, 410})
_SENT = frozenset({202, 204})  # 204 is in the published description


def written(answer: Answer | Refused) -> str | Outcome:
    """Return the new draft's id, or why there is none."""
    if not isinstance(answer, Reply) or not answer.success:
        return _refused(answer)
    return text_of(json_object(answer), "id") or unreadable(answer, "draft id")


def sent(answer: Answer | Refused, identity: Identity) -> Outcome:
    """Return the outcome of sending the draft; the answer is only a status."""
    if not isinstance(answer, Reply):
        return _refused(answer)
    if answer.status in _SENT:
        return Accepted(identity.own, identity.thread)
    if answer.success:
        return Unknown(f"HTTP {answer.status} where Graph says 202")
    outcome = _refused(answer)
    if answer.status in _GONE and not (isinstance(outcome, Rejected) and outcome.code in CODES):
        return Unknown(f"the draft could not be sent (HTTP {answer.status})")
    return outcome


def _refused(answer: Answer | Refused) -> Outcome:
    if not isinstance(answer, Reply):
        return failure(answer) if isinstance(answer, NoReply) else answer
    error = json_object(answer).get("error")
    said = error if isinstance(error, dict) else {}
    code = text_of(said, "code")
    if answer.status < 500 and code in CODES:
        scope, reason = CODES[code]
        return Rejected(reason, scope, code)
    return failure(answer, detail=text_of(said, "message"), code=code or None)


def found(answer: Answer | Refused, identity: Identity) -> str | Outcome:
    """Return the outcome by our key in the mailbox, or the id of a draft that was not sent."""
    if isinstance(answer, NotSent | Rejected):
        return Unknown(f"look-up failed: {answer.reason}")
    document = json_object(answer) if isinstance(answer, Reply) and answer.success else {}
    messages = objects(document.get("value"))
    if messages is None:
        return unfound(answer)
    if not messages:
        return NotSent("the mailbox has no such message")
    if any(message.get("isDraft") is False for message in messages):
        return Accepted(identity.own, identity.thread, "found in the mailbox")
    unsent = text_of(messages[0], "id") if messages[0].get("isDraft") is True else ""
    return unsent or unfound(answer)
