"""The sandbox's memory, shared by its HTTP and its SMTP side."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from broadcast.model.clock import Clock
from broadcast.sandbox.callbacks import CallbackSender
from broadcast.sandbox.faults import Fault, Faults
from broadcast.sandbox.providers import all_wires
from broadcast.sandbox.records import Journal, Received, Requested
from broadcast.sandbox.telephone.telephone import Telephone
from broadcast.sandbox.wire.base import CallsBack, Wire
from broadcast.sandbox.wire.twilio_calls import is_played


@dataclass(slots=True, kw_only=True)
class SandboxState:
    """Received messages and requests, the providers' state, and the active faults.

    `edition` changes when the memory is cleared, so that a page knows to start again. `suppressed` are
    addresses that opted out: providers refuse or drop messages to them. `site` is the folder of the
    rehearsal's status page, if there is one. `callbacks` posts to `serve`; `hooks` says where it listens, by
    adapter; without `receipts`, providers never say what became of a message. `lines` returns the numbers of
    the hotline, and `telephone` has the calls to them.
    """

    clock: Clock
    journal: Journal | None = None
    site: Path | None = None
    callbacks: CallbackSender | None = None
    hooks: Callable[[], Mapping[str, str]] = dict
    receipts: bool = True
    lines: Callable[[], Sequence[str]] = tuple
    telephone: Telephone | None = None
    received: list[Received] = field(default_factory=list)
    requests: list[Requested] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)
    suppressed: set[str] = field(default_factory=set)
    edition: str = field(default_factory=lambda: secrets.token_hex(4))
    opened: float = 0.0
    touched: float = 0.0
    wires: dict[str, Wire] = field(init=False)
    waiting: list[asyncio.Future[None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.wires = all_wires(self.suppressed)

    def open(self) -> None:
        """Read the records of earlier runs, and start the clock for timed faults."""
        for received in self.journal.read() if self.journal else ():
            self.received.append(received)
            if received.provider in self.wires:
                self.wires[received.provider].keep(received)
        self.opened = self.touched = self.clock.monotonic()

    def strike(self, provider: str, *, sending: bool, connecting: bool = False) -> Fault | None:
        """Return the fault for this request, or None."""
        if not self.faults.armed:
            return None
        elapsed = self.clock.monotonic() - self.opened
        return self.faults.pick(provider, elapsed, sending=sending, connecting=connecting)

    def keep(self, *received: Received) -> None:
        """Record received messages, whose providers will say that they arrived."""
        self.record(*received)
        for one in received:
            self._call_back(one)

    def record(self, *received: Received) -> None:
        """Record what no provider gives a receipt for."""
        self.received.extend(received)
        if self.journal:
            for one in received:
                self.journal.append(one)
        self._wake()

    def _call_back(self, received: Received) -> None:
        wire: object = self.wires.get(received.provider)
        if self.telephone is not None and is_played(received):
            # What becomes of it is up to who answers the phone.
            form = {**received.extra, "To": received.to, "From": received.sender}
            self.telephone.ring_out(received.ref, form, received.at)
            return
        if self.callbacks is None or not self.receipts or not isinstance(wire, CallsBack):
            return
        callback = wire.callback(received, self.hooks())
        if callback is not None:
            self.callbacks.post_later(callback)

    async def arrival(self, count: int) -> None:
        """Wait until at least `count` messages were received."""
        while len(self.received) < count:
            waiter = asyncio.get_running_loop().create_future()
            self.waiting.append(waiter)
            await waiter

    async def is_wanted_after(self, seconds: float) -> bool:
        """Wait; return whether the memory still wants what was asked before: it was not cleared meanwhile."""
        edition = self.edition
        await asyncio.sleep(seconds)
        return edition == self.edition

    def _wake(self) -> None:
        waiting, self.waiting = self.waiting, []
        for waiter in waiting:
            if not waiter.done():
                waiter.set_result(None)

    def note(self, requested: Requested) -> None:
        """Record a request."""
        self.requests.append(requested)

    def clear(self) -> None:
        """Delete received messages and requests; faults stay."""
        self.received.clear()
        self.requests.clear()
        for wire in self.wires.values():
            wire.forget()
        if self.journal:
            self.journal.clear()
        self.edition = secrets.token_hex(4)
