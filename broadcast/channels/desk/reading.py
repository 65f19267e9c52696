"""The meaning of Zendesk's answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import chain

from broadcast.channels.lookup import Likeness, Listed, ListPage, likeness, moment, unfound
from broadcast.channels.responses import failure, json_object, objects, text_of, unreadable
from broadcast.channels.transport import Answer, NoReply, Reply
from broadcast.model.outcome import Accepted, NotSent, Outcome, Thread, Unknown
from broadcast.model.outgoing import Outgoing

#: The `error` of a deleted ticket, with 404; another 404 means that the subdomain does not exist
#: (https://developer.zendesk.com/api-reference/introduction/requests/, read 2026-11-29).
GONE = "RecordNotFound"
#: A change that Zendesk refuses: the ticket is closed (by a person, by age or by a merge), or a field that is
#: required for solving is empty. Its words say which, in the language of the account.
UNPROCESSABLE = 422
# The key was used for another ticket within two hours: 400 with this `error`.
KEY_TAKEN = "IdempotentRequestError"

_NUMBER = re.compile(r"[0-9]{1,18}")
PAGE = 100  # comments in one answer


def opened(answer: Answer) -> Outcome:
    """Return the outcome of a new ticket."""
    if isinstance(answer, Reply) and answer.success:
        ticket = _number(table(json_object(answer), "ticket"))
        return Accepted(ticket, Thread(ticket, ticket)) if ticket else unreadable(answer, "ticket id")
    if says(answer, 400, KEY_TAKEN):
        return Unknown("Zendesk has seen this key with another text")
    return _refused(answer)


def commented(answer: Answer, thread: Thread) -> Outcome:
    """Return the outcome of a comment."""
    if isinstance(answer, Reply) and answer.success:
        events = objects(table(json_object(answer), "audit").get("events")) or []
        comment = next((_number(one) for one in events if one.get("type") == "Comment"), "")
        if not comment:
            return unreadable(answer, "comment id")
        return Accepted(comment, Thread(thread.root, comment))
    return _refused(answer)


def _refused(answer: Answer) -> Outcome:
    return failure(answer, detail=explained(answer))


def explained(answer: Answer) -> str:
    """Return Zendesk's own reason: each field that it names, else the error."""
    document = {} if isinstance(answer, NoReply) else json_object(answer)
    details = (objects(named) or [] for named in table(document, "details").values())
    fields = [text for one in chain.from_iterable(details) if (text := text_of(one, "description"))]
    return "; ".join(fields) or text_of(document, "description") or text_of(document, "error")


def is_closed(answer: Answer) -> bool:
    """Return whether the ticket takes no further comment."""
    return text_of(table(_document(answer), "ticket"), "status") == "closed"


def listed_comments(answer: Answer, outgoing: Outgoing, page: int) -> ListPage | None:
    """Return a page of a ticket's comments, counted from 1; a ticket that was deleted has none."""
    if says(answer, 404, GONE):
        return ListPage(())
    comments = objects(_document(answer).get("comments"))
    if comments is None:
        return None
    listed = [Listed(one, moment(one, "created_at"), _likeness(one, outgoing)) for one in comments]
    return ListPage(listed, str(page + 1) if len(comments) >= PAGE else "")


def found_comment(found: Listed, thread: Thread) -> Outcome:
    """Return the outcome of a comment that is there."""
    ref = _number(found.document)
    if not ref:
        return Unknown("look-up failed: a comment without id")
    return Accepted(ref, Thread(thread.root, ref), "found in the ticket")


def found_ticket(answer: Answer) -> Outcome:
    """Return whether there is a ticket with the external id that was asked for."""
    tickets = objects(_document(answer).get("tickets"))
    if tickets is None:
        return unfound(answer)
    if not tickets:
        return NotSent("Zendesk has no such ticket")
    ticket = _number(tickets[0])
    return Accepted(ticket, Thread(ticket, ticket), "found in Zendesk") if ticket else unfound(answer)


def _likeness(comment: Mapping[str, object], outgoing: Outgoing) -> Likeness:
    """Return how a comment compares with ours: by our key, or by the text if it has no key."""
    key = text_of(table(table(comment, "metadata"), "custom"), "broadcast")
    if key:
        return Likeness.SAME_KEY if key == outgoing.key else Likeness.OTHER
    return likeness(outgoing, text_of(comment, "plain_body"), keeps_words=True)


def says(answer: Answer, status: int, words: str) -> bool:
    """Return whether the answer is this refusal, and not another one with the same status."""
    return isinstance(answer, Reply) and answer.status == status and words.encode() in answer.body


def _document(answer: Answer) -> dict[str, object]:
    return json_object(answer) if isinstance(answer, Reply) and answer.success else {}


def table(document: Mapping[str, object], key: str) -> Mapping[str, object]:
    """Return the object under `key`; empty if there is none."""
    value = document.get(key)
    return value if isinstance(value, dict) else {}


def _number(document: Mapping[str, object]) -> str:
    """Return the id, which is a number in Zendesk; "" if it is missing."""
    spelled = text_of(document, "id")
    return spelled if _NUMBER.fullmatch(spelled) else ""
