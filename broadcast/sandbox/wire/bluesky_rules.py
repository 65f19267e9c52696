"""The posts that Bluesky refuses, by the lexicons app.bsky.feed.post and app.bsky.richtext.facet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from broadcast.sandbox.wire.cid import cid_of
from broadcast.sandbox.wire.graphemes import grapheme_count

COLLECTION = "app.bsky.feed.post"
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_CID = re.compile(r"bafyrei[a-z2-7]{52}")  # of a record: CIDv1, DAG-CBOR, SHA-256, in base32
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{1,8})*")


def post_problem(record: object) -> str | None:
    """Return why it is not a post; None if it is one."""
    if not isinstance(record, dict):
        return "Input/record must be an object"
    return next(_problems(record), None) or _unencodable(record)


def _unencodable(record: dict[str, Any]) -> str | None:
    try:
        cid_of(record)
    except ValueError:
        return "Input/record must be data that DAG-CBOR can hold"
    return None


def _problems(record: dict[str, Any]) -> Iterator[str]:
    if record.get("$type") != COLLECTION:
        yield f"Invalid $type: expected {COLLECTION}"
    yield from _text_problems(record.get("text"))
    if not _is_moment(record.get("createdAt")):
        yield "Record/createdAt must be an valid atproto datetime"
    languages = record.get("langs", [])
    if not isinstance(languages, list) or len(languages) > 3 or not all(map(_is_language, languages)):
        yield "Record/langs must be at most three well-formed language tags"
    if "reply" in record and not _is_reply(record["reply"]):
        yield "Record/reply must have a root and a parent"
    size = len(record["text"].encode()) if isinstance(record.get("text"), str) else 0
    facets = record.get("facets", [])
    if not isinstance(facets, list) or not all(_is_facet(facet, size) for facet in facets):
        yield "Record/facets must lie within the text"


def _text_problems(text: object) -> Iterator[str]:
    if not isinstance(text, str):
        yield "Record must have the property text"
    elif len(text.encode("utf-8", "replace")) > 3000:
        yield "Record/text must not be longer than 3000 characters"
    elif grapheme_count(text) > 300:
        yield "Record/text must not be longer than 300 graphemes"


def _is_moment(value: object) -> bool:
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        return False
    try:
        return bool(datetime.fromisoformat(value))
    except ValueError:
        return False


def _is_language(value: object) -> bool:
    return isinstance(value, str) and _LANGUAGE.fullmatch(value) is not None


def _is_reply(value: object) -> bool:
    return isinstance(value, dict) and _is_reference(value.get("root")) and _is_reference(value.get("parent"))


def _is_reference(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    uri, cid = value.get("uri"), value.get("cid")
    return isinstance(uri, str) and uri.startswith("at://") and bool(_CID.fullmatch(str(cid)))


def _is_facet(value: object, size: int) -> bool:
    index = value.get("index") if isinstance(value, dict) else None
    if not isinstance(index, dict) or not isinstance(value, dict):
        return False
    start, end = index.get("byteStart"), index.get("byteEnd")
    inside = isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= size
    features = value.get("features")
    return inside and isinstance(features, list) and all(map(_is_feature, features))


def _is_feature(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("$type"), str)
