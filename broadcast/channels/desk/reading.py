"""What Zendesk's answers mean."""

from __future__ import annotations

from collections.abc import Mapping

from broadcast.channels.answers import failure, json_object, objects, text_of, unreadable
from broadcast.channels.lookup import is_complete, since, unfound
from broadcast.channels.transport import Answer, NoReply, Reply
from broadcast.model.outcome import Accepted, NotSent, Outcome, Thread, Unknown
from broadcast.model.outgoing import Attempted

# A ticket that was closed by hand, by age or by a merge takes no further comment: 422 with these words.
CLOSED = "closed prevents ticket update"
# A ticket that was deleted: 404 with this `error`; another 404 means that there is no such desk.
GONE = "RecordNotFound"
# The key was used for another ticket within two hours: 400 with this `error`.
KEY_TAKEN = "IdempotentRequestError"

PAGE = 100  # comments in one answer


def opened(answer: Answer, detail: str | None) -> Outcome:
    """The outcome of a new ticket; `detail` says why it is not the old one."""
    if isinstance(answer, Reply) and answer.success:
        ticket = _number(table(json_object(answer), "ticket"))
        return Accepted(ticket, Thread(ticket, ticket), detail) if ticket else unreadable(answer, "ticket id")
    if says(answer, 400, KEY_TAKEN):
        return Unknown("Zendesk has seen this key with another text")
    return _refused(answer)


def commented(answer: Answer, thread: Thread) -> Outcome:
    """The outcome of a comment."""
    if isinstance(answer, Reply) and answer.success:
        events = objects(table(json_object(answer), "audit").get("events")) or []
        comment = next((_number(one) for one in events if one.get("type") == "Comment"), "")
        if not comment:
            return unreadable(answer, "comment id")
        return Accepted(comment, Thread(thread.root, comment))
    return _refused(answer)


def _refused(answer: Answer) -> Outcome:
    if isinstance(answer, NoReply):
        return failure(answer)
    document = json_object(answer)
    return failure(answer, detail=text_of(document, "description") or text_of(document, "error"))


def found_comment(answer: Answer, attempt: Attempted, thread: Thread) -> Outcome:
    """Whether the newest comments of a ticket hold what was attempted."""
    if says(answer, 404, GONE):
        return NotSent("the ticket was deleted")
    comments = objects(_document(answer).get("comments"))
    if comments is None:
        return unfound(answer)
    for comment in comments:
        if _is_ours(comment, attempt) and (ref := _number(comment)):
            return Accepted(ref, Thread(thread.root, ref), "found in the ticket")
    if is_complete(comments, PAGE, "created_at", since(attempt)):
        return NotSent("the ticket has no such comment")
    return Unknown("look-up failed: too many comments since")


def found_ticket(answer: Answer) -> Outcome:
    """Whether there is a ticket with the external id that was asked for."""
    tickets = objects(_document(answer).get("tickets"))
    if tickets is None:
        return unfound(answer)
    if not tickets:
        return NotSent("Zendesk has no such ticket")
    ticket = _number(tickets[0])
    return Accepted(ticket, Thread(ticket, ticket), "found in Zendesk") if ticket else unfound(answer)


def _is_ours(comment: Mapping[str, object], attempt: Attempted) -> bool:
    """By our key, or by the text, which names its incident and its number."""
    if text_of(table(table(comment, "metadata"), "custom"), "broadcast") == attempt.outgoing.key:
        return True
    return text_of(comment, "plain_body").split() == attempt.outgoing.message.text.split()


def says(answer: Answer, status: int, words: str) -> bool:
    """Whether it is this refusal, and not another of the same status."""
    return isinstance(answer, Reply) and answer.status == status and words.encode() in answer.body


def _document(answer: Answer) -> dict[str, object]:
    return json_object(answer) if isinstance(answer, Reply) and answer.success else {}


def table(document: Mapping[str, object], key: str) -> Mapping[str, object]:
    """The object under `key`; empty where there is none."""
    value = document.get(key)
    return value if isinstance(value, dict) else {}


def _number(document: Mapping[str, object]) -> str:
    """The id, which is a number in Zendesk; empty where it is none."""
    spelled = text_of(document, "id")
    return spelled if spelled.isascii() and spelled.isdecimal() else ""
