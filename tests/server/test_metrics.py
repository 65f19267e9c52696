"""What monitoring reads: the counters of the process and the figures of the ledger, without personal data."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import timedelta

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from broadcast.model.clock import SystemClock
from broadcast.testing.ledger_samples import incident, notice, owed
from tests.reports.test_calls import record
from tests.server.test_receipts import accepted, status


@pytest.fixture
async def private(served):
    connector = aiohttp.UnixConnector(served.listening.private.removeprefix("unix:"))
    async with aiohttp.ClientSession(connector=connector, base_url="http://desk") as session:
        yield session


@pytest.fixture
def read(private):
    """Read the value of each sample, by its name and the values of its labels."""

    async def read() -> dict[tuple[str, ...], float]:
        async with private.get("/metrics") as response:
            assert response.status == 200
            assert response.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
            families = text_string_to_metric_families(await response.text())
            return {
                (sample.name, *sample.labels.values()): sample.value
                for family in families
                for sample in family.samples
            }

    return read


async def test_requests_are_counted_by_channel_and_reason(served, ledger, read):
    accepted(ledger, "anna")
    await served.twilio("/hooks/sms", status("SM0", "delivered"))
    await served.twilio("/hooks/sms", status("SM0", "delivered"))
    await served.twilio("/hooks/sms", status("SM9", "delivered"))
    await served.twilio("/hooks/sms", status("SM0", "delivered"), token="wrong")
    await served.twilio("/hooks/nobody", status("SM0", "delivered"))
    await served.post("/hooks/sms", b"x" * 300_000)

    samples = await read()

    assert samples["broadcast_receipts_total", "sms", "delivered"] == 3
    assert samples["broadcast_receipts_unmatched_total",] == 1
    assert samples["broadcast_requests_refused_total", "sms", "forged"] == 1
    assert samples["broadcast_requests_refused_total", "sms", "too_large"] == 1
    assert samples["broadcast_unknown_channel_requests_total",] == 1
    assert samples["broadcast_ledger_write_seconds_count",] >= 3
    assert samples["broadcast_ledger_write_seconds_bucket", "+Inf"] >= 3
    assert samples["broadcast_clock_rounds_total",] >= 1
    assert samples["broadcast_build_info", *_build(samples)] == 1


def _build(samples: dict[tuple[str, ...], float]) -> tuple[str, ...]:
    return next(key[1:] for key in samples if key[0] == "broadcast_build_info")


async def test_the_ledger_says_what_is_open_overdue_and_broken(ledger, read):
    past = SystemClock().now() - timedelta(hours=1)
    new = notice(incident(), 1, owed("anna", "ben"))
    ledger.incidents.record(replace(new, facts=replace(new.facts, next_update=past)), past)

    samples = await read()

    assert samples["broadcast_ledger_up",] == 1
    assert samples["broadcast_open_incidents",] == 1
    assert samples["broadcast_deliveries", "planned"] == 2
    assert samples["broadcast_deliveries", "delivered"] == 0
    assert samples["broadcast_promises_overdue",] == 1
    assert (samples["broadcast_breaker_open", "sms"], samples["broadcast_breaker_open", "call"]) == (0, 0)


async def test_calls_are_counted_by_what_became_of_them(ledger, read):
    record(ledger)

    samples = await read()

    assert samples["broadcast_calls_24h",] == 3
    assert samples["broadcast_callers_needed_person_24h", "frustrated"] == 1
    assert samples["broadcast_callbacks_24h", "kept"] == 1
    assert samples["broadcast_voicemails_24h", "open"] == 1
    assert samples["broadcast_agents_talking",] == 1


async def test_no_sample_names_a_person_or_what_a_request_says(served, ledger, private):
    accepted(ledger, "anna")
    await served.twilio("/hooks/sms?ref=geheim", status("SM0", "delivered"))
    await served.twilio("/hooks/4915112345678", status("SM0", "delivered"))

    async with private.get("/metrics") as response:
        text = await response.text()

    assert response.status == 200
    assert [word for word in ("anna", "4915112345678", "geheim", "SM0", "/tmp") if word in text] == []


async def test_the_public_listener_does_not_show_it(served):
    async with served.session.get(served.listening.public + "/metrics") as response:
        assert response.status == 404


@pytest.fixture
def without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "prometheus_client", None)


async def test_without_the_package_the_log_says_how_to_get_it(without_the_package, served, private):
    async with private.get("/metrics") as response:
        assert response.status == 404
    assert "pip install 'broadcast-cli[metrics]'" in served.log.getvalue()
