"""Signatures of Twilio's requests, and the form in their body.

Twilio signs the public URL with all fields of the form: by HMAC-SHA1 with the account's primary auth token,
or by HMAC-SHA256 with a shared key, and names the algorithm in a header that is not signed. A request with
JSON has the SHA-256 of its body in the query instead, and only the URL is signed.
Sources: https://www.twilio.com/docs/usage/security, and the SDK's `RequestValidator` (2026-11-29).
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Self
from urllib.parse import parse_qs, urlencode, urlsplit
from xml.etree.ElementTree import Element, SubElement, tostring

from broadcast.channels.receiving import form_body, is_equal, is_json, require_equal
from broadcast.config.settings import ChannelSettings
from broadcast.model.inbound import Forged, InboundAnswer, InboundRequest

SIGNATURE = "x-twilio-signature"
SETTINGS = "x-twilio-webhooks-signature-settings"
SHA1, SHA256 = "HMAC_SHA1", "HMAC_SHA256"
_DIGESTS = {SHA1: "sha1", SHA256: "sha256"}
_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class TwilioSigner:
    """The secret that Twilio signs with, and the only algorithm that is accepted.

    Our configuration chooses the algorithm. If a request could choose it, a forger would take the weaker one.
    """

    secret: str = field(repr=False)
    algorithm: str = SHA1
    _keyed: hmac.HMAC = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        keyed = hmac.new(self.secret.encode("utf-8", "surrogatepass"), digestmod=_DIGESTS[self.algorithm])
        object.__setattr__(self, "_keyed", keyed)

    @classmethod
    def from_settings(cls, settings: ChannelSettings) -> Self:
        """Read `shared_key`; without it, requests are signed with `auth_token`. Raises `ConfigError`."""
        shared = settings.text("shared_key")
        return cls(shared, SHA256) if shared else cls(settings.required("auth_token"))

    def form(self, request: InboundRequest) -> dict[str, str]:
        """Return the form of a request whose signature is right; of repeated fields the last value.

        Raises:
            Forged: The signature is missing or wrong, or is of another algorithm than ours.
            Malformed: The body is not a form in UTF-8; it has no signature that could be checked.
        """
        if _algorithm(request) not in {"", self.algorithm}:
            raise Forged
        fields = _fields(request)
        given = request.headers.get(SIGNATURE, "")
        # The SDK accepts both, because not all of Twilio's machines sign the port.
        without, with_port = _port_forms(_public(request.url))
        if not is_equal(self.sign(without, fields), given):
            require_equal(self.sign(with_port, fields), given)
        # A NUL can be in no phone's text, and PostgreSQL does not store it.
        return {name: value.replace("\0", "") for name, value in fields}

    def sign(self, url: str, fields: Sequence[tuple[str, str]]) -> bytes:
        """Return the signature of a URL and a form, in base64.

        Fields are sorted by name, then by value; a pair that is repeated counts once. Values are taken as
        they are: Twilio signs empty fields too, and spaces at the end of a text (error 57012).
        """
        signed = url + "".join(f"{name}{value}" for name, value in sorted(set(fields)))
        keyed = self._keyed.copy()
        keyed.update(signed.encode("utf-8", "surrogatepass"))
        return b64encode(keyed.digest())


def signed_form(signer: TwilioSigner, url: str, fields: Mapping[str, str], at: datetime) -> InboundRequest:
    """Return a request with a form, signed as Twilio signs it."""
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        SIGNATURE: signer.sign(url, list(fields.items())).decode(),
    }
    return InboundRequest(method="POST", url=url, headers=headers, body=urlencode(fields).encode(), at=at)


def message_answer(text: str) -> InboundAnswer:
    """Return the TwiML that answers an inbound message with `text`; an empty text sends nothing."""
    response = Element("Response")
    if text:
        SubElement(response, "Message").text = text
    return twiml_answer(response)


def twiml_answer(response: Element) -> InboundAnswer:
    """Return TwiML as the answer to a request."""
    return InboundAnswer(200, tostring(response, encoding="utf-8"), "text/xml")


def reference(request: InboundRequest) -> str:
    """Return our own reference from the query of a callback (see `twilio_account.referring`)."""
    return _query(request.url).get("ref", [""])[-1]


def _algorithm(request: InboundRequest) -> str:
    """Return the algorithm that a request names (`key=...,algorithm=HMAC_SHA256`), or "" if it names none."""
    settings = request.headers.get(SETTINGS)
    for part in settings.split(",") if settings else ():
        name, _, value = part.partition("=")
        if name.strip() == "algorithm" and value.strip():
            return value.strip().upper()
    return ""


def _fields(request: InboundRequest) -> list[tuple[str, str]]:
    """Return the signed fields of the body; raises `Forged` if its SHA-256 is not the one in the query."""
    wanted = _query(request.url).get("bodySHA256")
    if wanted is not None:
        # The hash covers these very bytes. Reading them as a form as well would let an unsigned form in.
        require_equal(hashlib.sha256(request.body).hexdigest().encode(), wanted[-1].lower())
        return []
    if is_json(request):
        raise Forged
    return form_body(request)


def _public(url: str) -> str:
    """Return the URL without the fragment (`#rc=2`), which sets Twilio's retries and is not signed."""
    return url.partition("#")[0]


def _query(url: str) -> Mapping[str, list[str]]:
    return parse_qs(urlsplit(url).query) if "?" in url else {}


def _port_forms(url: str) -> tuple[str, str]:
    """Return the URL without its port, and with it; a port that is not written is the scheme's own."""
    place, mark, query = url.partition("?")
    without, with_port = _places(place)
    return without + mark + query, with_port + mark + query


@lru_cache(maxsize=64)  # a channel's callbacks differ in their query only
def _places(url: str) -> tuple[str, str]:
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    port = urlsplit(url).port
    host = host.removesuffix(f":{port}")
    with_port = f"{host}:{port or _PORTS.get(scheme, 80)}"
    return f"{scheme}://{host}{slash}{path}", f"{scheme}://{with_port}{slash}{path}"
