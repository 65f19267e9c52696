"""How much a channel may be asked to do."""

from __future__ import annotations

from types import SimpleNamespace

from broadcast.dispatch.channel import ActiveChannel
from broadcast.model.outcome import Unknown


def channel() -> ActiveChannel:
    """A channel whose provider can be asked, so that some may be claimed ahead."""
    adapter = SimpleNamespace(capabilities=None, find=print)
    return ActiveChannel(name="sms", adapter=adapter, concurrency=64, settle=1.0, batch=1)  # type: ignore[arg-type]  # all that it looks at


def test_some_are_claimed_ahead_of_a_slot_while_all_goes_well():
    active = channel()
    active.busy = 64

    assert active.wants(now=1.0) == active.reserve == 16
    assert active.wanted_now(now=1.0)


def test_nothing_is_claimed_ahead_for_a_channel_that_is_left_alone():
    active = channel()
    for _ in range(5):
        active.breaker.count(Unknown("the connection was lost"), now=1.0)
    active.breaker.probing = False  # as if an answer had come that closed nothing

    assert active.breaker.healthy
    assert active.wants(now=1.1) == 0
    assert not active.wanted_now(now=1.1)
