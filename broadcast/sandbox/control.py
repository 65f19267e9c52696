"""The control interface of the sandbox, for other processes and the web page."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from broadcast.errors import UsageError
from broadcast.model.clock import ManualClock
from broadcast.sandbox.faults import Armed, parse_faults
from broadcast.sandbox.injection import ELSEWHERE
from broadcast.sandbox.page import page
from broadcast.sandbox.page.site import SITE, has_site, site_file
from broadcast.sandbox.records import Received, Requested
from broadcast.sandbox.state import SandboxState
from broadcast.sandbox.wire.base import WireAnswer, WireRequest, answer_json, whole

SCHEMA = "broadcast.sandbox/1"
_LOCAL = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:[0-9]+)?", re.IGNORECASE)


def is_local(headers: Mapping[str, str]) -> bool:
    """Return whether the request names this machine by a loopback address and comes from no other web site.

    Otherwise a name that an attacker's DNS maps to 127.0.0.1 would let a web page read everything.
    """
    origin = headers.get("Origin")
    elsewhere = origin is not None and not _LOCAL.fullmatch(origin.partition("://")[2])
    return bool(_LOCAL.fullmatch(headers.get("Host", ""))) and not elsewhere


def control(state: SandboxState, request: WireRequest, path: str) -> WireAnswer:
    """Answer a request that is not for a provider; `path` is the whole path."""
    if path == ELSEWHERE:
        state.note(
            Requested(provider="redirected", at=request.at, method=request.method, path=path, status=200)
        )
        return answer_json(200, {"id": "elsewhere", "sid": "elsewhere"})
    if request.method == "GET" and f"{path}/".startswith(SITE):
        return site_file(state.site, path if path.startswith(SITE) else SITE)
    act = _ROUTES.get((request.method, path))
    if act is None:
        known = {method for method, route in _ROUTES if route == path}
        return answer_json(405 if known else 404, {"error": f"no {request.method} {path} here"})
    try:
        return act(state, request)
    except UsageError as error:
        return answer_json(400, {"error": str(error), "hint": error.hint})


def _health(state: SandboxState, _request: WireRequest) -> WireAnswer:
    return answer_json(200, {
        "schema": SCHEMA, "status": "ok", "pid": os.getpid(), "edition": state.edition,
        "received": sum(one.tells for one in state.received), "requests": len(state.requests),
        "callbacks": state.callbacks.pending if state.callbacks else 0,
        "status_page": SITE if has_site(state.site) else None,
    })  # fmt: skip


def _received(state: SandboxState, request: WireRequest) -> WireAnswer:
    return _listing(state, request, "received", state.received)


def _requests(state: SandboxState, request: WireRequest) -> WireAnswer:
    return _listing(state, request, "requests", state.requests)


def _listing(
    state: SandboxState, request: WireRequest, name: str, records: Sequence[Received | Requested]
) -> WireAnswer:
    wanted = request.parameters()
    after = whole(wanted, "after", 0, len(records))
    limit = whole(wanted, "limit", len(records), len(records))
    shown = [record.as_json() for record in records[after : after + limit]]
    head: dict[str, Any] = {"schema": SCHEMA, "edition": state.edition, "total": len(records)}
    return answer_json(200, {**head, "after": after, name: shown})


def _faults(state: SandboxState, _request: WireRequest) -> WireAnswer:
    elapsed = state.clock.monotonic() - state.opened
    shown = [
        {
            **one.fault.as_json(),
            "spelled": str(one.fault),
            "struck": one.struck,
            "in_force": one.in_force(elapsed),
        }
        for one in state.faults.armed
    ]
    return answer_json(200, {"schema": SCHEMA, "faults": shown})


def _add_faults(state: SandboxState, request: WireRequest) -> WireAnswer:
    state.faults.armed.extend(Armed(fault=fault) for fault in parse_faults(request.body))
    return _faults(state, request)


def _clear_faults(state: SandboxState, request: WireRequest) -> WireAnswer:
    state.faults.armed.clear()
    return _faults(state, request)


def _clear_received(state: SandboxState, request: WireRequest) -> WireAnswer:
    state.clear()
    return _health(state, request)


def _advance_clock(state: SandboxState, request: WireRequest) -> WireAnswer:
    if isinstance(state.clock, ManualClock):
        state.clock.advance_to(datetime.fromisoformat(request.body.decode()))
    return _health(state, request)


def _suppress(state: SandboxState, request: WireRequest) -> WireAnswer:
    state.suppressed.update(request.body.decode("utf-8", "replace").split())
    return _health(state, request)


_ROUTES: Mapping[tuple[str, str], Callable[[SandboxState, WireRequest], WireAnswer]] = {
    ("GET", "/"): lambda _, __: page(),
    ("GET", "/_sandbox/health"): _health,
    ("GET", "/_sandbox/received.json"): _received,
    ("GET", "/_sandbox/requests.json"): _requests,
    ("GET", "/_sandbox/faults"): _faults,
    ("POST", "/_sandbox/faults"): _add_faults,
    ("DELETE", "/_sandbox/faults"): _clear_faults,
    ("DELETE", "/_sandbox/received"): _clear_received,
    ("POST", "/_sandbox/suppressed"): _suppress,
    ("POST", "/_sandbox/clock"): _advance_clock,
}
