"""Whole runs against providers that fail in every way; what people really got is the judge."""

from __future__ import annotations

import socket

import pytest

from broadcast.model.channel import Capabilities, ChannelKind
from broadcast.model.contact import AddressKind
from broadcast.model.delivery import DeliveryState
from broadcast.model.outcome import Accepted, NotSent, Rejected, Scope
from broadcast.model.unknown import OnUnknown
from broadcast.publishing.request import Limits, Request, Verb
from tests.harness.company import phone
from tests.harness.sandbox import arm


def test_everybody_is_told_once_on_the_first_channel(company):
    result = company.notify()

    assert result.exit_code == 0
    assert company.told_once("sendgrid")


def faults(often, seldom):
    """Faults to try, those in `seldom` only where there is time."""
    return [*often, *(pytest.param(fault, marks=pytest.mark.slow) for fault in seldom)]


NOTHING_TAKEN = faults(["status=503", "hang", "drop_before", "auth"], ["status=500,html=true", "redirect"])
THIRD = faults(["refuse", "status=550"], ["status=450", "drop_before", "hang"])
UNCLEAR = faults(["drop_after", "hang_after"], ["no_id", "status_after=502", "truncated"])


@pytest.mark.parametrize("fault", NOTHING_TAKEN)
def test_the_second_channel_steps_in_when_the_first_takes_nothing(company, sandbox, fault):
    arm(sandbox, f"sendgrid:{fault}")

    result = company.notify()

    assert result.exit_code == 0
    assert company.told_once("smtp")
    assert [(f.origin, f.to, f.count) for f in result.failovers] == [("email", "mail-backup", 3)]


@pytest.mark.parametrize("fault", THIRD)
def test_the_third_channel_steps_in_when_two_take_nothing(company, sandbox, fault):
    arm(sandbox, "sendgrid:down", f"smtp:{fault}")

    result = company.notify()

    assert result.exit_code == 0
    assert company.told_once("twilio")


def test_a_refused_connection_is_a_reason_to_move_on(company, sandbox):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        text = (company.folder / "broadcast.toml").read_text(encoding="utf-8")
        closed = f"http://127.0.0.1:{nobody.getsockname()[1]}/sendgrid"
        (company.folder / "broadcast.toml").write_text(text.replace(f"{sandbox.url}/sendgrid", closed))

        result = company.notify()

    assert result.exit_code == 0
    assert company.told_once("smtp")


@pytest.mark.parametrize("fault", UNCLEAR)
def test_a_lost_answer_costs_at_most_one_copy_on_another_channel_and_is_admitted(company, sandbox, fault):
    arm(sandbox, f"sendgrid:{fault}")

    result = company.notify()

    assert result.exit_code == 0
    assert all(
        set(found) >= {"smtp"} and len(found) == len(set(found)) for found in company.copies().values()
    )
    with company.ledger() as ledger:
        assert ledger.history.possible_duplicates(1) in {0, 3}
        assert ledger.history.duplicates(ledger.incidents.all()[0]) == 0


@pytest.mark.parametrize(
    "fault", ["drop_after", "hang_after", "garbage", "no_id", "status_after=500", "drip=0.3"]
)
def test_where_the_provider_can_be_asked_a_lost_answer_doubles_nothing(company, sandbox, fault):
    company.configure([["sms", "email"]])
    arm(sandbox, f"twilio:{fault}")

    result = company.notify()

    assert result.exit_code == 0
    assert company.told_once("twilio")


def test_a_message_that_arrives_later_than_we_waited_is_found(company, sandbox):
    company.configure([["sms", "email"]], timeout="300ms")
    arm(sandbox, "twilio:late=0.4,times=3")

    result = company.notify()

    assert result.exit_code == 0
    assert company.told_once("twilio")


def test_what_the_provider_has_not_got_is_sent_again(company, sandbox):
    company.configure([["sms"]])
    arm(sandbox, "twilio:status=503,times=3")

    result = company.notify()

    assert result.exit_code == 0
    assert company.told_once("twilio")
    assert result.channels[0].attempts == 6


