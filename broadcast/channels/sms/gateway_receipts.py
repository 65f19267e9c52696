"""What a described gateway posts to us: receipts and messages, in JSON or as a form.

A gateway without a secret is not listened to: anybody could say that a message failed, and make us send it
again by other channels.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from broadcast.channels.described import at, text_at
from broadcast.channels.receiving import form_body, is_json, json_body, require_equal
from broadcast.channels.responses import text_of
from broadcast.config.secret import Reference
from broadcast.config.settings import ChannelSettings
from broadcast.errors import ConfigError
from broadcast.model.inbound import Forged, Inbound, InboundMessage, InboundRequest, Receipt, ReceiptState

RECEIPTS, MESSAGES = "receipts", "messages"
_PROOF = ("secret", "header", "signature")
_KNOWN: Mapping[str, frozenset[str]] = {
    RECEIPTS: frozenset({*_PROOF, "items", "id", "status", "key", "code", "delivered", "failed"}),
    MESSAGES: frozenset({*_PROOF, "items", "id", "sender", "text", "recipient"}),
}
_REQUIRED: Mapping[str, tuple[str, ...]] = {
    RECEIPTS: ("id", "status"),
    MESSAGES: ("id", "sender", "text"),
}
_EXAMPLES = {"id": "message.id", "status": "message.status", "sender": "from", "text": "text"}
_PREFIX = "sha256="


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayProof:
    """How a gateway proves who it is: the secret in a header, or an HMAC-SHA256 of the body in a header."""

    secret: str = field(repr=False)
    header: str
    signs: bool

    def check(self, request: InboundRequest) -> None:
        """Return if the request is the gateway's; raises `Forged`."""
        given = request.headers.get(self.header, "")
        secret = self.secret.encode("utf-8", "surrogatepass")
        if not self.signs:
            return require_equal(secret, given.removeprefix("Bearer "))
        digest, spelled = hmac.digest(secret, request.body, hashlib.sha256), given.removeprefix(_PREFIX)
        hexadecimal = len(spelled) == 2 * len(digest)
        made = digest.hex().encode() if hexadecimal else b64encode(digest)
        return require_equal(made, spelled.lower() if hexadecimal else spelled)


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayHook:
    """One description: where the values are, and what the words for states mean."""

    proof: GatewayProof
    places: Mapping[str, str]
    states: Mapping[str, ReceiptState]
    plus: bool = True

    def read(self, request: InboundRequest) -> Iterator[Inbound]:
        """Yield what a request says; a part that cannot be read does not lose the others.

        Raises:
            Forged: The proof is missing or wrong.
            Malformed: The body is neither JSON nor a form.
        """
        self.proof.check(request)
        read = self._receipt if "status" in self.places else self._message
        for one in _items(request, self.places.get("items", "")):
            said = read(partial(_value, one, self.places))
            if said is not None:
                yield said

    def _receipt(self, value: Callable[[str], str]) -> Inbound | None:
        ref, status, key = value("id"), value("status"), value("key")
        state = self.states.get(status.casefold())
        if state is None or not (ref or key):
            return None
        failed = state is ReceiptState.FAILED
        return Receipt(
            ref=ref,
            state=state,
            event=status,
            key=key,
            reason="the gateway could not deliver it" if failed else None,
            code=value("code") or status if failed else None,
        )

    def _message(self, value: Callable[[str], str]) -> Inbound | None:
        ref, sender, text = value("id"), value("sender"), value("text")
        if not (ref and sender and text):
            return None
        # The gateway writes numbers as we send them to it.
        number = f"+{sender}" if not self.plus and sender.isdigit() else sender
        return InboundMessage(ref=ref, sender=number, text=text, recipient=value("recipient"))


