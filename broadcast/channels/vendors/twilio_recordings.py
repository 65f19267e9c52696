"""What callers recorded, at Twilio: fetch it, and delete it.

Written from Twilio's SDK 9.13.0 (`rest/api/v2010/account/recording`); its page was not read:
https://www.twilio.com/docs/voice/api/recording. That a deleted recording answers 404 is assumed.
"""

from __future__ import annotations

import re

from broadcast.channels.responses import failure, json_object, text_of
from broadcast.channels.transport import NoReply
from broadcast.channels.vendors.twilio_account import ACCOUNT_CODES, TwilioAccount
from broadcast.model.outcome import Accepted, NotSent, Outcome, Rejected, Scope, Unknown

#: Only the id is read from an address: requests with our credentials go to our own account.
_SID = re.compile(r"/Recordings/(RE[0-9a-fA-F]{32})(?:[./?]|$)")
_GONE = 404
#: Two minutes as MP3 are about 1 MB.
_MOST_BYTES = 8 * 1024 * 1024


async def fetch_recording(account: TwilioAccount, address: str) -> bytes | Rejected | NotSent | Unknown:
    """Return the recording as MP3, or why there is none."""
    sid = _sid(address)
    if isinstance(sid, Rejected):
        return sid
    answer = await account.fetched(f"/Recordings/{sid}.mp3", _MOST_BYTES)
    if not isinstance(answer, NoReply) and answer.success:
        return answer.body
    if not isinstance(answer, NoReply) and answer.status == _GONE:
        return Rejected("Twilio has no such recording any more", Scope.MESSAGE)
    outcome = failure(answer)
    return Unknown("no recording in the answer") if isinstance(outcome, Accepted) else outcome


async def delete_recording(account: TwilioAccount, address: str) -> Outcome:
    """Delete a recording; one that is gone already counts as deleted."""
    sid = _sid(address)
    if isinstance(sid, Rejected):
        return sid
    answer = await account.deleted(f"/Recordings/{sid}.json")
    if isinstance(answer, NoReply):
        return failure(answer)
    if answer.success or answer.status == _GONE:
        return Accepted(sid)
    code = text_of(json_object(answer), "code")
    if code in ACCOUNT_CODES:
        scope, reason = ACCOUNT_CODES[code]
        return Rejected(reason, scope, code)
    return failure(answer, detail=text_of(json_object(answer), "message"), code=code or None)


def _sid(address: str) -> str | Rejected:
    found = _SID.search(address)
    return found[1] if found else Rejected("this is no address of a recording at Twilio", Scope.MESSAGE)