def test_a_run_ends_when_the_provider_can_be_asked_but_does_not_answer(company, sandbox):
    company.configure([["sms"]])
    arm(sandbox, "twilio:down")

    result = company.notify()

    assert result.exit_code == 11
    assert result.counts.unknown == 3


def test_retry_asks_again_about_what_was_left_unknown(company, sandbox):
    company.configure([["sms"]])
    arm(sandbox, "twilio:drop_after", "twilio:down")
    sandbox.clear_faults()
    arm(sandbox, "twilio:status_after=500,reads=true")
    assert company.notify().exit_code == 11
    sandbox.clear_faults()

    result = company.retry()

    assert result.exit_code == 0
    assert company.told_once("twilio")


def test_a_provider_that_asks_for_patience_gets_it_and_nobody_moves_on(company, sandbox):
    arm(sandbox, "sendgrid:ratelimit=0.3,times=2")

    result = company.notify()

    assert result.exit_code == 0
    assert company.told_once("sendgrid")
    assert result.failovers == ()


def test_a_pause_holds_for_the_whole_channel(company, sandbox):
    company.configure([["sms"]], sms="concurrency = 1")
    company.employ(6)
    arm(sandbox, "twilio:ratelimit=0.4,times=1")

    assert company.notify().exit_code == 0

    asked = [request for request in sandbox.requests if request.method == "POST"]
    assert [request.status for request in asked] == [429] + [201] * 6
    assert (asked[1].at - asked[0].at).total_seconds() >= 0.4
    assert company.told_once("twilio")


def test_an_hour_of_patience_is_too_much(company, sandbox):
    arm(sandbox, "sendgrid:ratelimit=3600")

    assert company.notify().exit_code == 0
    assert company.told_once("smtp")


def test_a_breaker_opens_and_everybody_moves_on_without_trying(company, sandbox):
    company.configure([["sms", "mail-backup"]], timeout="30s", sms="concurrency = 4")
    company.employ(60)
    arm(sandbox, "twilio:auth")

    result = company.notify()

    assert result.exit_code == 0
    assert company.told_once("smtp")
    assert sum(request.provider == "twilio" for request in sandbox.requests) <= 4


def test_a_channel_that_failed_is_tried_with_one_request_the_next_time(company, sandbox):
    company.configure([["sms", "mail-backup"]], sms="concurrency = 8")
    arm(sandbox, "twilio:auth")
    company.notify()
    company.employ(12)
    before = sum(request.provider == "twilio" for request in sandbox.requests)

    company.notify("Search down")

    assert sum(request.provider == "twilio" for request in sandbox.requests) - before == 1


def test_one_wrong_address_in_every_batch_is_no_reason_to_leave_the_channel(company):
    company.employ(80)

    result = company.notify(instead={"email": Picky})

    assert result.exit_code == 0
    assert company.per_provider() == {"smtp": 8}
    assert {c.name: c.counts.accepted for c in result.channels}["email"] == 72


def test_with_every_channel_down_people_are_held_and_retry_tells_them_once(company, sandbox):
    arm(sandbox, "sendgrid:down", "smtp:refuse", "twilio:auth")

    result = company.notify()

    assert result.exit_code == 1
    assert result.counts.held == 3
    assert company.per_provider() == {}
    sandbox.clear_faults()
    again = company.retry()
    assert again.exit_code == 0
    assert all(len(found) == 1 for found in company.copies().values())
    assert company.retry().changed is False


def test_retry_does_not_start_over_at_a_channel_that_may_have_taken_it(company, sandbox):
    arm(sandbox, "sendgrid:drop_after", "smtp:refuse", "twilio:auth")
    assert company.notify().counts.held == 3
    sandbox.clear_faults()

    result = company.retry()

    assert result.exit_code == 0
    assert all(found.count("sendgrid") == 1 for found in company.copies().values())


