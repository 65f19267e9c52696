"""Content identifiers of the AT Protocol: CIDv1 of the record in DAG-CBOR, SHA-256, in base32.

https://atproto.com/specs/data-model and https://ipld.io/specs/codecs/dag-cbor/spec/, read 2026-11-29.
"""

from __future__ import annotations

import base64
import hashlib
import struct
from collections.abc import Mapping
from typing import Any

_HEAD = bytes([0x01, 0x71, 0x12, 0x20])  # version 1, dag-cbor, sha2-256, 32 bytes
_NEGATIVE, _BYTES, _TEXT, _LIST, _MAP, _TAG = range(1, 7)
_LINK_TAG = 42
_SIMPLE = {False: b"\xf4", True: b"\xf5", None: b"\xf6"}
_WIDTHS = ((24, ">B"), (25, ">H"), (26, ">I"), (27, ">Q"))


def cid_of(record: object) -> str:
    """Return the identifier of a JSON value; `{"$link": CID}` is a link. Raises ValueError otherwise."""
    return _spelled(_HEAD + hashlib.sha256(_encoded(record)).digest())


def _spelled(raw: bytes) -> str:
    return "b" + base64.b32encode(raw).decode().lower().rstrip("=")


def _encoded(value: object) -> bytes:
    match value:
        case str():
            raw = value.encode()
            return _head(_TEXT, len(raw)) + raw
        case list():
            return _head(_LIST, len(value)) + b"".join(map(_encoded, value))
        case dict():
            return _mapping(value)
        case _:
            return _single(value)


def _single(value: object) -> bytes:
    match value:
        case bool() | None:
            return _SIMPLE[value]
        case int():
            return _head(_NEGATIVE, -1 - value) if value < 0 else _head(0, value)
        case float():
            return b"\xfb" + struct.pack(">d", value)
        case _:
            raise ValueError(f"{type(value).__name__} is no JSON value")


def _mapping(value: Mapping[str, Any]) -> bytes:
    if value.keys() == {"$link"}:
        return _link(str(value["$link"]))
    # Shorter keys come first: they are sorted in their encoded form.
    pairs = sorted((len(key.encode()), key.encode(), item) for key, item in value.items())
    return _head(_MAP, len(pairs)) + b"".join(
        _encoded(key.decode()) + _encoded(item) for _, key, item in pairs
    )


def _link(cid: str) -> bytes:
    text = cid.removeprefix("b").upper()
    raw = b"\x00" + base64.b32decode(text + "=" * (-len(text) % 8))
    return _head(_TAG, _LINK_TAG) + _head(_BYTES, len(raw)) + raw


def _head(kind: int, number: int) -> bytes:
    """Return a CBOR head: the kind in three bits, the number in as few bytes as hold it."""
    if number < _WIDTHS[0][0]:
        return bytes([kind << 5 | number])
    for code, form in _WIDTHS:
        if number < 1 << 8 * struct.calcsize(form):
            return bytes([kind << 5 | code]) + struct.pack(form, number)
    raise ValueError(f"{number} does not fit into 64 bits")
