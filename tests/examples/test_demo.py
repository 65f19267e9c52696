from __future__ import annotations

import re
import sys

import pytest

from tests.examples.conftest import EXAMPLES, ROOT, received

COLOUR = "\x1b["


@pytest.fixture(scope="module")
def demo(shell, folder, tmp_path_factory):
    # Not even a home, as in a container that runs as a nameless user; nor extras: `make demo` installs none.
    without = tmp_path_factory.mktemp("without-extras")
    (without / "prometheus_client.py").write_text("raise ImportError")
    path = f"{without}:{ROOT}"
    return shell(
        sys.executable, EXAMPLES / "demo.py", folder, HOME="", BROADCAST_LIVE="true", PYTHONPATH=path
    )


def test_it_ends_well_and_says_so(demo):
    assert demo.returncode == 0, demo.stdout + demo.stderr
    assert re.search(r"1,108 people were told three times, nobody twice", demo.stdout)


def test_it_shows_a_failover(demo):
    assert "sms stepped in for mail-backup" in demo.stdout


def test_it_shows_that_a_key_keeps_people_from_being_told_twice(demo, folder):
    assert "nothing was sent again" in demo.stdout
    firsts = [message for message in received(folder) if "[INC-1/1]" in message["text"]]
    assert len({(message["provider"], message["to"]) for message in firsts}) == len(firsts)


def test_it_shows_that_the_messages_arrived(demo):
    after_the_first = re.search(r"1,111 planned, 1,111 accepted, ([\d,]+) delivered\n", demo.stdout)
    at_the_end = re.search(r"resolved +sev2 +1,111 of 1,111 +1,108\n", demo.stdout)
    said = re.search(r"nobody twice; ([\d,]+) of 3,324 messages have a receipt", demo.stdout)

    assert after_the_first
    assert at_the_end
    assert said
    assert int(said[1].replace(",", "")) == int(after_the_first[1].replace(",", "")) + 2 * 1108


def test_a_log_gets_no_colours(demo):
    assert COLOUR not in demo.stdout + demo.stderr


def test_what_it_points_to_exists(demo, folder):
    report, page = (re.search(rf"{name}\s+(/.+)", demo.stdout)[1] for name in ("report", "status page"))

    for path in (report, page):
        assert path.startswith(str(folder))
        assert (folder / path).stat().st_size > 1000


def test_without_a_terminal_it_leaves_nothing_running(demo, folder):
    assert "$ broadcast sandbox stop" in demo.stdout
    assert not (folder / ".sandbox/sandbox.json").exists()
