from __future__ import annotations

import pytest

from broadcast.channels.address_guard import Guard
from tests.harness.cases import for_every

PRIVATE = (
    "10.0.0.5",
    "172.16.0.1",
    "192.168.1.1",
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",
    "169.254.169.254",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1%eth0",
    "fd00:ec2::254",
    "fc00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::10.0.0.5",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2001:0:5ef5:79fd::f5ff:fffa",
)
PUBLIC = ("8.8.8.8", "93.184.215.14", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808")


@for_every("address", PRIVATE)
def test_what_is_not_public_is_not_admitted(address):
    assert not Guard().admits(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_public_is_admitted(address):
    assert Guard().admits(address)


@pytest.mark.parametrize(
    ("listed", "address", "admitted"),
    [
        ("10.0.0.5", "10.0.0.5", True),
        ("10.0.0.5", "10.0.0.6", False),
        ("10.0.0.0/8", "10.200.0.1", True),
        ("10.0.0.0/8", "::ffff:10.200.0.1", True),
        ("10.0.0.0/8", "169.254.169.254", False),
        ("fd00::/8", "fd00:ec2::254", True),
    ],
)
def test_what_is_listed_is_admitted_and_nothing_beside_it(listed, address, admitted):
    assert Guard.allowing(listed).admits(address) is admitted


@pytest.mark.parametrize("spelled", ["receiver.muster.example", "10.0.0.5/8", "", "10.0.0"])
def test_a_name_is_no_address(spelled):
    with pytest.raises(ValueError, match=r"does not appear|has host bits"):
        Guard.allowing(spelled)
