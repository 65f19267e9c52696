"""What must be true of an output, whatever text is in it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

#: C0 but newline and tab, DEL, C1, bidirectional controls, line separators, marks, halves of pairs, and the
#: private characters that enclose our slots. Spelled here once more, on purpose: not taken from the code.
UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_SLOTS = re.compile("[\ue000\ue001]")
_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|.?)")
#: What prose is made of: a text with more lines has more of these.
_PROSE = frozenset({"p", "br", "ul", "li", "h2", "a", "span"})
#: What a chart is drawn with: as many as there are full hours in it.
_TICKS = frozenset({"line", "text"})
_ADDED = {("a", "href"), ("a", "rel"), ("span", "class")}
_HARMLESS = re.compile(r"(?:https?://|mailto:|tel:|data:image/svg\+xml,|#|[\w./-]*(?:#[\w-]*)?\Z)", re.ASCII)


class Outline(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data

    @property
    def tags(self) -> Counter[str]:
        return Counter(tag for tag, _ in self.elements if tag not in _PROSE | _TICKS)

    @property
    def attributes(self) -> set[tuple[str, str]]:
        return {(tag, name) for tag, attributes in self.elements for name in attributes}


def assert_no_new_markup(page: str, plain: str) -> None:
    """`page` has the elements and attributes of `plain`, the same page about plain text, and no others."""
    found, expected = Outline(page), Outline(plain)
    assert found.tags == expected.tags
    assert found.attributes <= expected.attributes | _ADDED
    for tag, attributes in found.elements:
        for name in ("href", "src", "action", "formaction"):
            if name in attributes:
                assert _HARMLESS.match(attributes[name] or ""), (tag, name, attributes[name])
    assert UNSAFE.search(page) is None


def assert_no_slots(text: str) -> None:
    """Nothing is left, or brought along, that would be filled in for a person."""
    assert _SLOTS.search(text) is None


def assert_plain(text: str, *, lines: bool = True) -> None:
    """Nothing in `text` steers anything."""
    assert UNSAFE.search(text) is None, ascii(UNSAFE.search(text))
    assert_no_slots(text)
    assert lines or "\n" not in text


def assert_printed(text: str) -> None:
    """What a pipe or a log gets: no control characters; private ones are nobody's there."""
    assert UNSAFE.search(text) is None, ascii(text[max(0, UNSAFE.search(text).start() - 40) :][:80])


def sequences(drawn: str) -> set[str]:
    """The escape sequences in what was drawn on a terminal."""
    return set(_SEQUENCE.findall(drawn))


def assert_drawn(drawn: str, ours: set[str]) -> None:
    """Only our own sequences, and otherwise nothing that a terminal acts on."""
    assert sequences(drawn) <= ours
    assert UNSAFE.search(_SEQUENCE.sub("", drawn).replace("\r", "")) is None


def assert_json(document: str) -> None:
    """JSON, and nothing in it that a terminal acts on."""
    for one in [document] if document.lstrip().startswith("{\n") else document.splitlines():
        json.loads(one)
    assert_printed(document)


def assert_headers(headers: Iterable[tuple[str, object]]) -> None:
    """Every header is one line."""
    for name, value in headers:
        assert UNSAFE.search(f"{name}{value}") is None, (name, value)
        assert "\n" not in f"{name}{value}"


def assert_feed(feed: str) -> None:
    """XML whose only elements are Atom's, and whose texts are HTML without active parts."""
    root = ET.fromstring(feed)
    assert {element.tag.partition("}")[0] for element in root.iter()} == {"{http://www.w3.org/2005/Atom"}
    for content in root.iter("{http://www.w3.org/2005/Atom}content"):
        outline = Outline(content.text or "")
        assert {tag for tag, _ in outline.elements} <= _PROSE
        assert outline.attributes <= _ADDED
    assert UNSAFE.search(feed) is None
