"""Who calls, as Zendesk knows it: the user with the number, and their latest ticket that is not solved.

The search API takes the number in the query of a GET alone (https://developer.zendesk.com/api-reference/ticketing/
ticket-management/search/, read 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlencode

from broadcast.channels.base import LookupFailed
from broadcast.channels.responses import json_object, objects, text_of
from broadcast.channels.transport import Answer, NoReply

#: A user with this tag is handed over at once.
_VIP = "vip"
#: Fewer digits may be the end of many numbers.
_SHORTEST = 7


async def find_user(number: str, ask: Callable[[str], Awaitable[Answer]]) -> Mapping[str, str] | None:
    """Return what is known of the user with this number; None if there is none.

    Several users may share a number, as the members of a team: then nobody can say who calls.
    """
    users = _results(await ask(_search(f'type:user phone:"{number}"')))
    if len(users) != 1 or not _may_be(text_of(users[0], "phone"), number):
        return None
    user = users[0]
    tags = user.get("tags")
    known = {
        "name": text_of(user, "name"),
        "locale": text_of(user, "locale"),
        "vip": "true" if isinstance(tags, list) and _VIP in tags else "",
    }
    requester = text_of(user, "id")
    if not requester.isdecimal():
        return known
    tickets = _results(await ask(_search(f"type:ticket requester:{requester} status<solved", "updated_at")))
    return {**known, "ticket": text_of(tickets[0], "id")} if tickets else known


def _may_be(written: str, number: str) -> bool:
    """Return whether a number as people wrote it may be this one: a search may find others that are like it.

    A number that is not shown is a further one of the user.
    """
    digits = "".join(filter(str.isdigit, written)).lstrip("0")
    return not digits or (len(digits) >= _SHORTEST and number.endswith(digits))


def _search(query: str, sort_by: str = "") -> str:
    wanted = {"query": query} | ({"sort_by": sort_by, "sort_order": "desc"} if sort_by else {})
    return f"/search.json?{urlencode(wanted)}"


def _results(answer: Answer) -> list[dict[str, object]]:
    if isinstance(answer, NoReply):
        raise LookupFailed(answer.reason)
    found = objects(json_object(answer).get("results")) if answer.success else None
    if found is None:
        raise LookupFailed(f"Zendesk answered the search with HTTP {answer.status}")
    return found
