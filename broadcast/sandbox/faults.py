"""Failures on demand: what they are, how they are spelled, and which request one strikes.

twilio:status=503,every=3     every third message is answered 503
twilio:ratelimit=5,times=10   ten times 429 with Retry-After: 5
sendgrid:down                 503 to everything, look-ups too
smtp:refuse                   421 instead of a greeting
all:hang,times=2              two requests are never answered
x:late=40                     accepted 40 seconds after it was asked, even if the client left
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, get_args

from broadcast.errors import UsageError
from broadcast.model.nearest import suggest
from broadcast.sandbox.providers import providers

Kind = Literal[
    "status",
    "status_after",
    "ratelimit",
    "auth",
    "redirect",
    "refuse",
    "drop_before",
    "drop_after",
    "hang",
    "hang_after",
    "late",
    "drip",
    "garbage",
    "no_id",
    "huge",
    "truncated",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
#: The effect of each kind on a request.
MEANINGS: Mapping[Kind, str] = {
    "status": "any status code, as the provider words it",
    "status_after": "accepted and recorded, then that status",
    "ratelimit": "429 with Retry-After",
    "auth": "401",
    "redirect": "302 to somewhere that answers 200",
    "refuse": "SMTP: 421 instead of a greeting; HTTP: closed at once, like drop_before",
    "drop_before": "the connection ends, nothing was accepted",
    "drop_after": "accepted and recorded, then the connection ends",
    "hang": "nothing was accepted, no answer ever",
    "hang_after": "accepted and recorded, no answer ever",
    "late": "accepted, recorded and answered after `delay` seconds",
    "drip": "accepted; the answer comes a byte every `delay` seconds",
    "garbage": "accepted; the answer cannot be read",
    "no_id": "accepted; the answer names no id",
    "huge": "accepted; the answer is 512 MiB long",
    "truncated": "accepted; the answer breaks off",
}
_NOT_ACCEPTED = frozenset({"status", "ratelimit", "auth", "redirect", "refuse", "drop_before", "hang"})
_WITHOUT_ANSWER = frozenset({"refuse", "drop_before", "drop_after", "hang", "hang_after", "late"})

#: `kind=value` is short for `kind,field=value`.
_VALUE_OF: Mapping[str, str] = {
    "status": "status",
    "status_after": "status",
    "ratelimit": "retry_after",
    "late": "delay",
    "drip": "delay",
}
_DOWN: Mapping[str, object] = {"kind": "status", "status": 503, "reads": True}
_HINT = 'write PROVIDER:KIND[=VALUE][,every=N][,times=N], for example "twilio:status=503,every=3"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One failure to inject.

    It affects every `every`-th request to `provider` (None: to any), `times` times (None: without limit), and
    is then removed. It affects only requests that send, with `reads` also look-ups. `retry_after` and `delay`
    are seconds. `html` answers with a proxy's HTML page instead of the provider's own error document.
    """

    kind: Kind
    provider: str | None = None
    every: int = 1
    times: int | None = None
    status: int = 500
    retry_after: float | None = None
    delay: float = 2.0
    reads: bool = False
    html: bool = False

    @property
    def accepts(self) -> bool:
        """Whether the request is processed all the same."""
        return self.kind not in _NOT_ACCEPTED

    @property
    def answered(self) -> bool:
        """Whether the client gets a status at once."""
        return self.kind not in _WITHOUT_ANSWER

    def as_json(self) -> dict[str, Any]:
        """Return the fields that are set, for `fault_from`."""
        shown = {name: getattr(self, name) for name in _FIELDS}
        plain = {one.name: one.default for one in fields(self)}
        return {"kind": self.kind, **{k: v for k, v in shown.items() if v != plain[k]}}

    def __str__(self) -> str:
        """Return the fault in the form that `parse_fault` reads."""
        said = self.as_json()
        provider, kind = said.pop("provider", "all"), said.pop("kind")
        value = said.pop(_VALUE_OF.get(kind, ""), None)
        first = kind if value is None else f"{kind}={value:g}"
        rest = (name if said[name] is True else f"{name}={said[name]}" for name in said)
        return f"{provider}:{','.join((first, *rest))}"


_FIELDS: tuple[str, ...] = tuple(one.name for one in fields(Fault) if one.name != "kind")
_WHOLE = frozenset({"every", "times", "status"})
_SECONDS = frozenset({"retry_after", "delay"})
_FLAGS = frozenset({"reads", "html"})


def parse_fault(text: str) -> Fault:
    """Read a fault as written on the command line; raises `UsageError` with the right spelling."""
    provider, colon, rest = text.partition(":")
    if not colon or not rest:
        raise UsageError(f"{text!r} is not a fault", hint=_HINT)
    kind, *options = rest.split(",")
    kind, _, value = kind.strip().partition("=")
    spelled: dict[str, object] = {"provider": provider.strip(), "kind": kind}
    if value:
        spelled[_VALUE_OF.get(kind, kind)] = value
    for option in options:
        name, equals, given = option.strip().partition("=")
        spelled[name] = given if equals else "true"
    return fault_from(spelled, where=f"fault {text!r}")


