"""Make links of addresses and telephone numbers in a mail, whose text is already escaped for HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from broadcast.rendering.phrase import dialled

_TAG = re.compile(r"(<a\b.*?</a>|<[^>]*>)", re.IGNORECASE | re.DOTALL)
_QUOTE = r"&(?:#34|#39|quot|lt|gt);"
_ADDRESS = rf"(?:(?!{_QUOTE})[^\s<>\"'])+"
_FOUND = re.compile(
    rf"(?P<web>\bhttps?://{_ADDRESS}|(?<![\w@.-])www\.{_ADDRESS})"
    r"|(?P<mail>(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+)"
    # A number with its country or area code: no date, time, price or order number begins like this.
    r"|(?P<phone>(?<![\w/.,:+-])(?:\+\d|\(0\d|0\d)(?:[\d()]|[ /-](?=\d\d|\()){5,30}\d(?![\w:/.,-]*\d))",
    re.IGNORECASE,
)
_STRAY = re.compile(rf"(?:[.,;:!?*“”»…]|{_QUOTE})+$")
_FEWEST_DIGITS, _MOST_DIGITS = 7, 15
_FEWEST_KNOWN = 3  # 112
_DIGIT = re.compile(r"[0-9]")
_YEAR = re.compile(r"[12]\d{3}-\d{2}-\d{2}|\d{1,2}[/-]\d{1,2}[/-]\d{2,4}")


def linked(html: str, phones: Iterable[str] = ()) -> tuple[str, tuple[str, ...]]:
    """Return `html` with its addresses and numbers as links, and the targets of these links.

    `phones` are known phone numbers, because the form of `116117` does not show that it is one.
    """
    targets: list[str] = []
    dialling = [number for number in set(phones) if len(_DIGIT.findall(number)) >= _FEWEST_KNOWN]
    known = [re.escape(number) for number in sorted(dialling, key=len, reverse=True)]
    numbers = re.compile(rf"(?<![\w/.+-])(?:{'|'.join(known)})(?![\w/.-]*\w)") if known else None
    parts = _TAG.split(html)
    parts[::2] = ["".join(_pieces(part, numbers, targets)) for part in parts[::2]]
    return "".join(parts), tuple(targets)


def _pieces(text: str, numbers: re.Pattern[str] | None, targets: list[str]) -> Iterator[str]:
    at = 0
    for start, shown, target in _links(text, numbers):
        if start < at:
            continue
        yield text[at:start]
        yield f'<a href="{target}">{shown}</a>'
        targets.append(target)
        at = start + len(shown)
    yield text[at:]


def _links(text: str, numbers: re.Pattern[str] | None) -> list[tuple[int, str, str]]:
    """Return the start, text and target of each link; known numbers take precedence."""
    found = (
        [(match.start(), match[0], f"tel:{dialled(match[0])}") for match in numbers.finditer(text)]
        if numbers
        else []
    )
    for match in _FOUND.finditer(text):
        shown = _without_stray(match[0]) if match.lastgroup == "web" else match[0]
        target = _target(match.lastgroup, shown)
        if target:
            found.append((match.start(), shown, target))
    return sorted(found, key=lambda link: (link[0], -len(link[1])))


def _target(kind: str | None, shown: str) -> str | None:
    if kind == "web":
        return shown if "://" in shown else f"https://{shown}"
    if kind == "mail":
        return f"mailto:{shown}"
    digits = sum(character.isdigit() for character in shown)
    plausible = _FEWEST_DIGITS <= digits <= _MOST_DIGITS and not _YEAR.fullmatch(shown)
    return f"tel:{dialled(shown)}" if plausible else None


def _without_stray(address: str) -> str:
    """Return the address without the punctuation of the sentence; a bracket that it opened belongs to it."""
    while True:
        shorter = _STRAY.sub("", address)
        for opens, closes in ("()", "[]"):
            if shorter.endswith(closes) and shorter.count(closes) > shorter.count(opens):
                shorter = shorter[:-1]
        if shorter == address:
            return address
        address = shorter
