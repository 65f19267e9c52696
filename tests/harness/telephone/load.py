"""Many calls at once, to see what a server can take. It follows documents only as far as it must.

    python -m tests.harness.telephone.load --server http://127.0.0.1:8080 --origin https://notify.example

The token is in TWILIO_AUTH_TOKEN. Give `--pid` to learn what the server's process took.

Without `--think`, callers never pause: that finds errors and the most that a machine can do, and the times
are those of a queue. With `--think 5`, calls are spread as in life, and the times are those that people wait.
The driver takes about twice as much of the processor as a bare server does; `driver` says how much.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from itertools import count
from pathlib import Path
from random import Random
from statistics import quantiles
from urllib.parse import urlencode, urljoin

import aiohttp
from twilio.request_validator import RequestValidator
from yarl import URL

CALLS, AT_ONCE, MOST_STEPS = 2_000, 300, 12
ACCOUNT = f"AC{'5a' * 16}"
NUMBER = "+4930231250"
#: What callers do, in turn: hear it again, ask for a message or a call, talk, want a person, say nothing.
SCRIPTS: tuple[tuple[str, ...], ...] = (
    ("1", "1"),
    ("2", "1"),
    ("3", "1"),
    ("wie lange dauert das noch",),
    ("0",),
    ("",),
)
_ACTION = re.compile(rb'<(Gather|Dial|Record)\b[^>]*?\saction="([^"]*)"')
_REDIRECT = re.compile(rb"<Redirect[^>]*>([^<]+)</Redirect>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What came of it; times in seconds, memory in megabytes (Pss), None without a process."""

    calls: int
    requests: int
    errors: Mapping[str, int]
    seconds: float
    first: Sequence[float]
    answers: Sequence[float]
    driver: float
    cpu: float | None = None
    megabytes: float | None = None

    @property
    def p95(self) -> float:
        """Within which 95 of 100 requests were answered."""
        return _p95(self.answers)

    @property
    def p95_first(self) -> float:
        """Within which 95 of 100 callers had the document with the first word."""
        return _p95(self.first)

    def __str__(self) -> str:
        rate = f"{self.requests / self.seconds:,.0f} a second"
        lines = [
            f"{self.calls:,} calls, {self.requests:,} requests in {self.seconds:.1f} s ({rate})",
            f"errors: {dict(self.errors) or 'none'}",
            f"first document: {_spread(self.first)}",
            f"every document: {_spread(self.answers)}",
            f"driver: {self.driver:.2f} s of processor",
        ]
        if self.cpu is not None:
            each = self.cpu / max(self.requests, 1) * 1000
            lines.append(
                f"server: {self.cpu:.2f} s of processor, {each:.2f} ms a request, {self.megabytes:.0f} MB"
            )
        return "\n".join(lines)


@dataclass
class Driver:
    """What makes the calls."""

    session: aiohttp.ClientSession
    origin: str
    server: str
    token: str
    entry: str
    think: float
    chance: Random
    errors: Counter[str] = field(default_factory=Counter)
    first: list[float] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)
    _numbers: count[int] = field(default_factory=count)

    async def call(self, script: Sequence[str]) -> None:
        """Make one call, until a document leads nowhere."""
        caller = f"+4915{next(self._numbers) + 100_000_000}"
        fields = {
            "AccountSid": ACCOUNT,
            "ApiVersion": "2010-04-01",
            "CallSid": f"CA{uuid.uuid4().hex}",
            "CallStatus": "in-progress",
            "Direction": "inbound",
            "From": caller,
            "To": NUMBER,
            "FromCity": "",
        }
        inputs, url, more = iter(script), self.origin + self.entry, dict[str, str]()
        for step in range(MOST_STEPS):
            document = await self._ask(url, {**fields, **more}, is_first=step == 0)
            following = _following(document, inputs) if document else None
            if following is None:
                return
            url, more = urljoin(url, following[0]), following[1]
            await self.pause(self.chance.uniform(0.5, 1.5))

    async def pause(self, share: float) -> None:
        """Let a part of a caller's time to think pass."""
        if self.think:
            await asyncio.sleep(self.think * share)

    async def _ask(self, url: str, form: Mapping[str, str], *, is_first: bool) -> bytes | None:
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Twilio-Signature": RequestValidator(self.token).compute_signature(url, form),
        }
        reached = URL(self.server + url.removeprefix(self.origin), encoded=True)
        began = time.perf_counter()
        try:
            async with self.session.post(reached, data=urlencode(form).encode(), headers=headers) as got:
                body = await got.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            self.errors[type(error).__name__] += 1
            return None
        took = time.perf_counter() - began
        self.answers.append(took)
        if is_first:
            self.first.append(took)
        if got.status != 200 or b"<Response" not in body:
            self.errors[f"status {got.status}" if got.status != 200 else "no document"] += 1
            return None
        return body


