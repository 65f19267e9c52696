"""What a process asks of the kernel: recorded with its data, counted, or made to fail."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_LINE = re.compile(r"^(\d+) +(\w+)\((.*?)(?: +<unfinished \.\.\.>|\) += (.*))$")
_RESUMED = re.compile(r"^(\d+) +<\.\.\. (\w+) resumed>.*?\)? += (.*)$")
_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_OPENED = re.compile(r"^(-?\d+)<((?:\\x[0-9a-f]{2})*)>")


@dataclass(frozen=True, kw_only=True)
class Call:
    """One system call, or its end where other threads came in between (`begins`, `ends`).

    `file` is the path behind the first argument or the result, `texts` are the strings among the arguments.
    """

    name: str
    file: str
    texts: tuple[bytes, ...]
    rest: str
    begins: bool
    ends: bool
    result: str


@cache
def missing() -> str:
    """Why there is no tracing here; empty where there is."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    tried = subprocess.run(["strace", "-f", "-o", os.devnull, "true"], capture_output=True, text=True)
    return "" if tried.returncode == 0 else f"strace may not trace here: {tried.stderr.strip()[:80]}"


def recording(log: Path, calls: Sequence[str]) -> list[str]:
    """Put before a command: write down these calls with everything they carry."""
    everything = ["-y", "-xx", "-s", "300000", "-e", f"trace={','.join(calls)}"]
    return [*_TRACE, _QUICKLY, "-o", str(log), *everything]


def counting(log: Path, calls: Sequence[str]) -> list[str]:
    """Put before a command: write down that these calls were made."""
    return [*_TRACE, _QUICKLY, "-o", str(log), "-s", "0", "-e", f"trace={','.join(calls)}"]


def killing(log: Path, call: str, when: int) -> list[str]:
    """Put before a command: kill it before that call, counted in each thread by itself."""
    # Not quickly: with seccomp-bpf, strace 6.1 says nothing and kills nobody.
    return [*_TRACE, "-o", str(log), *_inject(call, f"signal=KILL:when={when}")]


def refusing(log: Path, call: str, error: str, when: int) -> list[str]:
    """Put before a command: let that call fail, counted in each thread by itself."""
    return [*_TRACE, _QUICKLY, "-o", str(log), *_inject(call, f"error={error}:when={when}")]


_TRACE = ("strace", "-f", "-qq", "-e", "signal=none")
_QUICKLY = "--seccomp-bpf"


def _inject(call: str, how: str) -> list[str]:
    return ["-s", "0", "-e", f"trace={call}", "-e", f"inject={call}:{how}"]


def calls(log: Path) -> Iterator[Call]:
    """What was recorded, in the order it happened."""
    begun: dict[tuple[str, str], Call] = {}
    for line in _lines(log):
        if found := _LINE.match(line):
            thread, name, arguments, result = found.groups()
            call = _call(name, arguments, result)
            if result is None:
                begun[thread, name] = call
            yield call
        elif (found := _RESUMED.match(line)) and (call := begun.pop((found[1], found[2]), None)):
            yield _call_end(call, found[3])


def tally(log: Path) -> Counter[str]:
    """How often the busiest thread made each call."""
    each = Counter((found[2], found[1]) for found in map(_LINE.match, _lines(log)) if found)
    most: Counter[str] = Counter()
    for (name, _), number in each.items():
        most[name] = max(most[name], number)
    return most


def _lines(log: Path) -> Iterator[str]:
    with log.open(encoding="ascii", errors="replace") as lines:
        yield from lines


def _call(name: str, arguments: str, result: str | None) -> Call:
    opened = _OPENED.match(arguments) or _OPENED.match(result or "")
    texts = tuple(_bytes(text) for text in _STRING.findall(arguments))
    rest = _STRING.sub("", arguments)
    file = _bytes(opened[2]).decode("utf-8", "replace") if opened else ""
    return Call(
        name=name,
        file=file,
        texts=texts,
        rest=rest,
        begins=True,
        ends=result is not None,
        result=result or "",
    )


def _call_end(call: Call, result: str) -> Call:
    opened = _OPENED.match(result)
    file = call.file or (_bytes(opened[2]).decode("utf-8", "replace") if opened else "")
    return Call(
        name=call.name, file=file, texts=call.texts, rest=call.rest, begins=False, ends=True, result=result
    )


def _bytes(spelled: str) -> bytes:
    return bytes.fromhex(spelled.replace("\\x", ""))
