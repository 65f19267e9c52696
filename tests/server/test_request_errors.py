"""Requests that aiohttp refuses, as the log of `serve` shows them."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import pytest


@pytest.mark.parametrize(
    "first_line", [b"GET /c/t0k3n\xc3\xa4 HTTP/1.1", b"\x16\x03\x01 t0k3n", b"GET /t0k3n HTTP/x"]
)
async def test_a_request_that_is_no_http_leaves_one_line_without_path_and_address(served, first_line):
    address = urlsplit(served.listening.public)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(first_line + b"\r\n\r\n")
    answer = await reader.read()
    writer.close()

    assert answer.startswith((b"HTTP/1.0 400", b"HTTP/1.1 400"))
    assert "Traceback" not in served.log.getvalue()
    assert "t0k3n" not in served.log.getvalue()
    assert "127.0.0.1" not in served.log.getvalue()
    assert served.log.getvalue().count("\n") <= 1
