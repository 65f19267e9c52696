"""The meaning of HTTP answers, as one table for all providers.

An adapter first looks in its own code table, and then here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from broadcast.channels.dates import http_date
from broadcast.channels.transport import Answer, NoReply, Reply
from broadcast.model.outcome import Health, NotSent, Outcome, Probe, Rejected, Scope, Unknown
from broadcast.model.redaction import Secrets, redact_quotation
from broadcast.model.text import without_controls

# 429 is "too many requests" (RFC 6585), 420 Statuspage's older spelling of it. Both mean: not processed.
_RATE_LIMITED = frozenset({420, 429})
_NOT_ALLOWED = {401: "the credentials were refused", 403: "not allowed"}
_WRONG_PLACE = {
    404: "the provider has nothing at that address",
    405: "the provider has nothing at that address",
    410: "the provider has nothing at that address",
}
# The provider stopped waiting, or another request with this key is running: it may have been accepted.
_UNCLEAR = frozenset({408, 409, 425})

# The moment when the limit is reset: X's header, the usual one, and Bluesky's.
_RESETS = ("x-rate-limit-reset", "X-RateLimit-Reset", "ratelimit-reset")
_EXCERPT = 200
_LONGEST_WAIT = 7 * 86_400.0  # seconds; a longer wait is a mistake
_DECIMAL = re.compile(r"\d{1,15}(?:\.\d{1,9})?", re.ASCII)


def failure(answer: Answer, *, detail: str = "", code: str | None = None) -> Outcome:
    """Return the outcome of an answer that is not 2xx, if the adapter has no better one.

    Args:
        answer: The answer, also one that never came.
        detail: The provider's own explanation; secrets and addresses in it are removed.
        code: The provider's own code.

    Returns:
        `NotSent` if the message certainly was not processed (429, or no byte left), `Rejected` for other
        4xx and redirects, else `Unknown`.

    Example:
        >>> failure(reply_with_status_403, detail="key revoked", code="17")
        Rejected("not allowed (HTTP 403): key revoked", Scope.CHANNEL, "17")
    """
    if isinstance(answer, NoReply):
        return _outcome_without_answer(answer)
    status = answer.status
    explained = f": {excerpt(detail, answer.secrets)}" if detail else ""
    if status in _RATE_LIMITED:
        return NotSent(f"too many requests (HTTP {status})", retry_after(answer))
    if 300 <= status < 400:
        return Rejected(f"redirect refused (HTTP {status}): base_url is wrong", Scope.CHANNEL, code)
    refusal = _NOT_ALLOWED.get(status) or _WRONG_PLACE.get(status)
    if refusal is not None:
        return Rejected(f"{refusal} (HTTP {status}){explained}", Scope.CHANNEL, code)
    if 400 <= status < 500 and status not in _UNCLEAR:
        return Rejected(f"the message was refused (HTTP {status}){explained}", Scope.MESSAGE, code)
    return Unknown(f"HTTP {status}{explained}")


def unreadable(reply: Reply, missing: str) -> Unknown:
    """Return the outcome of a success without the provider's own id: it proves nothing."""
    return Unknown(f"HTTP {reply.status}, but the answer has no {missing}")


def health(answer: Answer) -> Probe:
    """Return the probe result for the answer to a harmless request.

    Example:
        >>> health(await transport.exchange("GET", f"{root}/account", headers=headers))
        Probe(Health.UNAUTHORISED, "the credentials were refused (HTTP 401)")
    """
    if isinstance(answer, NoReply):
        return Probe(Health.UNREACHABLE, answer.reason)
    if answer.success:
        return Probe(Health.OK)
    if answer.status in _NOT_ALLOWED:
        return Probe(Health.UNAUTHORISED, f"{_NOT_ALLOWED[answer.status]} (HTTP {answer.status})")
    if answer.status >= 500:
        return Probe(Health.UNREACHABLE, f"the provider fails (HTTP {answer.status})")
    return Probe(Health.DEGRADED, f"HTTP {answer.status}")


def json_object(reply: Reply) -> dict[str, object]:
    """Return the JSON object in the answer; empty if it is anything else."""
    document = json_value(reply)
    return document if isinstance(document, dict) else {}


def json_lines(reply: Reply) -> list[dict[str, object]] | None:
    """Return the JSON objects in the answer, one a line; None if a line is anything else."""
    try:
        return objects([json.loads(line) for line in reply.body.splitlines() if line.strip()])
    except (ValueError, RecursionError):
        return None


def json_objects(reply: Reply) -> list[dict[str, object]] | None:
    """Return the JSON array of objects in the answer; None if it is anything else."""
    return objects(json_value(reply))


def objects(value: object) -> list[dict[str, object]] | None:
    """Return `value` if it is a list of JSON objects, else None."""
    if isinstance(value, list) and all(isinstance(item, dict) for item in value):
        return value
    return None


def text_of(document: Mapping[str, object], key: str) -> str:
    """Return the text or number under `key`, as text; empty if it is missing or anything else.

    It is recorded and shown, so characters that files or terminals must not get are removed.
    """
    value = document.get(key)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return without_controls(str(value))


def retry_after(reply: Reply) -> float | None:
    """Return the seconds to wait: from `Retry-After` (seconds or date), or from the reset of the limit.

    None if neither has a possible value. What the wait then leads to is decided in `dispatch/decide.py`.
    """
    spelled = reply.headers.get("Retry-After", "").strip()
    # The provider wrote the moment by its own clock, which the answer's date shows.
    now = http_date(reply.headers.get("Date", "")) or reply.received_at
    if (seconds := plausible_wait(_number(spelled))) is not None:
        return seconds
    moments = (http_date(spelled), _reset(reply.headers))
    waits = (_wait_until(moment, now) for moment in moments if moment is not None)
    return next((wait for wait in waits if wait is not None), None)


def plausible_wait(seconds: float | None) -> float | None:
    """Return `seconds` if not negative and not more than a week, else None."""
    return float(seconds) if seconds is not None and 0 <= seconds <= _LONGEST_WAIT else None


def excerpt(text: str, secrets: Secrets | None = None) -> str:
    """Return a short single line of `text` without these secrets, addresses, numbers and tokens."""
    text = secrets.masked(text) if secrets else text
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return redact_quotation(line)[:_EXCERPT]


def _outcome_without_answer(nothing: NoReply) -> Outcome:
    if nothing.forbidden:
        return Rejected(nothing.reason, Scope.CHANNEL)
    return Unknown(nothing.reason) if nothing.left else NotSent(nothing.reason)


def json_value(reply: Reply) -> object:
    """Return the JSON in the answer, of any type; None if there is none."""
    try:
        return json.loads(reply.body)
    except (ValueError, RecursionError):
        return None


def _wait_until(moment: datetime, now: datetime) -> float | None:
    """Return the seconds until a moment; one that has passed means now."""
    return plausible_wait(max(0.0, (moment - now).total_seconds()))


def _reset(headers: Mapping[str, str]) -> datetime | None:
    """Return the moment of the reset: X and Bluesky write Unix seconds, Mastodon a date."""
    spelled = next((headers[name] for name in _RESETS if name in headers), "")
    seconds = _number(spelled)
    try:
        moment = datetime.fromisoformat(spelled) if seconds is None else datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _number(text: str) -> float | None:
    return float(text) if _DECIMAL.fullmatch(text) else None
