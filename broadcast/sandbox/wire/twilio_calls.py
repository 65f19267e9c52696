"""Twilio's Calls: the spoken text, read from TwiML according to the documentation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from email.utils import format_datetime
from typing import Any, ClassVar
from xml.etree.ElementTree import Element, ParseError, fromstring

from broadcast.sandbox.records import Received
from broadcast.sandbox.wire.base import whole
from broadcast.sandbox.wire.twilio_rules import PHONE, first, reference

_MOST = 4000
#: Twilio's magic test numbers.
_MAGIC_TO = {"+15005550001": 21217, "+15005550002": 21214, "+15005550003": 21215, "+15005550004": 21216}
_MAGIC_FROM = {"+15005550001": 21212, "+15005550007": 21210}
#: The spoken text if the TwiML cannot be read (warning 12100).
_BROKEN = "We are sorry, an application error has occurred. Goodbye."
_DETECTIONS = frozenset({"", "Enable", "DetectMessageEnd"})


class Calls:
    """Phone calls, each answered at once by a person who listens to the end."""

    plural: ClassVar[str] = "calls"
    prefix: ClassVar[str] = "CA"
    fields: ClassVar[frozenset[str]] = frozenset({"To", "From", "Twiml"})
    over: ClassVar[str] = "completed"

    def refused(self, form: Mapping[str, str], suppressed: AbstractSet[str]) -> tuple[int, str]:  # noqa: ARG002  # who sent STOP can be called
        """Return whether the number, the caller or the TwiML will not do."""
        to, caller, twiml = form.get("To", ""), form.get("From", ""), form.get("Twiml", "")
        detection = form.get("MachineDetection", "")
        return first((
            (not to, 21201, ""),
            (not caller, 21213, ""),
            (not (twiml or form.get("Url") or form.get("ApplicationSid")), 21205, ""),
            (to in _MAGIC_TO, _MAGIC_TO.get(to, 0), to),
            (caller in _MAGIC_FROM, _MAGIC_FROM.get(caller, 0), caller),
            (not PHONE.fullmatch(to), 21211, to),
            (not PHONE.fullmatch(caller), 21212, caller),
            (len(twiml) > _MOST, 20001, f"Twiml has more than {_MOST} characters"),
            (detection not in _DETECTIONS, 20001, "MachineDetection is neither Enable nor DetectMessageEnd"),
        ))  # fmt: skip

    def taken(self, form: Mapping[str, str], ref: str, at: datetime, account: str) -> Received:
        """Return what was heard, each sentence once; `said` has all sentences in order, with repetitions."""
        if form.get("Url"):
            return _ringing(form, ref, at, account)
        said, action = _heard(form.get("Twiml", ""))
        extra = {name: value for name, value in form.items() if name not in self.fields}
        key = reference(form.get("StatusCallback", "")) or reference(action or "")
        text = "\n".join(dict.fromkeys(one["text"] for one in said))
        return Received(
            provider="twilio", at=at, to=form["To"], sender=form["From"], subject=None, text=text, html=None,
            key=key, ref=ref, thread=None,
            extra={"account": account, "said": said, "keys": action, **extra},
        )  # fmt: skip

    def shown(self, received: Received, account: str, status: str) -> dict[str, Any]:
        """Return one call."""
        at, over = format_datetime(received.at), status == self.over
        uri = f"/2010-04-01/Accounts/{account}/Calls/{received.ref}"
        detected = "human" if over and "MachineDetection" in received.extra else None
        return {
            "sid": received.ref, "account_sid": account, "api_version": "2010-04-01", "answered_by": detected,
            "caller_name": None, "date_created": at, "date_updated": at, "direction": "outbound-api",
            "duration": "30" if over else None, "end_time": at if over else None, "forwarded_from": None,
            "from": received.sender, "from_formatted": received.sender, "group_sid": None,
            "parent_call_sid": None, "phone_number_sid": None, "price": None, "price_unit": "USD",
            "queue_time": "0", "start_time": at if over else None, "status": status, "to": received.to,
            "to_formatted": received.to, "trunk_sid": None, "uri": uri + ".json",
            "subresource_uris": {"events": uri + "/Events.json"},
        }  # fmt: skip


def is_played(received: Received) -> bool:
    """Return whether a call gets its words from our server once somebody answers."""
    return received.provider == "twilio" and bool(received.extra.get("Url"))


def _ringing(form: Mapping[str, str], ref: str, at: datetime, account: str) -> Received:
    """Return a call whose words our server says later; people do not see it as a message."""
    extra = {name: form.get(name, "") for name in ("Url", "StatusCallback", "Timeout")}
    key = reference(extra["StatusCallback"]) or reference(extra["Url"])
    return Received(
        provider="twilio", at=at, to=form["To"], sender=form["From"], subject=None, text="The phone rings.",
        html=None, key=key, ref=ref, thread=None, extra={"account": account, "unseen": True, **extra},
    )  # fmt: skip


def _heard(twiml: str) -> tuple[list[dict[str, str]], str | None]:
    """Return the spoken sentences, and the address for a pressed key."""
    try:
        root = fromstring(twiml) if "<!DOCTYPE" not in twiml else None  # noqa: S314  # no document type, no entities
    except ParseError:
        root = None
    if root is None or root.tag != "Response":
        return [{"text": _BROKEN, "language": "en-US", "voice": ""}], None
    gather = root.find("Gather")
    return list(_said(root)), None if gather is None else gather.get("action")


def _said(root: Element) -> Iterator[dict[str, str]]:
    for say in root.iter("Say"):
        one = {
            "text": "".join(say.itertext()),
            "language": say.get("language", "en-US"),
            "voice": say.get("voice", ""),
        }
        yield from [one] * whole(say.attrib, "loop", 1, 10)
