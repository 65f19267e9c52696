"""Signatures of Twilio's requests, and the form in their body.

Twilio signs the public URL with all fields of the form, by HMAC-SHA1 with the account's primary auth token.
A request with JSON has the SHA-256 of its body in the query instead, and only the URL is signed.
Source: https://www.twilio.com/docs/usage/security (2026-11-29).
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs, parse_qsl, urlsplit
from xml.etree.ElementTree import Element, SubElement, tostring

from broadcast.model.inbound import Forged, InboundAnswer, InboundRequest, Malformed

SIGNATURE = "x-twilio-signature"
#: Twilio sends about 20 fields. A body that is cut into more pieces than this is not from Twilio.
_MOST_FIELDS = 200
_JSON = "application/json"


def signed_form(request: InboundRequest, token: str) -> dict[str, str]:
    """Return the form of a request whose signature is right; of repeated fields the last value.

    Raises:
        Forged: The signature is missing or wrong.
        Malformed: The body is not a form in UTF-8; it has no signature that could be checked.
    """
    fields = _fields(request)
    expected = signature(_public(request.url), fields, token)
    if not hmac.compare_digest(expected, request.headers.get(SIGNATURE, "").encode("utf-8", "replace")):
        raise Forged
    return dict(fields)


def signature(url: str, fields: Sequence[tuple[str, str]], token: str) -> bytes:
    """Return the signature of a URL and a form, in base64.

    Fields are sorted by name, then by value; a pair that is repeated counts once. Values are taken as they
    are: Twilio signs empty fields too, and spaces at the end of a text (error 57012).
    """
    signed = url + "".join(f"{name}{value}" for name, value in sorted(set(fields)))
    return b64encode(hmac.digest(token.encode(), signed.encode("utf-8", "surrogatepass"), "sha1"))


def message_answer(text: str) -> InboundAnswer:
    """Return the TwiML that answers an inbound message with `text`; an empty text sends nothing."""
    response = Element("Response")
    if text:
        SubElement(response, "Message").text = text
    return InboundAnswer(200, tostring(response, encoding="utf-8"), "text/xml")


def _fields(request: InboundRequest) -> list[tuple[str, str]]:
    """Return the signed fields of the body; raises `Forged` if its SHA-256 is not the one in the query."""
    wanted = parse_qs(urlsplit(request.url).query).get("bodySHA256")
    if wanted is not None:
        # The hash covers these very bytes. Reading them as a form as well would let an unsigned form in.
        actual = hashlib.sha256(request.body).hexdigest()
        if not hmac.compare_digest(actual.encode(), wanted[-1].lower().encode()):
            raise Forged
        return []
    if request.headers.get("content-type", "").startswith(_JSON):
        raise Forged
    try:
        text = request.body.decode()
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except UnicodeDecodeError:
        raise Malformed("the form is not UTF-8") from None
    except ValueError:
        raise Malformed(f"the form has more than {_MOST_FIELDS} fields") from None


def _public(url: str) -> str:
    """Return the URL without the fragment (`#rc=2`), which sets Twilio's retries and is not signed."""
    return url.partition("#")[0]


def reference(request: InboundRequest) -> str:
    """Return our own reference from the query of a callback (see `twilio_account.referring`)."""
    found: Mapping[str, list[str]] = parse_qs(urlsplit(request.url).query)
    return found.get("ref", [""])[-1]