def test_people_reach_the_last_channel_through_two_that_are_out(company, sandbox):
    """Both channels in front are out, and are visited in the order of their names."""
    company.configure([["mail-backup", "email", "sms"], ["x"]])
    arm(sandbox, "smtp:status=550", "sendgrid:auth")
    company.employ(40)

    result = company.notify()

    assert result.exit_code == 0
    assert company.told_once("twilio")


def test_at_the_deadline_the_rest_is_kept_and_retry_finishes(company, sandbox):
    company.configure([["sms"]], sms="concurrency = 1\nrate = 4\nburst = 1")
    company.employ(8)

    result = company.notify(limits=Limits(deadline=0.6))

    assert result.exit_code == 5
    assert 0 < result.counts.accepted < 8
    company.configure([["sms"]])
    company.employ(8)
    assert company.retry().exit_code == 0
    assert company.told_once("twilio")


def test_a_hanging_provider_does_not_outlive_the_deadline(company, sandbox):
    company.configure([["sms"]], timeout="20s")
    arm(sandbox, "twilio:hang")

    result = company.notify(limits=Limits(deadline=0.3))

    assert result.exit_code == 5
    sandbox.clear_faults()
    assert company.retry().exit_code == 0
    assert company.told_once("twilio")


def test_at_the_deadline_of_the_clock_no_request_is_cut_off(company, sandbox):
    company.configure([["mail-backup"]], timeout="20s", mail_backup="concurrency = 1")
    arm(sandbox, "smtp:late=1")

    result = company.notify(limits=Limits(deadline=0.2, in_background=True))

    assert (result.counts.unknown, result.counts.accepted) == (0, 1)
    sandbox.clear_faults()
    assert company.retry().exit_code == 0
    assert company.told_once("smtp")


def test_our_own_impatience_moves_nobody_to_another_channel(company, sandbox):
    company.configure([["sms", "email"]], timeout="20s", sms="rate = 20\nburst = 5")
    company.employ(12)
    arm(sandbox, "twilio:hang")

    result = company.notify(limits=Limits(deadline=0.5))

    assert result.exit_code == 5
    assert result.failovers == ()
    sandbox.clear_faults()
    assert company.retry().exit_code == 0
    assert company.told_once("twilio")


@pytest.mark.parametrize("on_unknown", [OnUnknown.HOLD, OnUnknown.OTHER_CHANNEL])
def test_the_last_channel_is_never_used_twice_on_a_guess(company, sandbox, on_unknown):
    company.configure([["mail-backup"]])
    arm(sandbox, "smtp:drop_after")

    result = company.notify(limits=Limits(on_unknown=on_unknown))
    again = company.retry(Limits(on_unknown=on_unknown))

    assert (result.exit_code, again.exit_code) == (11, 11)
    assert company.told_once("smtp")


def test_held_back_on_request_what_is_unknown_goes_nowhere_else(company, sandbox):
    arm(sandbox, "sendgrid:drop_after")

    result = company.notify(limits=Limits(on_unknown=OnUnknown.HOLD))

    assert result.exit_code == 11
    assert company.told_once("sendgrid")


def test_resending_happens_only_when_it_was_asked_for(company, sandbox):
    company.configure([["mail-backup"]])
    arm(sandbox, "smtp:drop_after,times=3")
    assert company.notify().exit_code == 11

    result = company.retry(Limits(on_unknown=OnUnknown.RESEND))

    assert result.exit_code == 0
    assert all(found == ["smtp", "smtp"] for found in company.copies().values())


def test_optional_channels_never_fail_the_run(company, sandbox):
    company.configure([["sms"], ["x"]])
    arm(sandbox, "x:auth")

    result = company.notify()

    assert result.exit_code == 0
    assert company.told_once("twilio")
    assert {channel.name: channel.state for channel in result.channels}["x"] == "held"


