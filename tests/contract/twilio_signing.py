"""Requests signed by Twilio's own SDK."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qsl

from multidict import MultiDict
from twilio.request_validator import RequestValidator

from broadcast.model.inbound import InboundRequest


def signed_by_the_sdk(
    secret: str, algorithm: str | None = None
) -> Callable[[InboundRequest], InboundRequest]:
    """Return what signs a request as Twilio's own SDK does."""

    def sign(given: InboundRequest) -> InboundRequest:
        fields = parse_qsl(given.body.decode(errors="replace"), keep_blank_values=True)
        made = RequestValidator(secret).compute_signature(given.url, MultiDict(fields), algorithm)
        named = {"x-twilio-webhooks-signature-settings": f"key=k1,algorithm={algorithm}"} if algorithm else {}
        return replace(given, headers={**given.headers, **named, "x-twilio-signature": made})

    return sign
