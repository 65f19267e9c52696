"""From an answer to verbs: content types, errors of documents, and what is wrong with them by the schema.

Rules, read 2026-11-30:
- XML is run, `text/plain` is read aloud and ends the call, audio is played and ends the call:
  https://www.twilio.com/docs/voice/twiml#twilio-understands-mime-types; anything else is error 12300:
  https://www.twilio.com/docs/api/errors/12300, and no type at all a bad gateway
- no XML, or another root than Response: https://www.twilio.com/docs/api/errors/12100
- unknown verbs and attributes are warnings, and are ignored: https://www.twilio.com/docs/api/errors/12200
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, fromstring

from tests.harness.telephone.webhooks import Answer, DocumentError
from tests.harness.twiml_schema import LARGEST, violations

RUN = frozenset({"text/xml", "application/xml", "text/html"})


@dataclass(frozen=True, slots=True)
class Document:
    """A document that can be run, what the schema says against it, and what seems unwise."""

    url: str
    root: Element
    source: str
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def read(answer: Answer, inside: str) -> Document:
    """Return what an answer lets the platform do; raises `DocumentError`."""
    if not 200 <= answer.status < 300:
        raise DocumentError(11200, f"HTTP retrieval failure: status {answer.status}", answer.url)
    if len(answer.body) > LARGEST:
        raise DocumentError(11750, "TwiML response body too large", answer.url)
    if answer.content_type in RUN:
        return _verbs(answer, inside)
    if answer.content_type == "text/plain":
        note = "plain text is read aloud as it is, in English, and ends the call"
        return Document(answer.url, _only("Say", answer.text), answer.text, notes=(note,))
    if answer.content_type.startswith("audio/"):
        return Document(answer.url, _only("Play", answer.url), "")
    if not answer.content_type:
        raise DocumentError(11200, "bad gateway: an answer without Content-Type", answer.url)
    raise DocumentError(12300, f"Invalid Content-Type: {answer.content_type}", answer.url)


def _verbs(answer: Answer, inside: str) -> Document:
    found = violations(answer.body, inside)
    for violation in found:
        if violation.where == "document":
            raise DocumentError(12100, f"Document parse failure: {violation.message}", answer.url)
    root = fromstring(answer.body)
    return Document(answer.url, root, answer.text, tuple(map(str, found)), tuple(_unwise(root)))


def _only(verb: str, text: str) -> Element:
    root = Element("Response")
    SubElement(root, verb).text = text
    SubElement(root, "Hangup")
    return root


def _unwise(root: Element) -> Iterator[str]:
    """Yield what is valid, and hardly meant."""
    verbs = list(root)
    for position, verb in enumerate(verbs):
        if position + 1 < len(verbs) and _never_returns(verb):
            yield f"the verbs after {verb.tag} are never run"
        if verb.tag in {"Gather", "Record"} and not verb.get("action"):
            yield f"{verb.tag} without action asks for the same document again"
    for say in root.iter("Say"):
        if not say.get("language"):
            yield "a Say without language is read in English"


def _never_returns(verb: Element) -> bool:
    """Return whether the platform never comes back to the document after this verb.

    https://www.twilio.com/docs/voice/twiml/redirect, /hangup, /reject, /dial#action, /enqueue#action,
    read 2026-11-30.
    """
    if verb.tag in {"Redirect", "Hangup", "Reject"}:
        return True
    return verb.tag in {"Dial", "Enqueue"} and bool(verb.get("action"))
