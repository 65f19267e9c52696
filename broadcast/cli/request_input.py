"""Read what was typed, piped or saved in files into a request."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from broadcast.cli.notice_options import AskOptions, RunOptions, Sending, TargetOptions, WaitOptions, Wording
from broadcast.cli.terminal import reads_from_terminal
from broadcast.config.document import parse_toml
from broadcast.config.durations import parse_duration
from broadcast.errors import UsageError
from broadcast.model.reach_level import ReachLevel
from broadcast.model.system import listed_systems
from broadcast.model.text import is_legible
from broadcast.publishing.request import WITHIN, Limits, Request, Verb
from broadcast.rendering.clean import clean

_LARGEST = 256 * 1024  # a notice is short; a file larger than this is a mistake
_STDIN = "-"
#: Facts that hold for later notices. An empty variable of a script must not withdraw an instruction.
_HELD = frozenset({"scope", "impact", "action", "cause", "instruction", "works", "report"})


def read_request(
    verb: Verb,
    wording: Wording,
    targets: TargetOptions,
    key: str | None,
    title: str | None = None,
    incident: str | None = None,
) -> Request:
    """Return the request: a new incident with `title`, or the named one.

    Raises `UsageError`.
    """
    if wording.message == _STDIN and str(wording.vars) == _STDIN:
        raise UsageError(
            "-m - and --vars - cannot both read standard input", hint="put one of them in a file"
        )
    return Request(
        verb=verb,
        message=read_message(wording.message),
        severity=wording.severity,
        phase=wording.phase,
        services=tuple(wording.service or ()),
        audiences=tuple(targets.audience or ()),
        channels=tuple(targets.channel or ()),
        not_channels=tuple(targets.not_channel or ()),
        affects=read_affects(targets.affects),
        started=wording.started,
        detected=wording.detected,
        next_update=wording.next_update,
        variables=(*read_variables(wording.vars), *read_pairs(wording.var or ())),
        template=wording.template,
        lang=wording.lang,
        key=key,
        drill=wording.drill,
        title=title,
        incident=incident,
    )


def read_affects(given: Sequence[str] | None) -> tuple[str, ...]:
    """Return the systems that are down: repeated or separated by commas; raises `UsageError` if empty."""
    names = listed_systems(given or ())
    if given and not names:
        raise UsageError(f"--affects {given[0]} names no system", hint="write it like --affects slack,twilio")
    return names


def read_limits(run: RunOptions, sending: Sending | None = None) -> Limits:
    """Return the limits of the run; raises `UsageError` for a wrong time."""
    deadline = parse_duration(run.deadline) if run.deadline else None
    if deadline == 0:
        raise UsageError(f"--deadline {run.deadline} leaves no time to send", hint="write it like 60s or 5m")
    return Limits(
        deadline=deadline,
        max_recipients=sending.max_recipients if sending else None,
        on_unknown=run.on_unknown,
        until=run.until if isinstance(run, WaitOptions) else ReachLevel.ACCEPTED,
        within=_within(run) if isinstance(run, WaitOptions) else WITHIN,
        dry_run=bool(sending and sending.dry_run),
    )


def read_expiry(given: str) -> float:
    """Return after how many seconds what could not be sent is given up; raises `UsageError`."""
    seconds = parse_duration(given)
    if seconds == 0:
        raise UsageError(f"--expires {given} leaves no time to send", hint="write it like 2h")
    return seconds


def read_question(request: Request, run: RunOptions, limits: Limits) -> Request:
    """Return the request with what `--until confirmed` asks; raises `UsageError` for a policy without it."""
    policy = run.policy if isinstance(run, AskOptions) else None
    if limits.until is ReachLevel.CONFIRMED:
        return replace(request, confirm_within=limits.within, policy=policy)
    if policy is not None:
        raise UsageError(
            "--policy says who is asked if people do not confirm, and they are not asked to",
            hint="add --until confirmed, or start the escalation: broadcast escalate",
        )
    return request


def _within(run: WaitOptions) -> float:
    if run.within is None:
        return WITHIN
    if run.until is ReachLevel.ACCEPTED:
        raise UsageError(
            "--within says how long to wait, but not for what",
            hint="add --until delivered or --until confirmed",
        )
    within = parse_duration(run.within)
    if within == 0:
        raise UsageError(f"--within {run.within} leaves no time to wait", hint="write it like 60s or 15m")
    return within


def read_message(given: str | None) -> str | None:
    """Return the message: as typed, from `@FILE`, or from standard input for `-`; `@@all` is `@all`."""
    if given is None:
        return None
    text = given
    if given == _STDIN:
        text = read_standard_input("-m -")
    elif given.startswith("@@"):
        text = given[1:]
    elif given.startswith("@"):
        text = read_file(Path(given[1:]), "-m")
    if not clean(text):
        raise UsageError("the message is empty", hint="write something after -m, or leave it out")
    return text.strip()


def read_words(given: str | None) -> str | None:
    """Return the typed words of a correction; raises `UsageError` if they are empty."""
    if given is not None and not clean(given):
        raise UsageError("--corrects is empty", hint='say what is right: --corrects "Only Hamburg."')
    return given.strip() if given else None


def read_variables(path: Path | None) -> Sequence[tuple[str, str]]:
    """Return the pairs in a vars file: JSON, TOML, or KEY=VALUE lines."""
    if path is None:
        return ()
    standard = str(path) == _STDIN
    text = read_standard_input("--vars -") if standard else read_file(path, "--vars")
    where = "standard input" if standard else str(path)
    pairs = tuple(_pairs_in(text, where))
    for name, value in pairs:
        if not is_legible(name + value):
            raise UsageError(
                f"{where}: {name} is not valid text (a character is cut)", hint="save it as UTF-8"
            )
    return pairs


def read_pairs(given: Sequence[str]) -> Sequence[tuple[str, str]]:
    """Return `-v KEY=VALUE` pairs."""
    return tuple(_pair(one, f"-v {one}") for one in given)


def read_standard_input(option: str) -> str:
    """Return all of standard input; refuses to wait for a person to type."""
    if reads_from_terminal():
        raise UsageError(
            f"{option} reads standard input, and nothing is piped into it",
            hint=f"pipe it in, as in: echo '...' | broadcast ... {option}",
        )
    return _decoded(sys.stdin.buffer.read(_LARGEST + 1), "standard input")


def read_file(path: Path, option: str) -> str:
    """Return the text of a file; raises `UsageError` with its name."""
    try:
        with path.expanduser().open("rb") as file:
            raw = file.read(_LARGEST + 1)
    except OSError as error:
        raise UsageError(f"{option}: cannot read {path}: {error.strerror}", hint="check the path") from None
    return _decoded(raw, str(path))


def _decoded(raw: bytes, where: str) -> str:
    if len(raw) > _LARGEST:
        raise UsageError(
            f"{where} holds more than {_LARGEST // 1024} KiB", hint="a notice is short; link to the rest"
        )
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{where} is not UTF-8 text", hint="save it as UTF-8") from None


def _pairs_in(text: str, where: str) -> Iterator[tuple[str, str]]:
    stripped = text.strip()
    if stripped.startswith("{"):
        yield from _flat(_json(stripped, where), where)
        return
    try:
        yield from _flat(parse_toml(text), where)
    except ValueError as error:
        if Path(where).suffix == ".toml":
            raise UsageError(f"{where}: {error}", hint='write it like: scope = "all customers"') from None
        yield from _lines(text, where)


def _json(text: str, where: str) -> Mapping[str, object]:
    try:
        read: Mapping[str, object] = json.loads(text)
    except ValueError as error:
        raise UsageError(f"{where}: {error}", hint='write it like: {"scope": "all customers"}') from None
    except RecursionError:
        raise UsageError(
            f"{where}: values are nested too deeply",
            hint="write one value for each name, without tables or lists in it",
        ) from None
    return read


def _flat(table: Mapping[str, object], where: str, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield the pairs of a table; `[title] en = ...` is the pair `title.en`."""
    for key, value in table.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict) and not prefix:
            yield from _flat(value, where, f"{name}.")
        elif isinstance(value, bool) or value is None or isinstance(value, dict | list):
            raise UsageError(f"{where}: {name} must be a text or a number", hint=f'write {name} = "..."')
        else:
            yield _non_empty_pair(name, str(value), where)


def _lines(text: str, where: str) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            name, value = _pair(line.strip(), f"{where}, line {number}")
            quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
            yield _non_empty_pair(name, value[1:-1] if quoted else value, f"{where}, line {number}")


def _pair(text: str, where: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise UsageError(f"{where}: this is not KEY=VALUE", hint='write it like: -v scope="all customers"')
    return _non_empty_pair(name.strip(), value.strip(), where)


def _non_empty_pair(name: str, value: str, where: str) -> tuple[str, str]:
    """Return the pair; raises `UsageError` if its value is empty."""
    if not value.strip():
        back = f"; to withdraw the earlier value: {name}=none" if name in _HELD else ""
        raise UsageError(
            f"{where}: {name} is empty",
            hint=f"give it a value, or leave it out; in a script, check the variable{back}",
        )
    return name, value
