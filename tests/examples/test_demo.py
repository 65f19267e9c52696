from __future__ import annotations

import re
import sys

import pytest

from tests.examples.conftest import EXAMPLES, received

COLOUR = "\x1b["


@pytest.fixture(scope="module")
def demo(shell, folder):
    # Not even a home: as in a container that runs as a nameless user.
    return shell(sys.executable, EXAMPLES / "demo.py", folder, HOME="", BROADCAST_LIVE="true")


def test_it_ends_well_and_says_so(demo):
    assert demo.returncode == 0, demo.stdout + demo.stderr
    assert re.search(r"1,108 people were told three times, nobody twice", demo.stdout)


def test_it_shows_a_failover(demo):
    assert "mail-backup stepped in for email" in demo.stdout


def test_it_shows_that_a_key_keeps_people_from_being_told_twice(demo, folder):
    assert "nothing was sent again" in demo.stdout
    firsts = [message for message in received(folder) if "[INC-1/1]" in message["text"]]
    assert len({(message["provider"], message["to"]) for message in firsts}) == len(firsts)


def test_it_shows_that_the_messages_arrived(demo):
    said = re.search(r"nobody twice, and ([\d,]+) SMS and mails arrived", demo.stdout)
    shown = re.search(r"1,111 planned, 1,111 accepted, ([\d,]+) delivered\n", demo.stdout)

    assert said
    assert shown
    assert int(said[1].replace(",", "")) > int(shown[1].replace(",", "")) > 1000


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