def test_people_without_any_address_are_named_and_make_it_partial(company):
    company.configure([["sms"]])
    company.write_people("id,name,email,phone\np0,Ada,p0@kunde.example,\np1,Grace,,+4915112000017\n")

    result = company.notify()

    assert result.exit_code == 4
    assert company.states() == {"p0": DeliveryState.FAILED, "p1": DeliveryState.ACCEPTED}
    with company.ledger() as ledger:
        notice = ledger.incidents.notices(ledger.incidents.all()[0])[0]
        (line,) = [line for line in ledger.history.lines(notice) if line.contact == "p0"]
        assert "no phone" in (line.reason or "")


def test_a_number_that_opted_out_is_told_by_mail(company, sandbox):
    company.configure([["sms", "email"]])
    sandbox.suppress(phone(1))

    assert company.notify().exit_code == 0
    assert company.copies() == {"p0": ["twilio"], "p1": ["sendgrid"], "p2": ["twilio"]}


@pytest.mark.slow
def test_ten_thousand_people_need_a_dozen_requests(company, sandbox):
    company.configure([["email"]], timeout="20s")
    company.employ(10_000)

    result = company.notify()

    assert result.counts.accepted == 10_000
    assert len(sandbox.requests) <= 12
    assert company.told_once("sendgrid")


def test_everybody_reads_their_own_text(company, sandbox):
    company.configure([["email"], ["sms"]], general='templates = "texts"')
    folder = company.folder / "texts" / "en" / "customers"
    for phase in ("investigating", "update"):
        (folder / phase).mkdir(parents=True)
        (folder / phase / "sms.txt.j2").write_text(
            "[{{ ref }}/{{ sequence }}] Hi {{ contact.name }}", "utf-8"
        )
    shown = company.preview(Request(verb=Verb.NOTIFY, title="Checkout down"))
    assert shown.people == 3

    result = company.notify()

    assert result.exit_code == 0
    texts = {m.to: m.text for m in sandbox.received if m.provider == "twilio"}
    assert all(f"Person {n}" in texts[phone(n)] for n in range(3))


def test_the_same_key_gives_the_same_result_without_sending(company, sandbox):
    first = company.notify(key="run-7")
    second = company.notify(key="run-7")

    assert (first.replayed, second.replayed, second.changed) == (False, True, False)
    assert second.exit_code == first.exit_code
    assert second.counts == first.counts
    assert company.told_once("sendgrid")


def test_the_same_key_goes_on_with_an_interrupted_run(company, sandbox):
    company.configure([["sms"]])
    arm(sandbox, "twilio:auth")
    assert company.notify(key="run-7").exit_code == 1
    sandbox.clear_faults()

    result = company.notify(key="run-7")

    assert (result.exit_code, result.notice, result.incident) == (0, 1, "INC-1")
    assert company.told_once("twilio")


def test_an_adapter_that_raises_does_not_take_the_run_with_it(company):
    result = company.notify(instead={"email": Raising})

    assert result.exit_code == 0
    assert company.told_once("smtp")
    assert {c.name: c.reason for c in result.channels}["email"] == "ZeroDivisionError in the adapter"


class Raising:
    """A third party's adapter with a mistake in it."""

    capabilities = Capabilities(kind=ChannelKind.EMAIL, address=AddressKind.EMAIL)

    async def send(self, batch):
        return 1 / 0

    async def close(self) -> None:
        raise RuntimeError("not even this")


class Picky:
    """Refuses a whole request for one address in it, as SendGrid does."""

    capabilities = Capabilities(kind=ChannelKind.EMAIL, address=AddressKind.EMAIL, max_batch=10)

    async def send(self, batch):
        wrong = [outgoing.address.partition("@")[0].endswith("9") for outgoing in batch]
        if not any(wrong):
            return [Accepted("ref")] * len(batch)
        refused = Rejected("not an address", Scope.RECIPIENT)
        return [refused if one else NotSent("another address was refused") for one in wrong]

    async def close(self) -> None:
        return None
