"""Limits for each client, and which client a request is from."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from aiohttp.test_utils import make_mocked_request

from broadcast.model.clock import ManualClock
from broadcast.server.pages.rate_limit import RateLimit, client_of


class Minutes(ManualClock):
    """A clock whose monotonic time a test moves on."""

    passed = 0.0

    def monotonic(self) -> float:
        return self.passed


def test_a_client_may_do_so_much_in_a_minute_and_others_are_not_concerned():
    clock = Minutes()
    limit = RateLimit(clock, most=2)

    assert [limit.count("a") for _ in range(3)] == [True, True, False]
    assert limit.count("b")
    clock.passed += 61
    assert limit.count("a")


def test_a_flood_of_clients_takes_no_more_memory():
    limit = RateLimit(ManualClock(), most=1)
    limit.count("first")

    for number in range(10_000):
        limit.count(str(number))

    assert limit.count("first")


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("198.51.100.7", "", "198.51.100.7"),
        ("198.51.100.7", "203.0.113.9", "198.51.100.7"),  # not our proxy: it could say anything
        ("127.0.0.1", "1.2.3.4, 203.0.113.9", "203.0.113.9"),
        ("::1", "2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "rubbish", "unknown"),
        ("", "203.0.113.9", "203.0.113.9"),  # a Unix socket
        ("", "", "unknown"),
    ],
)
def test_the_client_is_whom_our_own_proxy_names(peer, forwarded, client):
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    request = make_mocked_request("GET", "/c/x", headers=headers).clone(remote=peer)

    assert client_of(request) == client


def test_a_proxy_on_another_machine_is_believed_if_it_is_named():
    request = make_mocked_request("GET", "/c/x", headers={"X-Forwarded-For": "203.0.113.9"}).clone(
        remote="172.18.0.3"
    )

    assert client_of(request) == "172.18.0.3"
    assert client_of(request, (ip_network("172.16.0.0/12"),)) == "203.0.113.9"
