"""A provider that always says yes, as lean as asyncio allows, in a process of its own.

`python -m benchmarks.responder` prints its port and answers until its standard input is closed.
`GET /count` tells how many other requests came since it was last asked.
"""

from __future__ import annotations

import asyncio
import json
import sys

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


class Provider(asyncio.Protocol):
    """Reads requests with a Content-Length and answers each by its path."""

    requests = 0

    def __init__(self) -> None:
        self._read = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to answer."""
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
            assert isinstance(self._transport, asyncio.Transport)
            self._transport.write(self._answer(head.split(b" ", 2)[1]))

    def _answer(self, path: bytes) -> bytes:
        if path == b"/count":
            count, Provider.requests = Provider.requests, 0
            return answer("200 OK", str(count).encode())
        Provider.requests += 1
        if path.endswith(b"/Messages.json"):
            return CREATED
        return TAKEN if path.endswith(b"/mail/send") else FINE


async def serve() -> None:
    """Answer until standard input is closed."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Provider, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve())
