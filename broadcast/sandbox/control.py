"""What other processes and the web page ask of the sandbox itself."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from broadcast.errors import UsageError
from broadcast.model.clock import WoundClock
from broadcast.sandbox.faults import Armed, parse_faults
from broadcast.sandbox.injection import ELSEWHERE
from broadcast.sandbox.page import page
from broadcast.sandbox.page.site import SITE, has_site, site_file
from broadcast.sandbox.records import Received, Requested
from broadcast.sandbox.state import Mailroom
from broadcast.sandbox.wire.base import Answer, Request, answer_json, whole

SCHEMA = "broadcast.sandbox/1"
_LOCAL = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:[0-9]+)?", re.IGNORECASE)


def is_local(headers: Mapping[str, str]) -> bool:
    """Return whether the request names this machine by a loopback address, and no web page elsewhere made it.

    A name that an attacker's DNS points at 127.0.0.1 would otherwise let a web page read everything.
    """
    origin = headers.get("Origin")
    elsewhere = origin is not None and not _LOCAL.fullmatch(origin.partition("://")[2])
    return bool(_LOCAL.fullmatch(headers.get("Host", ""))) and not elsewhere


def control(mailroom: Mailroom, request: Request, path: str) -> Answer:
    """Answer a request that is for no provider; `path` is the whole of it."""
    if path == ELSEWHERE:
        mailroom.note(Requested("redirected", request.at, request.method, path, 200))
        return answer_json(200, {"id": "elsewhere", "sid": "elsewhere"})
    if request.method == "GET" and f"{path}/".startswith(SITE):
        return site_file(mailroom.site, path if path.startswith(SITE) else SITE)
    act = _ROUTES.get((request.method, path))
    if act is None:
        known = {method for method, route in _ROUTES if route == path}
        return answer_json(405 if known else 404, {"error": f"no {request.method} {path} here"})
    try:
        return act(mailroom, request)
    except UsageError as error:
        return answer_json(400, {"error": str(error), "hint": error.hint})


def _health(mailroom: Mailroom, _request: Request) -> Answer:
    return answer_json(200, {
        "schema": SCHEMA, "status": "ok", "pid": os.getpid(), "edition": mailroom.edition,
        "received": sum(one.tells for one in mailroom.received), "requests": len(mailroom.requests),
        "status_page": SITE if has_site(mailroom.site) else None,
    })  # fmt: skip


def _received(mailroom: Mailroom, request: Request) -> Answer:
    return _listing(mailroom, request, "received", mailroom.received)


def _requests(mailroom: Mailroom, request: Request) -> Answer:
    return _listing(mailroom, request, "requests", mailroom.requests)


def _listing(
    mailroom: Mailroom, request: Request, name: str, records: Sequence[Received | Requested]
) -> Answer:
    wanted = request.parameters()
    after = whole(wanted, "after", 0, len(records))
    limit = whole(wanted, "limit", len(records), len(records))
    shown = [record.as_json() for record in records[after : after + limit]]
    head: dict[str, Any] = {"schema": SCHEMA, "edition": mailroom.edition, "total": len(records)}
    return answer_json(200, {**head, "after": after, name: shown})


def _faults(mailroom: Mailroom, _request: Request) -> Answer:
    elapsed = mailroom.clock.monotonic() - mailroom.opened
    shown = [
        {
            **one.fault.as_json(),
            "spelled": str(one.fault),
            "struck": one.struck,
            "in_force": one.in_force(elapsed),
        }
        for one in mailroom.faults.armed
    ]
    return answer_json(200, {"schema": SCHEMA, "faults": shown})


def _add_faults(mailroom: Mailroom, request: Request) -> Answer:
    mailroom.faults.armed.extend(Armed(fault) for fault in parse_faults(request.body))
    return _faults(mailroom, request)


def _clear_faults(mailroom: Mailroom, request: Request) -> Answer:
    mailroom.faults.armed.clear()
    return _faults(mailroom, request)


def _clear_received(mailroom: Mailroom, request: Request) -> Answer:
    mailroom.clear()
    return _health(mailroom, request)


def _wind_on(mailroom: Mailroom, request: Request) -> Answer:
    if isinstance(mailroom.clock, WoundClock):
        mailroom.clock.wind_on(datetime.fromisoformat(request.body.decode()))
    return _health(mailroom, request)


def _suppress(mailroom: Mailroom, request: Request) -> Answer:
    mailroom.suppressed.update(request.body.decode("utf-8", "replace").split())
    return _health(mailroom, request)


_ROUTES: Mapping[tuple[str, str], Callable[[Mailroom, Request], Answer]] = {
    ("GET", "/"): lambda _mailroom, _request: page(),
    ("GET", "/_sandbox/health"): _health,
    ("GET", "/_sandbox/received.json"): _received,
    ("GET", "/_sandbox/requests.json"): _requests,
    ("GET", "/_sandbox/faults"): _faults,
    ("POST", "/_sandbox/faults"): _add_faults,
    ("DELETE", "/_sandbox/faults"): _clear_faults,
    ("DELETE", "/_sandbox/received"): _clear_received,
    ("POST", "/_sandbox/suppressed"): _suppress,
    ("POST", "/_sandbox/clock"): _wind_on,
}
