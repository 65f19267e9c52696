"""`--key`: a command can be repeated, whatever became of it before, and nobody is told twice."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pexpect
import pytest

from tests.fake_providers.strict_server import Strict, strict
from tests.harness.process_company import ProcessCompany, process_company
from tests.harness.program import Ended, wait

AUDIENCES = """
[audiences.customers]
contacts = ["customers.csv"]
lanes = [["sms"], ["x"], ["page"]]
"""
PEOPLE = 12
EVERYBODY = PEOPLE + 2  # and the post, and the page
NOTIFY = ("notify", "Chat down", "-m", "Bestellungen gehen.", "--next-update", "30m", "--key", "job-7")
SENDING = (*NOTIFY, "--yes", "-o", "json")


@pytest.fixture(scope="module")
def running() -> Iterator[Strict]:
    with strict(described=False) as providers:
        yield providers


@pytest.fixture
def providers(running) -> Strict:
    running.forget()
    return running


@pytest.fixture
def company(tmp_path, providers) -> ProcessCompany:
    made = process_company(tmp_path / "muster", providers, AUDIENCES)
    rows = (f"c{n},Jürgen {n},,+4915112340{n:03},de\n" for n in range(PEOPLE))
    made.write("customers.csv", "id,name,email,phone,locale\n" + "".join(rows))
    return made


def told(providers: Strict) -> dict[str, int]:
    """How often each person was told, each post was posted, and each incident was opened."""
    people = Counter(message["to"] for message in providers.twilio.messages)
    posts = Counter(post["text"] for post in providers.x.posts)
    pages = Counter(one["name"] for one in providers.statuspage.incidents)
    return people + posts + pages


def assert_everybody_was_told_once(providers: Strict) -> None:
    assert len(told(providers)) == EVERYBODY
    assert set(told(providers).values()) == {1}


def same_counts(first: Ended, second: Ended) -> bool:
    """Whether both results show the same counts, down to the byte."""
    one, two = (run.out[run.out.index('"counts"') : run.out.index('"channels"')] for run in (first, second))
    return one == two


def test_the_same_command_is_sent_once_and_its_result_given_again(company, providers):
    first = company.run(*SENDING)
    requests = len(providers.seen)
    second = company.run(*SENDING)

    assert (first.code, second.code) == (0, 0)
    assert [(run.result["replayed"], run.result["changed"]) for run in (first, second)] == [
        (False, True),
        (True, False),
    ]
    assert same_counts(first, second)
    assert first.result["next_update"] == second.result["next_update"]
    assert len(providers.seen) == requests
    assert_everybody_was_told_once(providers)


def test_another_text_or_verb_under_the_same_key_is_9(company, providers):
    company.run(*SENDING, "--channel", "x")
    others = [
        ("notify", "Chat down", "-m", "Bestellungen gehen wieder.", "--next-update", "30m"),
        ("notify", "Chat down", "-m", "Bestellungen gehen.", "--next-update", "45m"),
        ("update", "-m", "Bestellungen gehen."),
    ]
    runs = [company.run(*other, "--key", "job-7", "--yes") for other in others]

    assert [run.code for run in runs] == [9, 9, 9]
    assert all(run.err.startswith("error: the key job-7 belongs to INC-1/1") for run in runs)
    assert all("hint: use a new key" in run.err for run in runs)
    assert len(providers.seen) == 1


def test_how_a_result_is_printed_and_how_long_it_may_take_is_no_other_content(company, providers):
    company.run(*SENDING)
    run = company.run(*NOTIFY, "--yes", "-o", "quiet", "--deadline", "5m", "--max-recipients", "100")

    assert (run.code, run.out) == (0, "INC-1\n")
    assert_everybody_was_told_once(providers)


def test_a_dry_run_uses_no_key_up(company, providers):
    shown = company.run(*NOTIFY, "--dry-run")

    assert shown.code == 0
    assert providers.seen == []
    assert company.run("status", "--all", "-o", "json").result["incidents"] == []

    sent = company.run(*SENDING)

    assert (sent.code, sent.result["replayed"], sent.result["changed"]) == (0, False, True)
    assert_everybody_was_told_once(providers)


def test_a_killed_run_is_continued_without_duplicates(company, providers):
    """Some requests had been taken when the process died, some were lost, and it could not know which."""
    providers.fall_silent(twilio=3, x=0, statuspage=0)
    process = company.start(*SENDING)
    providers.wait_until_unanswered(twilio=4, x=1, statuspage=1)
    process.kill()
    wait(process)
    taken = len(providers.twilio.messages)
    providers.speak()

    run = company.run(*SENDING)

    assert taken == 3 + 2
    assert (run.code, run.result["replayed"], run.result["changed"]) == (0, False, True)
    assert run.result["counts"]["accepted"] == EVERYBODY
    assert_everybody_was_told_once(providers)
    assert run.result["notice"] == 1


@pytest.mark.parametrize("hours", [-0.05, 3.0])
def test_wrong_clocks_of_providers_cause_no_duplicates(company, providers, hours):
    """Nor where a trial account puts words before the texts; and the run says that the clocks are apart."""
    for provider in (providers.twilio, providers.x, providers.statuspage):
        provider.ahead = timedelta(hours=hours)
    providers.twilio.prefix = "Sent from your Twilio trial account - "
    providers.fall_silent(twilio=3, x=0, statuspage=0)
    process = company.start(*SENDING)
    providers.wait_until_unanswered(twilio=4, x=1, statuspage=1)
    process.kill()
    wait(process)
    providers.speak()

    run = company.run(*SENDING)

    assert (run.code, run.result["counts"]["accepted"]) == (0, EVERYBODY)
    assert_everybody_was_told_once(providers)
    [said] = [warning for warning in run.result["warnings"] if "clock" in warning]
    apart = "[23] h [0-9]+ min behind" if hours > 0 else "[23] min [0-9]+ s ahead of"
    assert re.match(f"this machine's clock is {apart} the clocks of page, sms, x; set it", said)


@pytest.mark.slow
def test_a_list_that_lags_doubles_nothing(company, providers):
    """At the first look the provider does not list yet what it has taken."""
    providers.twilio.lag = timedelta(seconds=1)
    providers.fall_silent(twilio=3)
    process = company.start(*SENDING)
    providers.wait_until_unanswered(twilio=4)
    providers.speak()
    assert wait(process).code == 0
    assert_everybody_was_told_once(providers)


def test_doctor_says_that_the_clock_is_wrong(company, providers):
    providers.statuspage.ahead = timedelta(minutes=-10)
    checks = company.run("doctor").said
    assert re.search("this machine's clock is (9 min 5.|10 min .) s ahead of the clocks of page", checks)


@pytest.mark.slow
def test_a_run_killed_again_and_again_still_tells_everybody_once(company, providers):
    for answered in (2, 1, 3):
        providers.fall_silent(twilio=answered)
        process = company.start(*SENDING)
        providers.wait_until_unanswered(twilio=1)
        process.kill()
        wait(process)
        providers.speak()

    run = company.run(*SENDING)

    assert run.code == 0
    assert_everybody_was_told_once(providers)


def test_a_command_repeated_too_early_takes_nothing_out_of_the_first_one_s_hands(company, providers):
    providers.fall_silent(twilio=0)
    first = company.start(*SENDING)
    providers.wait_until_unanswered(twilio=4)
    second = company.start(*SENDING)
    providers.wait_until_unanswered(twilio=8)
    providers.speak()
    runs = [wait(first), wait(second)]
    last = company.run(*SENDING)

    # Whoever is done first cannot know yet what becomes of the other's requests.
    assert {run.code for run in runs} <= {0, 4, 11}, runs
    assert f"still sending this notice (process {first.pid})" in runs[1].out
    assert (last.code, last.result["counts"]["accepted"]) == (0, EVERYBODY)
    assert_everybody_was_told_once(providers)


def test_two_processes_at_once_share_the_work(company, providers):
    both = [company.start(*SENDING), company.start(*SENDING)]
    runs = [wait(process) for process in both]

    last = company.run(*SENDING)

    assert {run.code for run in runs} <= {0, 4, 11}, runs
    assert {run.result["incident"] for run in runs} == {"INC-1"}
    assert (last.code, last.result["counts"]["accepted"]) == (0, EVERYBODY)
    assert_everybody_was_told_once(providers)


def test_a_late_confirmation_joins_the_notice_sent_meanwhile(company, providers):
    command = ["-m", "broadcast", *NOTIFY, "-o", "json"]
    hesitant = pexpect.spawn(
        sys.executable,
        command,
        cwd=str(company.folder),
        env={**company.environment(), "TERM": "dumb"},
        encoding="utf-8",
        timeout=30,
    )
    hesitant.expect(r"Type (.+) to send")
    phrase = hesitant.match.group(1)
    quick = company.run(*SENDING)
    hesitant.sendline(phrase)
    hesitant.expect(pexpect.EOF)
    hesitant.close()

    assert quick.code == 0
    assert hesitant.exitstatus == 0
    assert '"replayed": true' in hesitant.before
    assert_everybody_was_told_once(providers)
