"""What adapters share that receive requests of a provider: compare signatures, judge ages, read bodies."""

from __future__ import annotations

import hmac
import json
from datetime import datetime, timedelta
from urllib.parse import unquote_to_bytes

from broadcast.model.inbound import Forged, InboundRequest, Malformed

#: A body that is cut into more fields than this is from no provider, and would only cost time.
_MOST_FIELDS = 200


def is_equal(expected: bytes, given: str) -> bool:
    """Compare a signature or a secret without telling by the time where they differ.

    False if they are not equal, or nothing is given.
    """
    return bool(given) and hmac.compare_digest(expected, given.encode("utf-8", "replace"))


def require_equal(expected: bytes, given: str) -> None:
    """Compare as `is_equal` does.

    Raises:
        Forged: They are not equal, or nothing is given.
    """
    if not is_equal(expected, given):
        raise Forged


def require_recent(timestamp: str, at: datetime, within: timedelta) -> None:
    """Judge the signed time of a request by our clock.

    Args:
        timestamp: Unix seconds, as the provider wrote them.
        at: When the request arrived.
        within: How far the two may be apart, in both directions.

    Raises:
        Forged: It is no number, too old or too new.
    """
    # At most 12 digits: a longer number is no time, and converting it could take long.
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise Forged
    if abs(int(timestamp) - at.timestamp()) > within.total_seconds():
        raise Forged


def json_body(request: InboundRequest) -> object:
    """Return the JSON in the body, of any type; raises `Malformed`."""
    try:
        return json.loads(request.body.decode())
    except (ValueError, RecursionError):
        raise Malformed("the body is not JSON in UTF-8") from None


def json_object_body(request: InboundRequest) -> dict[str, object]:
    """Return the JSON object in the body; raises `Malformed`."""
    document = json_body(request)
    if not isinstance(document, dict):
        raise Malformed("the body is not a JSON object")
    return document


def form_body(request: InboundRequest) -> list[tuple[str, str]]:
    """Return the fields of a form in the order of the body, with empty values; raises `Malformed`."""
    fields = []
    # Three times as fast as `parse_qsl`, which took a tenth of the time for a receipt.
    try:
        parts = request.body.decode().split("&")
        if len(parts) > _MOST_FIELDS:
            raise Malformed(f"the form has more than {_MOST_FIELDS} fields")
        for part in parts:
            name, _, value = part.partition("=")
            if "%" in part or "+" in part:
                fields.append((_unquoted(name), _unquoted(value)))
            elif part:
                fields.append((name, value))
    except UnicodeDecodeError:
        raise Malformed("the form is not UTF-8") from None
    return fields


def _unquoted(text: str) -> str:
    return unquote_to_bytes(text.replace("+", " ")).decode()


def is_json(request: InboundRequest) -> bool:
    """Return whether the request says that its body is JSON."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"
