"""Read requests within limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from broadcast.channels.time_limit import time_limit

if TYPE_CHECKING:
    from aiohttp import web

MOST = 256 * 1024  # bytes of a body
READ_SECONDS = 10.0


class BodyTooLarge(Exception):
    """A body that is larger than we read, that is compressed, or that does not arrive in time."""


async def read_body(request: web.Request, most: int = MOST) -> bytes:
    """Return the body as it arrived; raises `BodyTooLarge`.

    A compressed body is refused: a few bytes could become any size.
    """
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise BodyTooLarge
    if request.content.is_eof():  # as for most requests: then no timer is needed
        body = request.content.read_nowait()
        if len(body) > most:
            raise BodyTooLarge
        return body
    try:
        async with time_limit(READ_SECONDS):
            return await _read(request, most)
    except TimeoutError:
        raise BodyTooLarge from None


async def read_fields(request: web.Request, most: int, fields: int = 10) -> Mapping[str, Sequence[str]]:
    """Return the values of each field of a form; none if it cannot be read. Raises `BodyTooLarge`.

    `most` is the size of the body in bytes, and `fields` the number of fields that are read at most.
    """
    body = await read_body(request, most)
    try:
        return parse_qs(body.decode(), errors="strict", max_num_fields=fields)
    except ValueError:  # not UTF-8 as well
        return {}


async def _read(request: web.Request, most: int) -> bytes:
    body = bytearray()
    async for part in request.content.iter_any():
        body += part
        if len(body) > most:
            raise BodyTooLarge
    return bytes(body)