def fault_from(spelled: Mapping[str, object], *, where: str = "fault") -> Fault:
    """Return a fault from named fields, as in JSON, TOML or the command line; texts are read as numbers.

    Raises `UsageError` whose message begins with `where` and names the field.
    """
    given = dict(spelled)
    if given.get("kind") == "down":
        given |= {"kind": "refuse"} if given.get("provider") == "smtp" else _DOWN
    kind = _one_of(given.pop("kind", None), KINDS, where, "kind", also=("down",))
    provider = _one_of(given.pop("provider", "all") or "all", (*providers(), "all"), where, "provider")
    for name in given:
        _one_of(name, _FIELDS, where, "field")
    values: dict[str, Any] = {name: _value(name, value, where) for name, value in given.items()}
    return Fault(kind=_kind(kind), provider=None if provider == "all" else provider, **values)


def parse_faults(document: bytes) -> list[Fault]:
    """Return faults from a request body: JSON (one object or a list), or one per line."""
    text = document.decode("utf-8", "replace").strip()
    if not text.startswith(("{", "[", '"')):
        return [parse_fault(line.strip()) for line in text.splitlines() if line.strip()]
    try:
        read = json.loads(text)
    except ValueError as error:
        raise UsageError(f"the faults are not JSON: {error}", hint=_HINT) from None
    many = read if isinstance(read, list) else [read]
    return [parse_fault(one) if isinstance(one, str) else fault_from(_table(one)) for one in many]


def _table(value: object) -> Mapping[str, object]:
    if isinstance(value, dict):
        return value
    raise UsageError(f"{value!r} is not a fault", hint=_HINT)


def _kind(name: str) -> Kind:
    return next(kind for kind in KINDS if kind == name)


def _one_of(given: object, known: Iterable[str], where: str, what: str, *, also: tuple[str, ...] = ()) -> str:
    names = (*known, *also)
    if isinstance(given, str) and given in names:
        return given
    if given is None:
        raise UsageError(f"{where}: {what} is missing", hint=_HINT)
    raise UsageError(f"{where}: unknown {what} {str(given)!r}", hint=suggest(str(given), names))


def _value(name: str, given: object, where: str) -> int | float | bool:
    if name in _FLAGS:
        return _flag(name, given, where)
    try:
        number = float(str(given))
    except ValueError:
        raise UsageError(f"{where}: {name} must be a number, not {given!r}", hint=_HINT) from None
    if name in _SECONDS and 0 <= number < 86_400:
        return number
    lowest, highest = (100, 599) if name == "status" else (1, 10**9)
    if name in _WHOLE and number.is_integer() and lowest <= number <= highest:
        return int(number)
    allowed = "seconds below a day" if name in _SECONDS else f"a whole number from {lowest} to {highest}"
    raise UsageError(f"{where}: {name} must be {allowed}, not {given!r}", hint=_HINT)


def _flag(name: str, given: object, where: str) -> bool:
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    word = str(given).lower()
    if word not in words:
        raise UsageError(f"{where}: {name} is true or false, not {given!r}", hint=_HINT)
    return words[word]


@dataclass(slots=True, kw_only=True)
class Armed:
    """An active fault with counts of its requests; in force from `after` until `until` seconds."""

    fault: Fault
    after: float = 0.0
    until: float | None = None
    seen: int = 0
    struck: int = 0

    def in_force(self, elapsed: float) -> bool:
        """Return whether it is in force `elapsed` seconds after the sandbox opened."""
        healed = self.fault.times is not None and self.struck >= self.fault.times
        return not healed and self.after <= elapsed and (self.until is None or elapsed < self.until)

    def strikes(self) -> bool:
        """Count one request, and return whether it is affected."""
        self.seen += 1
        if self.seen % self.fault.every:
            return False
        self.struck += 1
        return True


@dataclass(slots=True)
class Faults:
    """The active faults; if several fit, the first one applies."""

    armed: list[Armed] = field(default_factory=list)

    def pick(self, provider: str, elapsed: float, *, sending: bool, connecting: bool = False) -> Fault | None:
        """Return the fault for this request, or None.

        `connecting` asks for the fault of an SMTP connection before any message: only `refuse` is possible.
        """
        for one in self.armed:
            fault = one.fault
            # A wrong key is refused for every request.
            struck = sending or fault.reads or fault.kind == "auth"
            fits = fault.provider in {None, provider} and struck
            if fits and _in_stage(fault, provider, connecting) and one.in_force(elapsed) and one.strikes():
                return fault
        return None


def _in_stage(fault: Fault, provider: str, connecting: bool) -> bool:  # noqa: FBT001 - private
    return provider != "smtp" or (fault.kind == "refuse") == connecting
