"""A link is sent once: its intent is recorded first, and what may have been sent is not sent again."""

from __future__ import annotations

import pytest

from broadcast.dispatch.stop import Stop
from broadcast.errors import Refused
from broadcast.jobs import make_jobs
from broadcast.ledger.ledger import Ledger
from broadcast.model.contact import AddressKind
from broadcast.model.subscription import LIFETIME, Subscription
from broadcast.testing.ledger_samples import NOON, after
from tests.harness.sandbox import arm

EXTRA = 'subscribers = true\n[serve]\nurl = "https://notify.muster.example"\n'


@pytest.fixture
def shop(company):
    company.configure([["email"]], extra=EXTRA)
    return company


@pytest.fixture
def ledger(shop):
    wish = Subscription(
        audience="customers", kind=AddressKind.EMAIL, address="anna@kunde.example", locale="en"
    )
    with shop.ledger() as ledger:
        ledger.subscriptions.request(wish, NOON)
        yield ledger


async def run(shop, ledger: Ledger, now=NOON):
    """Run the job once."""
    (job,) = (job for job in make_jobs(shop.settings, ledger) if job.name == "subscribe")
    return list(await job.run(now, Stop()))


async def test_a_link_is_sent_once(shop, ledger, sandbox):
    said = [await run(shop, ledger) for _ in range(2)]

    assert said == [["1 link sent"], []]
    assert [one.to for one in sandbox.received] == ["anna@kunde.example"]


async def test_a_link_whose_answer_was_lost_is_not_sent_again(shop, ledger, sandbox):
    arm(sandbox, "sendgrid:drop_after,times=1")

    said = [await run(shop, ledger, after(n * 3600)) for n in range(3)]

    assert said == [["1 link unknown"], [], []]
    assert len(sandbox.received) == 1


async def test_a_process_that_died_while_sending_leaves_nothing_to_send_again(shop, ledger, sandbox):
    (request,) = ledger.subscriptions.to_send(NOON)
    ledger.subscriptions.claim(request)

    assert await run(shop, ledger, after(60)) == []
    assert sandbox.received == []


async def test_a_link_that_was_not_sent_is_tried_again_after_a_minute(shop, ledger, sandbox):
    arm(sandbox, "sendgrid:ratelimit,times=1")

    said = [await run(shop, ledger, after(n)) for n in (0, 10, 60)]

    assert said == [["1 link planned"], [], ["1 link sent"]]


async def test_before_the_launch_nothing_is_sent_and_nothing_is_lost(shop, ledger, sandbox):
    text = (shop.folder / "broadcast.toml").read_text()
    (shop.folder / "broadcast.toml").write_text(text.replace("[broadcast]", "[broadcast]\nlive = false", 1))

    with pytest.raises(Refused, match="live = false"):
        await run(shop, ledger)

    assert len(ledger.subscriptions.to_send(NOON)) == 1


async def test_the_address_of_an_expired_request_is_erased(shop, ledger):
    await run(shop, ledger, NOON + LIFETIME)

    found = ledger.subscriptions.find(1)
    assert found is not None
    assert found.subscription.address == ""
