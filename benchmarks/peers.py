"""The same messages without `broadcast`: `python -m benchmarks.peers sdk|loop ROOT AUTHORITY PEOPLE N`.

`sdk` is what Twilio documents, in N threads; `loop` is the least that aiohttp can do with N requests in
flight. Neither keeps a ledger.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

ACCOUNT = "AC00000000000000000000000000000000"
SENDER = "+4930231250"
TEXT = "[INC-1/1] " + "Checkout is down since 10:40. We are working on it. " * 2


def numbers(people: int) -> Iterator[str]:
    """Somebody's phone number, for everybody."""
    return (f"+49151{12_000_000 + n}" for n in range(people))


def sdk(root: str, people: int, in_flight: int) -> None:
    """Twilio's SDK; its bundle of authorities comes from the environment."""
    from concurrent.futures import ThreadPoolExecutor

    from twilio.rest import Client

    client = Client(ACCOUNT, "benchmark")
    client.api.base_url = root

    def send(number: str) -> None:
        assert client.messages.create(to=number, from_=SENDER, body=TEXT).sid

    with ThreadPoolExecutor(in_flight) as threads:
        list(threads.map(send, numbers(people)))


def loop(root: str, authority: str, people: int, in_flight: int) -> None:
    """A session of aiohttp, and as many workers."""
    import asyncio
    import ssl

    import aiohttp

    url = f"{root}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    due = numbers(people)

    async def work(session: aiohttp.ClientSession) -> None:
        for number in due:
            form = {"To": number, "From": SENDER, "Body": TEXT}
            async with session.post(url, data=form) as response:
                assert (await response.json())["sid"]

    async def main() -> None:
        context = ssl.create_default_context()
        context.load_verify_locations(authority)
        headers = {"Authorization": aiohttp.encode_basic_auth(ACCOUNT, "benchmark")}
        async with aiohttp.ClientSession(
            headers=headers, connector=aiohttp.TCPConnector(limit=in_flight, ssl=context)
        ) as session:
            await asyncio.gather(*(work(session) for _ in range(in_flight)))

    asyncio.run(main())


if __name__ == "__main__":
    _, which, where, bundle, count, most = sys.argv
    if which == "sdk":
        sdk(where, int(count), int(most))
    else:
        loop(where, bundle, int(count), int(most))
