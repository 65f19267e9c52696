"""A provider that fails: nobody else waits for it, its people wait seconds, and it is not asked ever more."""

from __future__ import annotations

from collections import Counter

import pytest

from broadcast.dispatch.progress import EventKind
from tests.dispatch.test_pace import notifying
from tests.harness.processes import fork
from tests.harness.sandbox import arm

PEOPLE = 25
HARD = ["twilio:auth", "twilio:status=429", "nobody listens"]


def seconds_until(sandbox, provider):
    """From the first request to anybody until that provider's first message."""
    begun = min(asked.at for asked in sandbox.requests)
    return (min(one.at for one in sandbox.received if one.provider == provider) - begun).total_seconds()


@pytest.mark.parametrize("fault", ["twilio:hang", "twilio:auth", "twilio:status=503", "twilio:ratelimit=60"])
def test_a_failing_provider_delays_nobody_on_another_lane(daemon, tmp_path, fault):
    company = daemon.company(tmp_path)
    # The provider fails for longer than the test has patience with the mails.
    company.configure([["sms"], ["mail-backup"]], timeout="60s")
    company.employ(PEOPLE)
    daemon.arm(fault)

    publishing = fork(lambda listener: company.notify(listener=listener).exit_code)
    daemon.until_received(PEOPLE)
    publishing.kill()

    assert company.per_provider() == {"smtp": PEOPLE}


def test_a_process_that_hangs_delays_nobody_in_another(daemon, tmp_path):
    company = daemon.company(tmp_path)
    company.configure([["sms"]], timeout="4s")
    daemon.arm("twilio:hang,times=3")
    (stuck,) = notifying(company, 1)
    company.configure([["mail-backup"]])

    assert company.notify("Search down").exit_code == 0

    assert EventKind.DONE not in stuck.heard
    assert company.per_provider() == {"smtp": company.people}
    stuck.kill()


@pytest.mark.parametrize("fault", HARD)
@pytest.mark.parametrize("pace", ["", "rate = 0.1"])
def test_the_next_channel_steps_in_within_five_seconds(company, sandbox, fault, pace):
    nowhere = "" if ":" in fault else "http://127.0.0.1:9/twilio"
    company.employ(1 if pace else 3)
    company.configure([["sms", "mail-backup"]], sms=pace)
    if nowhere:
        path = company.folder / "broadcast.toml"
        path.write_text(path.read_text().replace(f"{company.url}/twilio", nowhere))
    else:
        arm(sandbox, fault)

    result = company.notify()

    assert result.exit_code == 0
    assert company.per_provider() == {"smtp": company.people}
    assert seconds_until(sandbox, "smtp") < 5


def test_one_request_in_ten_is_repeated_at_most_beside_the_first_few(company, sandbox):
    company.configure([["sms", "mail-backup"]], sms="concurrency = 8")
    company.employ(60)
    arm(sandbox, "twilio:status=429,every=2")

    assert company.notify().exit_code == 0

    asked = sum(request.provider == "twilio" for request in sandbox.requests)
    assert 60 < asked <= 60 * 1.1 + 10
    assert all(len(copies) == 1 for copies in company.copies().values())


def test_who_refuses_without_naming_a_time_gets_no_more_than_was_under_way(company, sandbox):
    company.configure([["sms", "mail-backup"]], sms="concurrency = 16")
    company.employ(60)
    arm(sandbox, "twilio:status=429")

    assert company.notify().exit_code == 0

    assert sum(request.provider == "twilio" for request in sandbox.requests) <= 16
    assert company.told_once("smtp")


def test_after_a_pause_a_channel_begins_with_one_request(company, sandbox):
    company.configure([["sms"]], sms="concurrency = 16")
    company.employ(40)
    arm(sandbox, "twilio:ratelimit=0.3,times=18")

    assert company.notify().exit_code == 0

    refused = [request for request in sandbox.requests if request.status == 429]
    assert len(refused) == 18
    first = min(request.at for request in refused)
    waves = Counter(round((request.at - first).total_seconds() / 0.3) for request in refused)
    assert sorted(waves.values()) == [1, 1, 16]
    assert company.told_once("twilio")


def test_who_is_held_by_an_earlier_run_s_pause_learns_why(company, sandbox):
    company.configure([["sms"]], timeout="2s")
    arm(sandbox, "twilio:ratelimit=600")
    company.notify("Checkout down")

    result = company.notify("Search down")

    (channel,) = result.channels
    assert (channel.state, channel.attempts) == ("held", 0)
    assert "too many requests" in channel.reason
