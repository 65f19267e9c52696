"""With a person at the keyboard."""

from __future__ import annotations

import sys

import pexpect
import pytest

from tests.harness.program import environment, run


@pytest.fixture
def typing(rehearsal):
    """Start the program on a terminal of its own."""
    started = []

    def start(*arguments: str, columns: int = 100) -> pexpect.spawn:
        child = pexpect.spawn(
            sys.executable,
            ["-m", "broadcast", *arguments],
            cwd=str(rehearsal),
            env=environment(rehearsal),
            dimensions=(60, columns),
            timeout=30,
            encoding="utf-8",
        )
        started.append(child)
        return child

    yield start
    for child in started:
        child.close(force=True)


def ended(child: pexpect.spawn) -> tuple[str, int]:
    """What was said until the end, and the exit code."""
    child.expect(pexpect.EOF)
    child.close()
    return child.before, child.exitstatus


def test_the_phrase_sends(typing):
    child = typing("--sandbox", "notify", "Chat [red]down", "-a", "agents")
    child.expect("SANDBOX")
    child.expect("Type 2 to send, or anything else to stop: ")
    child.sendline("2")

    said, code = ended(child)
    assert code == 0
    assert "sent" in said
    assert "2 of 2 accepted" in said
    assert "warning:" not in said, "it stood above the question already"


@pytest.mark.parametrize(
    "answer", ["yes\n", "20\n", "\n", "\x04"], ids=["yes", "more", "enter", "end of input"]
)
def test_anything_else_sends_nothing(typing, rehearsal, answer):
    before = run(rehearsal, "--sandbox", "status", "--all", "-o", "json").stdout
    child = typing("--sandbox", "notify", "Chat down", "-a", "agents")
    child.expect("Type 2 to send")
    child.send(answer)

    said, code = ended(child)
    assert code == 8
    assert "nothing was sent" in said
    if answer.isalnum() or answer.strip().isalnum():
        assert f"you typed {answer.strip()}, not 2; nothing was sent" in said
    assert run(rehearsal, "--sandbox", "status", "--all", "-o", "json").stdout == before


def test_ctrl_c_at_the_question_sends_nothing(typing):
    child = typing("--sandbox", "notify", "Chat down", "-a", "agents")
    child.expect("Type 2 to send")
    child.sendintr()

    said, code = ended(child)
    assert code == 130
    assert "nothing was sent" in said


def test_a_drill_asks_for_words_of_its_own(typing):
    child = typing("--sandbox", "notify", "Chat down", "-a", "agents", "--drill")
    child.expect("DRILL")
    child.expect("Type drill 2 to send")
    child.sendline("2")

    assert ended(child)[1] == 8


def test_standard_input_is_not_waited_for_at_a_keyboard(typing):
    said, code = ended(typing("--sandbox", "notify", "Chat down", "-m", "-", "--yes"))

    assert code == 2
    assert "nothing is piped into it" in said


def test_the_live_banner_cannot_be_mistaken(typing, rehearsal):
    live = (rehearsal / "broadcast.toml").read_text(encoding="utf-8")
    only_site = live.replace("live = false", "live = true ")
    (rehearsal / "live.toml").write_text(only_site, encoding="utf-8")

    said, code = ended(typing("--config", "live.toml", "notify", "Chat down", "--channel", "site", "-n"))

    assert code == 0
    assert " LIVE " in said
    assert "SANDBOX" not in said


def test_people_are_erased_when_their_number_is_typed_and_not_before(typing, rehearsal):
    run(rehearsal, "--sandbox", "notify", "Old outage", "-a", "agents", "--yes", "-o", "quiet")
    ref = (
        run(rehearsal, "--sandbox", "status", "-o", "json").stdout.rpartition('"ref": "')[2].partition('"')[0]
    )
    run(rehearsal, "--sandbox", "resolve", ref, "-m", "Over", "--yes")

    answers = {}
    for answer in ("no", None):
        child = typing("--sandbox", "purge", "--older-than", "0s")
        child.expect(r"Type (\d+) to erase that, or anything else to stop: ")
        child.sendline(answer or child.match[1])
        answers[answer] = ended(child)

    assert answers["no"][1] == 8
    assert "nothing was erased" in answers["no"][0]
    assert answers[None][1] == 0
    assert "the numbers stay" in answers[None][0]