def _following(document: bytes, inputs: Iterator[str]) -> tuple[str, dict[str, str]] | None:
    """Return where a document leads with the next input, and what is posted there."""
    found = _ACTION.search(document)
    if found is None:
        redirected = _REDIRECT.search(document)
        return (unescape(redirected[1].decode()).strip(), {}) if redirected else None
    verb, action = found[1].decode(), unescape(found[2].decode())
    if verb == "Dial":
        return action, {
            "DialCallStatus": "no-answer",
            "DialCallSid": f"CA{uuid.uuid4().hex}",
            "DialBridged": "false",
        }
    if verb == "Record":
        sid = f"RE{uuid.uuid4().hex}"
        return action, {
            "RecordingSid": sid,
            "RecordingUrl": f"https://api.twilio.com/{sid}",
            "RecordingDuration": "7",
        }
    said = next(inputs, None)
    if said is None:
        return None  # the caller has hung up
    if len(said) > 1:
        return action, {"SpeechResult": said, "Confidence": "0.9", "Language": "de-DE"}
    return action, {"Digits": said, "msg": "Gather End"}


async def load(  # noqa: PLR0913 - each is a choice of the test, and is named
    *,
    origin: str,
    server: str,
    token: str,
    pid: int | None = None,
    calls: int = CALLS,
    at_once: int = AT_ONCE,
    entry: str = "/voice/answer/0",
    scripts: Sequence[Sequence[str]] = SCRIPTS,
    think: float = 0.0,
) -> Load:
    """Make many calls, some at once; `think` is how many real seconds a caller takes for each step."""
    connector = aiohttp.TCPConnector(limit=0)
    waiting = iter(range(calls))
    before, began = processor(pid) if pid else 0.0, time.perf_counter()
    own = time.process_time()
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=15)) as session:
        driver = Driver(session, origin, server, token, entry, think, Random(7))

        async def line(position: int) -> None:
            await driver.pause(position / at_once)
            for number in waiting:
                await driver.call(scripts[number % len(scripts)])

        await asyncio.gather(*map(line, range(at_once)))
    return Load(
        calls=calls,
        requests=len(driver.answers),
        errors=driver.errors,
        seconds=time.perf_counter() - began,
        first=driver.first,
        answers=driver.answers,
        driver=time.process_time() - own,
        cpu=processor(pid) - before if pid else None,
        megabytes=memory(pid) if pid else None,
    )


def processor(pid: int) -> float:
    """Return the seconds of processor that a process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> float:
    """Return the megabytes of a process, its share of what it shares (Pss)."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8")
    return int(next(line.split()[1] for line in rollup.splitlines() if line.startswith("Pss:"))) / 1024


def _spread(times: Sequence[float]) -> str:
    return f"p95 {_p95(times) * 1000:.0f} ms, most {max(times, default=0) * 1000:.0f} ms"


def _p95(times: Sequence[float]) -> float:
    return quantiles(times, n=20, method="inclusive")[-1] if len(times) > 1 else sum(times)


def main() -> int:
    """Run from the command line; the exit code is 1 if there were errors."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", required=True)
    parser.add_argument("--origin", required=True)
    parser.add_argument("--pid", type=int)
    parser.add_argument("--calls", type=int, default=CALLS)
    parser.add_argument("--at-once", type=int, default=AT_ONCE)
    parser.add_argument("--think", type=float, default=0.0)
    given = parser.parse_args()
    token = os.environ["TWILIO_AUTH_TOKEN"]
    result = asyncio.run(load(token=token, **vars(given)))
    sys.stdout.write(f"{result}\n")
    return 1 if result.errors else 0


if __name__ == "__main__":
    raise SystemExit(main())
