"""Enqueue: a caller waits, and hears a document again and again.

Rules of https://www.twilio.com/docs/voice/twiml/enqueue and /leave, read 2026-11-30:
- `waitUrl` is asked for with QueuePosition, QueueSid, QueueTime, AvgQueueTime and CurrentQueueSize, and again
  when its document ends; it may Play, Say, Pause, Gather, Redirect, Leave and Hangup
- the action gets QueueResult and QueueTime, at once if the caller left; without one the document goes on
A document that takes no time is asked for once a second.
"""

from __future__ import annotations

import uuid
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

from tests.harness.telephone.clock import LONGEST, LegEnded
from tests.harness.telephone.documents import Document
from tests.harness.telephone.interpreter import Interpreter, addressed, with_form
from tests.harness.telephone.speaking import LeftQueue
from tests.harness.telephone.transcript import Bridge
from tests.harness.telephone.webhooks import Request

TALK = 60.0  # seconds with whoever takes the next caller


async def enqueue(run: Interpreter, element: Element, document: Document) -> Request | None:
    """Wait; return the request to the action, None to go on with the next verb."""
    leg, began, sid = run.leg, run.leg.clock.now, f"QU{uuid.uuid4().hex}"
    leg.transcript.queued += 1
    action, request = element.get("action"), addressed(document, element)

    def form(result: str) -> dict[str, str]:
        return {"QueueResult": result, "QueueSid": sid, "QueueTime": str(round(leg.clock.now - began))}

    try:
        result = await _wait(run, element, document, sid)
    except LegEnded as gone:
        if gone.sid == leg.sid and action:
            leg.status = "completed"
            await leg.tell(request.url, form("hangup"), request.method)
        raise
    return with_form(request, **form(result)) if action else None


async def _wait(run: Interpreter, element: Element, document: Document, sid: str) -> str:
    leg, began = run.leg, run.leg.clock.now
    served = began + run.settings.served_after if run.settings.served_after is not None else LONGEST * 2
    url = element.get("waitUrl")
    waiting = run.nested(leg, "queue")
    while leg.clock.now < served:
        if not url:
            leg.hear("play", min(60.0, served - leg.clock.now), "music of Twilio")
            continue
        form = {
            "QueueSid": sid,
            "QueuePosition": "1",
            "CurrentQueueSize": "1",
            "AvgQueueTime": "0",
            "QueueTime": str(round(leg.clock.now - began)),
        }
        before = leg.clock.now
        try:
            await waiting.run(
                Request(urljoin(document.url, url), element.get("waitUrlMethod") or "POST", form)
            )
        except LeftQueue:
            return "leave"
        if leg.clock.now == before:
            leg.note("the document of waitUrl takes no time: it is asked for once a second")
            leg.clock.advance(1.0)
    _served(run, element)
    return "bridged"


def _served(run: Interpreter, element: Element) -> None:
    leg, began = run.leg, run.leg.clock.now
    name = (element.text or "").strip()
    try:
        leg.hear("talk", TALK, name)
    finally:
        leg.transcript.bridges.append(Bridge(began, name, leg.clock.now - began, is_mailbox=False))
