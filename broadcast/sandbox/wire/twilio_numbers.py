"""Twilio's IncomingPhoneNumbers: every number belongs to the account, and leads nowhere until that is set.

Written from Twilio's SDK 9.13.0 (`rest/api/v2010/account/incoming_phone_number`).
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Any

from broadcast.sandbox.wire.base import WireAnswer, WireRequest, answer_json
from broadcast.sandbox.wire.twilio_rules import PHONE, error

_ROUTE = re.compile(
    r"2010-04-01/Accounts/(?P<account>[^/.]+)/IncomingPhoneNumbers(?:/(?P<sid>PN[0-9a-f]{32}))?\.json"
)
_METHODS = frozenset({"GET", "POST"})
#: The form's fields that a number keeps, as its document names them.
_FIELDS = {
    "VoiceUrl": "voice_url",
    "VoiceMethod": "voice_method",
    "VoiceFallbackUrl": "voice_fallback_url",
    "VoiceFallbackMethod": "voice_fallback_method",
    "StatusCallback": "status_callback",
}


class AccountNumbers:
    """The numbers that somebody asked for, with their settings; a new sandbox begins without any."""

    def __init__(self) -> None:
        self._numbers: dict[str, dict[str, Any]] = {}

    def answer(self, request: WireRequest) -> WireAnswer | None:
        """List a number, or change it; None for every other path."""
        found = _ROUTE.fullmatch(request.path)
        if found is None:
            return None
        if found["sid"] is None:
            number = request.parameters().get("PhoneNumber", "")
            listed = [self._number(number, found["account"])] if PHONE.fullmatch(number) else []
            return answer_json(200, {"incoming_phone_numbers": listed, "page": 0, "next_page_uri": None})
        known = self._numbers.get(found["sid"])
        if known is None:
            return error(404, 20404, "/" + request.path)
        return self._changed(known, request) if request.method == "POST" else answer_json(200, known)

    def _changed(self, known: dict[str, Any], request: WireRequest) -> WireAnswer:
        form = request.form()
        if form.get("VoiceMethod", "POST") not in _METHODS:
            return error(400, 20001, "VoiceMethod is neither GET nor POST")
        known |= {_FIELDS[name]: value for name, value in form.items() if name in _FIELDS}
        return answer_json(200, known)

    def _number(self, number: str, account: str) -> dict[str, Any]:
        sid = "PN" + sha256(number.encode()).hexdigest()[:32]
        fresh = {
            "sid": sid, "account_sid": account, "phone_number": number, "friendly_name": number,
            "voice_url": "", "voice_method": "POST",
            "voice_fallback_url": "", "voice_fallback_method": "POST",
            "status_callback": "", "voice_application_sid": "", "trunk_sid": None,
        }  # fmt: skip
        return self._numbers.setdefault(sid, fresh)
