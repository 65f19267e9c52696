"""The length of a post, as each network counts it."""

from __future__ import annotations

import re
import unicodedata

_COUNTRY = 2  # letters
_URL_WEIGHT = 23  # every link is replaced by one of this length
_EMOJI_WEIGHT = 2
_LIGHT = ((0x0000, 0x10FF), (0x2000, 0x200D), (0x2010, 0x201F), (0x2032, 0x2037))

# A pictograph, as far as lengths need to know: blocks that hold emoji and little else.
_PICTOGRAPH = (
    "[\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u25fe\u2600-\u27bf\u2934\u2935"
    "\u2b05-\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001f1e5\U0001f200-\U0001f3fa\U0001f400-\U0001faff]"
)
_TONE = "[\U0001f3fb-\U0001f3ff]"
_FLAG = "[\U0001f1e6-\U0001f1ff]{2}"
_KEYCAP = "[0-9#*]\ufe0f?\u20e3"
_TAGS = "[\U000e0020-\U000e007f]+"
_ONE = f"(?:{_PICTOGRAPH}|[©®]\ufe0f)\ufe0f?{_TONE}?(?:{_TAGS})?"
_EMOJI = re.compile(f"{_FLAG}|{_KEYCAP}|{_ONE}(?:\u200d{_ONE})*|{_TONE}")

_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_URL = re.compile(
    rf"(?<![\w@$#.\-/\\])(?P<scheme>https?://)?(?:{_LABEL}\.)+(?P<end>[a-z]{{2,24}})(?![\w@])(?::\d+)?"
    r"(?P<rest>(?:/[^\s<>\"„“”»«]*)?(?:\?[^\s<>\"„“”»«]*)?)",
    re.IGNORECASE,
)
# The top-level domains in daily use; any two letters are a country. A link below another one is counted
# in full if that is more than 23, so that an unknown domain can never make a post too long.
_KNOWN_ENDS = frozenset(
    {
        "com",
        "net",
        "org",
        "info",
        "biz",
        "app",
        "dev",
        "shop",
        "store",
        "online",
        "site",
        "tech",
        "cloud",
        "page",
        "blog",
        "news",
        "support",
        "help",
        "email",
        "team",
        "digital",
        "agency",
        "world",
        "group",
        "systems",
        "network",
        "services",
        "solutions",
        "xyz",
        "live",
        "chat",
        "mobi",
        "name",
        "pro",
        "edu",
        "gov",
        "int",
    }
)
_SYLLABLE = re.compile(
    "[\u1100-\u115f]+(?:(?:[\uac00-\ud7a3][\u1160-\u11a7]*|[\u1160-\u11a7]+)[\u11a8-\u11ff]*)?"
    "|(?:[\uac00-\ud7a3][\u1160-\u11a7]*|[\u1160-\u11a7]+)[\u11a8-\u11ff]*"
)
_COMBINING = frozenset({"Mn", "Me", "Mc"})
_JOINER = "\u200d"


def weighted_length(text: str) -> int:
    """Return the length X counts (limit 280): links 23, emoji 2, Latin and most punctuation 1, the rest 2."""
    normal = unicodedata.normalize("NFC", text)
    total, position = 0, 0
    for match in _URL.finditer(normal):
        link = _link(match)
        total += _plain_weight(normal[position : match.start()]) + _link_weight(match, link)
        position = match.start() + len(link)
    return total + _plain_weight(normal[position:])


def wrapped_length(text: str) -> int:
    """Return the length Mastodon counts (limit 500): a link that is spelled out is 23, all else graphemes."""
    return grapheme_count(_URL.sub(_wrapped, text))


def grapheme_count(text: str) -> int:
    """Return how many characters a reader would count (Bluesky's limit of 300)."""
    return len(graphemes(text))


def graphemes(text: str) -> list[str]:
    """Return the characters of `text` as a reader sees them (the essentials of UAX 29)."""
    clusters: list[str] = []
    position = 0
    while position < len(text):
        end = _cluster_end(text, position)
        clusters.append(text[position:end])
        position = end
    return clusters


def _cluster_end(text: str, start: int) -> int:
    emoji = _EMOJI.match(text, start)
    if emoji:
        end = emoji.end()
    elif text.startswith("\r\n", start):
        return start + 2
    else:
        end = _hangul_end(text, start)
    if unicodedata.category(text[start]) == "Cc":
        return end
    while end < len(text) and _extends(text[end]):
        end += 1
    return end


def _hangul_end(text: str, start: int) -> int:
    """Return the end of a Korean syllable; its letters, written separately, are one character."""
    match = _SYLLABLE.match(text, start)
    return match.end() if match and match.end() > start else start + 1


def _extends(character: str) -> bool:
    return (
        character == _JOINER
        or unicodedata.category(character) in _COMBINING
        or "\U0001f3fb" <= character <= "\U0001f3ff"
        or "\U000e0020" <= character <= "\U000e007f"
    )


def _link(match: re.Match[str]) -> str:
    """Return the link without the punctuation of its sentence."""
    return match[0].rstrip(".,;:!?)'")


def _wrapped(match: re.Match[str]) -> str:
    if match["scheme"] is None:
        return match[0]
    return "x" * _URL_WEIGHT + match[0][len(_link(match)) :]


def _plain_weight(text: str) -> int:
    rest, emoji = _EMOJI.subn("", text)
    return emoji * _EMOJI_WEIGHT + sum(_character_weight(character) for character in rest)


def _character_weight(character: str) -> int:
    point = ord(character)
    return 1 if any(first <= point <= last for first, last in _LIGHT) else 2


def _link_weight(match: re.Match[str], link: str) -> int:
    end = match["end"].lower()
    if len(end) == _COUNTRY or end in _KNOWN_ENDS:
        return _URL_WEIGHT
    return max(_URL_WEIGHT, _plain_weight(link))
