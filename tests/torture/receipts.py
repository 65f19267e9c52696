"""kill -9 of `serve` while receipts arrive in any order and more than once; every one must count once."""

from __future__ import annotations

import asyncio
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import aiohttp
from twilio.request_validator import RequestValidator

from broadcast.ledger.ledger import Ledger
from broadcast.model.clock import SystemClock
from broadcast.model.delivery import DeliveryState
from broadcast.model.outcome import Accepted
from broadcast.testing.ledger_fixtures import states
from broadcast.testing.ledger_samples import incident, notice, owed, settled
from tests.harness.program import ROOT
from tests.torture.companies import Companies
from tests.torture.report import Line, Options

ORIGIN = "https://notify.muster.example"
TOKEN = "0123456789abcdef0123456789abcdef"
IN_FLIGHT = 16
_PATIENCE = 60.0  # seconds until a receipt counts as lost
#: What Twilio says of each message, in the order in which it happens.
EVENTS = ("sent", "delivered")
CONFIGURATION = f"""
[broadcast]
organisation = "Muster Handel"
timezone = "Europe/Berlin"

[ledger]
url = "sqlite:///broadcast.db"

[serve]
url = "{ORIGIN}"
public = "127.0.0.1:{{port}}"
desk = "unix:{{desk}}"

[channels.sms]
adapter = "twilio-sms"
account_sid = "AC{"5a" * 16}"
auth_token = "env:TWILIO_AUTH_TOKEN"
from = "+4930231250"
"""
Request = tuple[bytes, dict[str, str]]


def suite(options: Options, companies: Companies) -> Iterator[Line]:
    """Half of the receipts come twice; a provider repeats what was not answered with 204."""
    line = Line(name="receipts")
    messages, kills = options.count(500, 5_000), options.count(5, 20)
    folder = companies.folder / "receipts"
    folder.mkdir(parents=True)
    refs = _accepted(folder, messages)
    requests = _shuffled(refs, options.chance("receipts"))
    served = _Served(folder)
    try:
        asyncio.run(_replay(served, requests, kills, line))
    finally:
        served.end()
    _count(folder, messages, line)
    yield line


def _accepted(folder: Path, messages: int) -> list[str]:
    """Write a ledger with so many accepted messages; return the provider's ids."""
    ledger, now = Ledger.open(folder / "broadcast.db"), SystemClock().now()
    names = [f"p{number}" for number in range(messages)]
    recorded = ledger.incidents.record(notice(incident(), 1, owed(*names, route=("sms",))), now)
    run = ledger.runs.begin()
    work = ledger.deliveries(recorded.id, run, clock=SystemClock())
    while claims := work.turn([], {"sms": 1000}, now).claims["sms"]:
        done = [
            settled(one, DeliveryState.ACCEPTED, "accepted", accepted=(Accepted(f"SM{one.receiver}"),))
            for one in claims
        ]
        work.turn(done, {}, now)
    run.end()
    ledger.close()
    return [f"SM{name}" for name in names]


def _shuffled(refs: Sequence[str], chance: random.Random) -> list[Request]:
    once = [_signed(ref, event) for ref in refs for event in EVENTS]
    again = chance.sample(once, len(once) // 2)
    return chance.sample([*once, *again], len(once) + len(again))


def _signed(sid: str, event: str) -> Request:
    form = {"MessageSid": sid, "MessageStatus": event, "To": "+4915112345678", "From": "+4930231250"}
    signature = RequestValidator(TOKEN).compute_signature(f"{ORIGIN}/hooks/sms", form)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signature}
    return urlencode(form).encode(), headers


@dataclass
class _Served:
    """A `serve` that is started anew whenever it was killed."""

    folder: Path
    port: int = field(init=False)
    _process: subprocess.Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        text = CONFIGURATION.format(port=self.port, desk=self.folder / "desk.sock")
        (self.folder / "broadcast.toml").write_text(text, encoding="utf-8")
        self._start()

    def _start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "broadcast", "serve"],
            cwd=self.folder,
            env=os.environ | {"TWILIO_AUTH_TOKEN": TOKEN, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        """Kill it at whatever it does, and start another one."""
        self.end()
        self._start()

    def end(self) -> None:
        self._process.kill()
        self._process.wait()


async def _replay(served: _Served, requests: Sequence[Request], kills: int, line: Line) -> None:
    left, every = iter(enumerate(requests)), len(requests) // (kills + 1)
    url = f"http://127.0.0.1:{served.port}/hooks/sms"
    async with aiohttp.ClientSession() as session:

        async def post() -> None:
            for number, (body, headers) in left:
                if number and number % every == 0 and line.figures["kills"] < kills:
                    line.add(kills=1)
                    served.kill()
                await _until_taken(session, url, body, headers, line)

        await asyncio.gather(*(post() for _ in range(IN_FLIGHT)))


async def _until_taken(
    session: aiohttp.ClientSession, url: str, body: bytes, headers: dict[str, str], line: Line
) -> None:
    """Post a receipt again and again until it is answered with 204, as providers do."""
    until = time.monotonic() + _PATIENCE
    while not await _taken(session, url, body, headers):
        line.add(repeated=1)
        if time.monotonic() > until:
            line.expect(False, "a receipt was never taken")
            return
        await asyncio.sleep(0.05)
    line.add(receipts=1)


async def _taken(session: aiohttp.ClientSession, url: str, body: bytes, headers: dict[str, str]) -> bool:
    try:
        async with session.post(url, data=body, headers=headers) as answer:
            return answer.status == 204
    except aiohttp.ClientError:
        return False


def _count(folder: Path, messages: int, line: Line) -> None:
    """Compare the ledger with what was sent."""
    ledger = Ledger.open(folder / "broadcast.db")
    (recorded,) = ledger.incidents.notices(ledger.incidents.all()[0])
    delivered = sum(state is DeliveryState.DELIVERED for state in states(ledger, recorded).values())
    rows = sum(ledger.receipts.counts(recorded.id)["sms"].values())
    ledger.close()
    line.add(delivered=delivered)
    line.expect(delivered == messages, f"{delivered} of {messages} messages are delivered")
    line.expect(
        rows == messages * len(EVENTS), f"{rows} receipts are recorded, {messages * len(EVENTS)} sent"
    )
