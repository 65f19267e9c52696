"""What the real providers answer, from their official descriptions alone: no line of ours is used here.

Each provider keeps what it took, so that a reply finds its post and a look-up finds its message.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from itertools import count
from typing import Any
from urllib.parse import urlencode

from broadcast.model.clock import SystemClock

ACCOUNT = "AC" + "5" * 32
PAGE = "kctbh9vrtdwd"
_USER = "2244994945"
_GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_ESCAPED = set("€^{}\\[]~|\f")
#: Headers that SendGrid refuses inside a personalization.
_RESERVED = {
    "x-sg-id", "x-sg-eid", "received", "dkim-signature", "content-type", "content-transfer-encoding",
    "to", "from", "subject", "reply-to", "cc", "bcc",
}  # fmt: skip
#: Code points that X counts as one; all others are two.
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as a provider reads it; `document` is its form or its JSON."""

    method: str
    path: str
    query: Mapping[str, str]
    document: dict[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answered:
    """A provider's answer; None is an empty body."""

    status: int
    document: object = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Broken(Exception):
    """The request breaks a rule that stands in the provider's prose only."""


def sms_parts(text: str) -> int:
    """Billed parts, as GSM 03.38 and UCS-2 count them."""
    if all(character in _GSM | _GSM_ESCAPED for character in text):
        units, single, joined = len(text) + sum(character in _GSM_ESCAPED for character in text), 160, 153
    else:
        units, single, joined = len(text.encode("utf-16-le")) // 2, 70, 67
    return 1 if units <= single else -(-units // joined)


def weight_on_x(text: str) -> int:
    """X's weighted length, at least: emoji sequences are counted piece by piece."""
    text = re.sub(r"https?://\S+", "x" * 23, text)
    return sum(1 if any(low <= ord(c) <= high for low, high in _LIGHT) else 2 for c in text)


class Timed:
    """A provider with a clock of its own, so far ahead of ours."""

    ahead = timedelta()

    def now(self) -> datetime:
        """What its clock shows."""
        return SystemClock().now() + self.ahead


class Twilio(Timed):
    """The Messages and the Calls of one account; a trial account has `prefix` before every text.

    What was taken less than `lag` ago is not listed yet.
    """

    prefix = ""
    lag = timedelta()

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self._taken: dict[str, datetime] = {}
        self.calls: list[dict[str, Any]] = []

    def answer(self, asked: Asked) -> Answered:
        """Create a message or a call, or list the messages, newest first."""
        if asked.path.endswith("/Calls.json"):
            return Answered(201, self._call(asked.document))
        if asked.method == "POST":
            return Answered(201, self._create(asked.document))
        wanted = {"to": asked.query.get("To"), "from": asked.query.get("From")}
        found = [m for m in reversed(self.messages) if all(v in {None, m[k]} for k, v in wanted.items())]
        found = [m for m in found if self._taken[m["sid"]] <= self.now() - self.lag]
        size = int(asked.query.get("PageSize", 50))
        uri = f"{asked.path}?{urlencode(asked.query)}"
        paging = {"first_page_uri": uri, "next_page_uri": None, "previous_page_uri": None, "uri": uri}
        return Answered(
            200, {"messages": found[:size], "page": 0, "page_size": size, "start": 0, "end": 0, **paging}
        )

    def _create(self, form: Mapping[str, str]) -> dict[str, Any]:
        if not re.fullmatch(r"\+[1-9]\d{6,14}", form["To"]):
            raise Broken(f"21211: {form['To']} is not in E.164")
        sid = f"SM{len(self.messages):032x}"
        uri = f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{sid}"
        now = format_datetime(self.now())
        message = {
            "account_sid": ACCOUNT, "api_version": "2010-04-01", "date_created": now,
            "body": self.prefix + form["Body"],
            "date_sent": None, "date_updated": now, "direction": "outbound-api", "error_code": None,
            "error_message": None, "from": form["From"], "messaging_service_sid": None, "num_media": "0",
            "num_segments": str(sms_parts(form["Body"])), "price": None, "price_unit": "USD", "sid": sid,
            "status": "queued", "subresource_uris": {"media": f"{uri}/Media.json"}, "to": form["To"],
            "uri": f"{uri}.json",
        }  # fmt: skip
        self.messages.append(message)
        self._taken[sid] = self.now()
        return message

    def _call(self, form: Mapping[str, str]) -> dict[str, Any]:
        if len(form["Twiml"]) > 4000:
            raise Broken("Twiml has more than 4,000 characters")
        now = format_datetime(self.now())
        sid = f"CA{len(self.calls):032x}"
        self.calls.append({**form, "sid": sid})
        return {
            "account_sid": ACCOUNT, "date_created": now, "date_updated": now, "direction": "outbound-api",
            "from": form["From"], "sid": sid, "start_time": None, "status": "queued", "to": form["To"],
        }  # fmt: skip


class SendGrid:
    """Mail Send; `mails` has one entry for each person."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []

    @property
    def mails(self) -> list[dict[str, Any]]:
        """Each personalization with the fields it inherits."""
        return [{**one, **personal} for one in self.requests for personal in one["personalizations"]]

    def answer(self, asked: Asked) -> Answered:
        """Queue the mail."""
        everybody = Counter(
            entry["email"].lower() for one in asked.document["personalizations"] for entry in one["to"]
        )
        for one in asked.document["personalizations"]:
            if reserved := _RESERVED.intersection(name.lower() for name in one.get("headers", {})):
                raise Broken(f"the headers {reserved} may not be set")
        if everybody.most_common(1)[0][1] > 1:
            raise Broken("an address stands twice in one request")
        self.requests.append(asked.document)
        return Answered(202, None, {"X-Message-Id": f"mail{len(self.requests)}"})


class X(Timed):
    """Posts of one account."""

    def __init__(self) -> None:
        self.posts: list[dict[str, Any]] = []

    def answer(self, asked: Asked) -> Answered:
        """Create a post, say who we are, or show the timeline, newest first."""
        if asked.method == "POST":
            return self._create(asked.document)
        if asked.path.endswith("/me"):
            return Answered(200, {"data": {"id": _USER, "name": "Muster", "username": "muster"}})
        shown = [
            {"id": post["id"], "text": post["text"], "created_at": post["created_at"]}
            for post in reversed(self.posts)
        ]
        found = {"data": shown} if shown else {}
        return Answered(200, {**found, "meta": {"result_count": len(shown)}})

    def _create(self, post: dict[str, Any]) -> Answered:
        text, parent = post["text"], post.get("reply", {}).get("in_reply_to_tweet_id")
        if weight_on_x(text) > 280:
            raise Broken(f"a post of {weight_on_x(text)} characters")
        if parent is not None and parent not in {known["id"] for known in self.posts}:
            raise Broken(f"a reply to {parent}, which is no post")
        if text in {known["text"] for known in self.posts}:
            detail = "You are not allowed to create a Tweet with duplicate content."
            return Answered(
                403, {"title": "Forbidden", "detail": detail, "type": "about:blank", "status": 403}
            )
        now = self.now().strftime("%Y-%m-%dT%H:%M:%S.000Z")
        post_id = str(1_346_889_436_626_259_968 + len(self.posts))
        self.posts.append({"id": post_id, "text": text, "parent": parent, "created_at": now})
        return Answered(201, {"data": {"id": post_id, "text": text}})


class Statuspage(Timed):
    """Incidents of one page, newest first."""

    def __init__(self) -> None:
        self.incidents: list[dict[str, Any]] = []
        self.components = {"cmp1": "operational", "cmp2": "operational"}
        self._numbers = count(1)

    def answer(self, asked: Asked) -> Answered:
        """Open an incident, change it, or show it; the same with components."""
        last = asked.path.rpartition("/")[2]
        if "/components" in asked.path:
            return self._component(last, asked)
        unknown = set(asked.document.get("incident", {}).get("components", {})) - set(self.components)
        if unknown:
            return Answered(422, {"error": [f"Komponente {', '.join(unknown)} ist unbekannt"]})
        if asked.method == "POST":
            self.incidents.insert(0, {"id": f"inc{next(self._numbers)}", "incident_updates": []})
            return Answered(201, self._write(self.incidents[0], asked.document["incident"]))
        if last == "incidents":
            return Answered(200, self.incidents)
        found = next((one for one in self.incidents if one["id"] == last), None)
        if found is None:
            return Answered(404, {"error": "Die Ressource wurde nicht gefunden"})
        return Answered(
            200, self._write(found, asked.document["incident"]) if asked.method == "PATCH" else found
        )

    def delete(self, incident: str) -> None:
        """Somebody takes an incident off the page, which leaves its components as they are."""
        self.incidents = [one for one in self.incidents if one["id"] != incident]

    def _component(self, last: str, asked: Asked) -> Answered:
        if last == "components":
            return Answered(200, [{"id": id_, "status": status} for id_, status in self.components.items()])
        if last not in self.components:
            return Answered(404, {"error": "Die Ressource wurde nicht gefunden"})
        if asked.method == "PATCH":
            self.components[last] = asked.document["component"]["status"]
        return Answered(200, {"id": last, "status": self.components[last]})

    def _write(self, incident: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
        now = self.now().strftime("%Y-%m-%dT%H:%M:%S.000Z")
        self.components |= fields.get("components", {})
        kept = ("name", "status", "impact_override", "metadata", "scheduled_for", "scheduled_until")
        incident |= {name: fields[name] for name in kept if name in fields}
        incident |= {"page_id": PAGE, "updated_at": now, "shortlink": "https://stspg.example/x"}
        incident.setdefault("created_at", now)
        if "body" in fields:
            update = {
                "id": f"upd{next(self._numbers)}",
                "incident_id": incident["id"],
                "body": fields["body"],
            }
            update |= {"status": incident["status"], "created_at": now, "updated_at": now}
            incident["incident_updates"].insert(0, update)
        return incident
