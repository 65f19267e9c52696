"""A provider that always says yes, as lean as asyncio allows, in a process of its own.

`python -m benchmarks.responder [--certificate PEM] [--latency SECONDS]` prints its port and answers until its
standard input is closed. `GET /count` tells what came since it was last asked: how many requests, when the
first (on the clock that all processes share), in how many seconds to the last answer, and how many seconds of
processor they took.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import ssl
import sys
import time

TWILIO = json.dumps(
    {
        "account_sid": "AC" + "0" * 32,
        "api_version": "2010-04-01",
        "body": "x" * 160,
        "date_created": "Mon, 02 Nov 2026 10:00:00 +0000",
        "date_sent": None,
        "date_updated": "Mon, 02 Nov 2026 10:00:00 +0000",
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": "+4930231250",
        "num_media": "0",
        "num_segments": "1",
        "price": None,
        "price_unit": "USD",
        "sid": "SM" + "0" * 32,
        "status": "queued",
        "to": "+4915112000000",
    }
).encode()


def answer(status: str, body: bytes, *headers: str) -> bytes:
    """A whole HTTP answer that keeps the connection open."""
    lines = (f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(body)}", *headers)
    return "\r\n".join((*lines, "", "")).encode() + body


CREATED = answer("201 Created", TWILIO)
TAKEN = answer("202 Accepted", b"", "X-Message-Id: benchmark")
FINE = answer("200 OK", b"{}")


class Tally:
    """What came since it was last told."""

    def __init__(self) -> None:
        self.requests = 0
        self._first = self._last = 0.0
        self._cpu = time.process_time()

    def came(self) -> None:
        """A request is here."""
        if not self.requests:
            self._first = time.perf_counter()
        self.requests += 1

    def answered(self) -> None:
        """An answer leaves."""
        self._last = time.perf_counter()

    def told(self) -> bytes:
        """As JSON."""
        cpu = time.process_time() - self._cpu
        span = self._last - self._first
        told = {"requests": self.requests, "first": self._first, "span": span, "cpu": cpu}
        return json.dumps(told).encode()


class Provider(asyncio.Protocol):
    """Reads requests with a Content-Length and answers each by its path, after `latency` seconds."""

    latency = 0.0
    tally = Tally()

    def __init__(self) -> None:
        self._read = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to answer."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every request that is complete."""
        self._read += data
        while (end := self._read.find(b"\r\n\r\n")) >= 0:
            head = bytes(self._read[:end])
            _, found, rest = head.lower().partition(b"content-length:")
            total = end + 4 + (int(rest.split(b"\r\n", 1)[0]) if found else 0)
            if len(self._read) < total:
                return
            del self._read[:total]
            self._answer(head.split(b" ", 2)[1])

    def _answer(self, path: bytes) -> None:
        if path == b"/count":
            self._transport.write(answer("200 OK", Provider.tally.told()))
            Provider.tally = Tally()
            return
        Provider.tally.came()
        taken = TAKEN if path.endswith(b"/mail/send") else FINE
        reply = CREATED if path.endswith(b"/Messages.json") else taken
        if self.latency:
            asyncio.get_running_loop().call_later(self.latency, self._write, reply)
        else:
            self._write(reply)

    def _write(self, reply: bytes) -> None:
        self._transport.write(reply)
        Provider.tally.answered()


async def serve(certificate: str | None) -> None:
    """Answer until standard input is closed."""
    context = None
    if certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Provider, "127.0.0.1", 0, backlog=1024, ssl=context)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


def main() -> None:
    """Serve as the arguments say."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--certificate")
    arguments.add_argument("--latency", type=float, default=0.0)
    options = arguments.parse_args()
    Provider.latency = options.latency
    asyncio.run(serve(options.certificate))


if __name__ == "__main__":
    main()
