"""Twilio's Recordings: what callers left, which can be fetched and deleted.

Written from Twilio's SDK 9.13.0 (`rest/api/v2010/account/recording`).
"""

from __future__ import annotations

import re

from broadcast.sandbox.wire.base import WireAnswer, WireRequest, answer_json
from broadcast.sandbox.wire.twilio_rules import error

_RECORDING = re.compile(
    r"2010-04-01/Accounts/[^/.]+/Recordings/(?P<sid>RE[0-9a-fA-F]{32})\.(?P<form>json|mp3|wav)"
)
#: The header of an MP3 file without sound.
_SOUND = b"ID3\x03\x00\x00\x00\x00\x00\x00"


class StoredRecordings:
    """Every recording that somebody asks for is there until it is deleted."""

    def __init__(self) -> None:
        self._deleted: set[str] = set()

    def answer(self, request: WireRequest) -> WireAnswer:
        """Fetch or delete a recording; one that was deleted is not found, nor is anything else."""
        found = _RECORDING.fullmatch(request.path)
        if found is None or found["sid"] in self._deleted:
            return error(404, 20404, "/" + request.path)
        sid, form = found["sid"], found["form"]
        if request.method == "DELETE":
            self._deleted.add(sid)
            return WireAnswer(status=204)
        if form == "json":
            return answer_json(200, {"sid": sid, "status": "completed", "duration": "5"})
        return WireAnswer(status=200, body=_SOUND, content_type="audio/mpeg")