@dataclass(frozen=True, slots=True)
class GatewayHooks:
    """The described receipts and messages of a channel; None for what is not described."""

    receipts: GatewayHook | None
    messages: GatewayHook | None

    @classmethod
    def from_settings(cls, settings: ChannelSettings, *, plus: bool) -> GatewayHooks:
        """Read `receipts` and `messages`; messages may leave the proof out if receipts have it.

        Raises:
            ConfigError: Something is missing or unknown, above all the secret.
        """
        receipts = _hook(settings, RECEIPTS, None)
        messages = _hook(settings, MESSAGES, receipts.proof if receipts else None)
        return cls(receipts, messages and replace(messages, plus=plus))

    def read(self, request: InboundRequest) -> list[Inbound]:
        """Return what a request says; raises `Forged` for what is not described, and `Malformed`."""
        inbound = request.url.partition("?")[0].endswith("/inbound")
        hook = self.messages if inbound else self.receipts
        if hook is None:
            raise Forged
        return list(hook.read(request))


def _items(request: InboundRequest, place: str) -> Iterator[object]:
    if not is_json(request) and not request.body.lstrip().startswith((b"{", b"[")):
        yield dict(form_body(request))
        return
    found = at(json_body(request), place)
    yield from found if isinstance(found, list) else [found]


def _value(document: object, places: Mapping[str, str], name: str) -> str:
    """Return the text at a described place; the field of a form may have full stops in its name."""
    place = places.get(name, "")
    if isinstance(document, Mapping) and place in document:
        return text_of(document, place)
    return text_at(document, place) if place else ""


def _hook(settings: ChannelSettings, name: str, proof: GatewayProof | None) -> GatewayHook | None:
    table = settings.options.get(name)
    if table is None:
        return None
    if not isinstance(table, Mapping):
        raise _wrong(settings, name, "must be a table", f"describe it in [channels.{settings.name}.{name}]")
    for key in sorted(table.keys() - _KNOWN[name]):
        raise _wrong(settings, f"{name}.{key}", "is unknown", f"it has: {', '.join(sorted(_KNOWN[name]))}")
    described = {key: value for key, value in table.items() if key not in {*_PROOF, "delivered", "failed"}}
    for key in (*_REQUIRED[name], *described):
        if not isinstance(described.get(key), str) or not described[key]:
            raise _wrong(settings, f"{name}.{key}", "must be a place in the body", _example(name, key))
    return GatewayHook(
        proof=_proof(settings, name, table) if not proof or table.keys() & {*_PROOF} else proof,
        places={key: str(value) for key, value in described.items()},
        states=read_states(settings, RECEIPTS, table) if name == RECEIPTS else {},
    )


def _proof(settings: ChannelSettings, name: str, table: Mapping[str, object]) -> GatewayProof:
    named = [key for key in ("header", "signature") if isinstance(table.get(key), str) and table[key]]
    given = table.get("secret")
    secret = given.resolve(f"{settings.origin}, {name}.secret") if isinstance(given, Reference) else given
    if len(named) == 1 and isinstance(secret, str) and secret:
        return GatewayProof(secret=secret, header=str(table[named[0]]).lower(), signs=named[0] == "signature")
    raise _wrong(
        settings,
        name,
        "needs a secret, and the header that proves it",
        f'write {name}.secret = "env:NAME", and {name}.header = "X-Token" (the header holds the secret) or '
        f'{name}.signature = "X-Signature" (the HMAC-SHA256 of the body)',
    )


def read_states(settings: ChannelSettings, name: str, table: Mapping[str, object]) -> dict[str, ReceiptState]:
    """Return what the gateway's words mean, from the lists `delivered` and `failed` of the table `name`.

    Raises `ConfigError` if one of them is missing.
    """
    states: dict[str, ReceiptState] = {}
    for state in (ReceiptState.DELIVERED, ReceiptState.FAILED):
        words = table.get(state)
        if not isinstance(words, list) or not words or not all(isinstance(one, str | int) for one in words):
            hint = f'write {name}.{state} = ["{state.upper()}"], with the words of the gateway'
            raise _wrong(settings, f"{name}.{state}", "must be a list of words", hint)
        states |= {str(word).casefold(): state for word in words}
    return states


def _example(name: str, key: str) -> str:
    return f'write {name}.{key} = "{_EXAMPLES.get(key, key)}"'


def _wrong(settings: ChannelSettings, key: str, problem: str, hint: str) -> ConfigError:
    return ConfigError(f"{settings.place(key.partition('.')[0])}: {key} {problem}", hint=hint)
