"""Whether a TwiML document is valid: by the classes of Twilio's own SDK, and by the values Twilio documents.

Twilio checks each document with a schema that it does not publish, and logs what is wrong as warning 12200
(https://www.twilio.com/docs/api/errors/12200, read 2026-11-30: misspelled verbs, wrong case, unknown
attributes, unexpected nesting). The SDK's classes are generated from that schema but check nothing: `Gather`
takes a `Dial`, and `Say` takes `nonsense="1"`. So every method of `twilio.twiml.voice_response` is called
once with a marker for each argument; where the markers come out is what an element may have.

The SDK has no types. `VALUES` says what an attribute may hold, by its name; each group has its page.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote_plus
from xml.etree.ElementTree import Element, ParseError, fromstring

LARGEST = 64 * 1024  # bytes of a document; https://www.twilio.com/docs/api/errors/11750, read 2026-11-30
#: Bytes by the kind of voice, the last for all others; https://www.twilio.com/docs/api/errors/13521,
#: read 2026-11-30.
LONGEST_SAY: Mapping[str, int] = {"Polly": 3000, "Google": 5000, "": 4096}
LONGEST_QUOTED = 4500
LONGEST_QUEUE_NAME = 64  # characters; https://www.twilio.com/docs/voice/twiml/enqueue, read 2026-11-30
MOST_NUMBERS = 10  # in one Dial; https://www.twilio.com/docs/voice/twiml/number, read 2026-11-30
#: What SDK 9.13.0 lacks and the pages have; https://www.twilio.com/docs/voice/twiml/dial, read 2026-11-30.
ADDED_ATTRIBUTES: Mapping[str, frozenset[str]] = {"Dial": frozenset({"callReason"})}
#: What may be in the document that an agent hears before the bridge: anything but Dial
#: (https://www.twilio.com/docs/voice/twiml/number#url, read 2026-11-30), and what a waiting caller may hear
#: (https://www.twilio.com/docs/voice/twiml/enqueue#waiturl, read 2026-11-30).
WHISPER_HAS_NO = frozenset({"Dial", "Enqueue"})
WAITING_HAS_ONLY = frozenset({"Play", "Say", "Pause", "Hangup", "Redirect", "Leave", "Gather"})
_XML = "{http://www.w3.org/XML/1998/namespace}"


@dataclass(frozen=True, slots=True)
class Violation:
    """What is wrong, and where: `Response/Gather[1]/Dial[1]`."""

    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


@dataclass(frozen=True, slots=True)
class Rule:
    """What an element may have: attributes, whether text, and children by name."""

    attributes: frozenset[str]
    text: bool
    children: Mapping[str, Rule]


def violations(document: str | bytes, inside: str = "call") -> list[Violation]:
    """Return everything that is wrong with a document.

    Args:
        document: the body of a response.
        inside: `call`, `whisper` (the `url` of a Number) or `queue` (the `waitUrl` of an Enqueue), which
            allow other verbs.

    Example:
        >>> [str(one) for one in violations("<Response><Gather><Hangup/></Gather></Response>")]
        ['Response/Gather[1]: Hangup must not be in Gather']
    """
    content = document.encode() if isinstance(document, str) else document
    if len(content) > LARGEST:
        return [Violation("document", f"{len(content):,} of {LARGEST:,} bytes")]
    try:
        root = fromstring(content)
    except ParseError as error:
        return [Violation("document", f"no XML: {error}")]
    if root.tag != "Response":
        return [Violation("document", f"the root is {root.tag}, not Response")]
    return [*_check(root, grammar(), "Response"), *_misplaced(root, inside)]


@cache
def grammar() -> Rule:
    """Return what the SDK allows in a Response."""
    from twilio.twiml.voice_response import VoiceResponse

    made: dict[type, Rule] = {}
    return Rule(frozenset(), text=False, children=_children(VoiceResponse(), made))


def _children(element: Any, made: dict[type, Rule]) -> dict[str, Rule]:
    from twilio.twiml import TwiML

    children = {}
    for name, method in inspect.getmembers(element, inspect.ismethod):
        if name.startswith("__") or hasattr(TwiML, name):
            continue
        child, rule = _made_by(method, made)
        children[child] = rule
    return children


def _made_by(method: Callable[..., Any], made: dict[type, Rule]) -> tuple[str, Rule]:
    names = [
        one.name for one in inspect.signature(method).parameters.values() if one.kind is not one.VAR_KEYWORD
    ]
    child = method(**{name: f"marker of {name}" for name in names})
    if type(child) not in made:
        attributes = frozenset(child.attrs) | ADDED_ATTRIBUTES.get(child.name, frozenset())
        made[type(child)] = Rule(
            attributes, text=child.value is not None, children=(inner := dict[str, Rule]())
        )
        inner.update(_children(child, made))
    return child.name, made[type(child)]


def _check(element: Element, rule: Rule, where: str) -> Iterator[Violation]:
    for name, value in element.attrib.items():
        if (spelled := name.replace(_XML, "xml:")) not in rule.attributes:
            yield Violation(where, f"{element.tag} has no attribute {spelled}")
        elif not _VALUES.get(spelled, _anything)(value):
            yield Violation(where, f'{spelled}="{value}" is not {_MEANT[spelled]}')
    yield from _check_text(element, rule, where)
    yield from _check_rules(element, where)
    seen: dict[str, int] = {}
    for child in element:
        seen[child.tag] = seen.get(child.tag, 0) + 1
        if child.tag not in rule.children:
            yield Violation(where, f"{child.tag} must not be in {element.tag}")
        else:
            yield from _check(child, rule.children[child.tag], f"{where}/{child.tag}[{seen[child.tag]}]")


def _check_text(element: Element, rule: Rule, where: str) -> Iterator[Violation]:
    pieces = [element.text, *(child.tail for child in element)]
    if not rule.text and any(piece and piece.strip() for piece in pieces):
        yield Violation(where, f"{element.tag} must not have text")


def _check_rules(element: Element, where: str) -> Iterator[Violation]:
    """Check what the pages say of one verb; each is an error or a warning of its own."""
    text = "".join(element.itertext()).strip()
    match element.tag:
        case "Say" if not text:  # https://www.twilio.com/docs/api/errors/13520, read 2026-11-30
            yield Violation(where, "Say has nothing to say")
        case "Say":
            yield from _check_length(text, element.get("voice", ""), where)
        case "Redirect" if not text:
            yield Violation(where, "Redirect has no address")
        case "Dial" if not text and not len(element):
            yield Violation(where, "Dial has no number")
        case "Number" | "Dial" if not len(element) and not re.fullmatch(r"\+[1-9]\d{6,14}", text):
            yield Violation(where, f"{text!r} is no number with + and country code")
        case "Dial" if len(element) > MOST_NUMBERS:
            yield Violation(where, f"Dial has {len(element)} numbers, {MOST_NUMBERS} at most")
        case "Enqueue" if len(text) > LONGEST_QUEUE_NAME:
            yield Violation(where, f"the name has {len(text)} characters, {LONGEST_QUEUE_NAME} at most")
        case _:
            pass


def _check_length(text: str, voice: str, where: str) -> Iterator[Violation]:
    """Check how long a text is, in bytes and as part of an address; that is how the kinds of voices count."""
    most = next((most for kind, most in LONGEST_SAY.items() if voice.startswith(kind)), 0)
    if len(text.encode()) > most:
        yield Violation(where, f"Say has {len(text.encode()):,} bytes, {most:,} at most for this voice")
    if len(quote_plus(text)) > LONGEST_QUOTED:
        yield Violation(
            where, f"Say has {len(quote_plus(text)):,} characters as an address, {LONGEST_QUOTED:,} at most"
        )


def _misplaced(root: Element, inside: str) -> Iterator[Violation]:
    for child in root:
        if inside == "whisper" and child.tag in WHISPER_HAS_NO:
            yield Violation("Response", f"{child.tag} must not be in what an agent hears before the bridge")
        if inside == "queue" and child.tag not in WAITING_HAS_ONLY:
            yield Violation("Response", f"{child.tag} must not be in what a waiting caller hears")


def _anything(_: str) -> bool:
    return True


def _is(pattern: str) -> Callable[[str], bool]:
    return re.compile(pattern).fullmatch  # type: ignore[return-value]  # a match is true


def _words(*allowed: str) -> Callable[[str], bool]:
    return lambda value: bool(value.split()) and set(value.split()) <= set(allowed)


#: The meaning, the check, and the names of attributes. Pages: https://www.twilio.com/docs/voice/twiml/ with
#: gather, dial, number, record, say, pause, play, enqueue, reject; read 2026-11-30.
VALUES: tuple[tuple[str, Callable[[str], bool], str], ...] = (
    (
        "true or false",
        _is("true|false"),
        """actionOnEmptyResult answerOnBridge bargeIn debug enhanced hangupOnStar playBeep profanityFilter
        sequential transcribe""",
    ),
    ("a positive number", _is("[1-9][0-9]*"), "timeout numDigits maxLength timeLimit maxSpeechTime length"),
    ("a number", _is("[0-9]+"), "loop"),
    ("auto or a positive number", _is("auto|[1-9][0-9]*"), "speechTimeout"),
    (
        "GET or POST",
        _is("GET|POST"),
        """method statusCallbackMethod recordingStatusCallbackMethod waitUrlMethod partialResultCallbackMethod
        referMethod amdStatusCallbackMethod""",
    ),
    ("keys", _is("[0-9*#]*"), "finishOnKey sendDigits"),
    ("keys and pauses", _is("[0-9*#wW]*"), "digits"),
    ("dtmf, speech or both", _words("dtmf", "speech"), "input"),
    ("a language tag", _is("[a-z]{2,3}(-[A-Za-z0-9]{2,8})*"), "language xml:lang"),
    ("rejected or busy", _is("rejected|busy"), "reason"),
    ("trim-silence or do-not-trim", _is("trim-silence|do-not-trim"), "trim"),
    ("events of a call", _words("initiated", "ringing", "answered", "completed"), "statusCallbackEvent"),
    ("events of a recording", _words("in-progress", "completed", "absent"), "recordingStatusCallbackEvent"),
    (
        "an address on the web, or a path",
        _is(r"(https?://[^\s<>\"]+|[^\s<>\":]*(\?[^\s<>\"]*)?)"),
        """action url waitUrl statusCallback recordingStatusCallback partialResultCallback transcribeCallback
        amdStatusCallback referUrl""",
    ),
)
_VALUES = {name: check for _, check, names in VALUES for name in names.split()}
_MEANT = {name: meaning for meaning, _, names in VALUES for name in names.split()}
