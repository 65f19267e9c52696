"""What happens to a stream changes neither what is sent nor the exit code; what is shown is not obeyed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from broadcast.cli.errors import report_interrupted, report_unfinished, was_interrupted
from broadcast.cli.options import Common, Output
from broadcast.cli.output.progress import show_progress
from broadcast.dispatch.progress import Event, EventKind
from broadcast.errors import Interrupted, LedgerError, Unfinished
from tests.harness.program import environment

HOSTILE = "[bold]Down[/bold] \x1b[31mred \x1b]52;c;aGk=\x07 \u202egnp.exe :boom: {{ 7*7 }}"


def shell(folder, line, **extra):
    """A line of shell in which `broadcast` is the program."""
    script = f'broadcast() {{ {sys.executable} -m broadcast "$@"; }}\nset -o pipefail\n{line}'
    return subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=environment(folder, **extra),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(
    "line",
    [
        "broadcast notify Down --yes >&-",
        "broadcast notify Down --yes 2>&-",
        "broadcast notify Down --yes <&- >&- 2>&-",
        "broadcast notify Down --yes -o ndjson >/dev/full",
        "broadcast notify Down --yes -o json | true",
        "broadcast notify Down --yes -o ndjson 2>&1 | true",
    ],
)
def test_a_notice_goes_out_whoever_reads_along(page_only, line):
    outcome = shell(page_only.parent, line)

    assert outcome.returncode == 0, outcome.stderr
    assert "Traceback" not in outcome.stderr
    assert "BrokenPipe" not in outcome.stderr
    assert "Down" in (page_only / "index.html").read_text(encoding="utf-8")


def test_a_result_that_cannot_be_written_is_named_and_the_code_says_what_was_sent(page_only):
    outcome = shell(page_only.parent, "broadcast notify Down --yes -o json >/dev/full")

    assert outcome.returncode == 0
    assert "the result could not be written: No space left on device" in outcome.stderr
    assert "broadcast status" in outcome.stderr


@pytest.mark.parametrize(
    "line",
    [
        *("status -o json", "plan --paper", "notify Down --dry-run", "config show", "template list"),
        *("--version", "-h", "--show-completion zsh"),
    ],
)
def test_output_that_a_full_disk_loses_is_12(page_only, line):
    outcome = shell(page_only.parent, f"broadcast {line} >/dev/full")

    assert outcome.returncode == 12
    assert "the output could not be written: No space left on device" in outcome.stderr


def test_another_error_keeps_its_code_on_a_full_disk(page_only):
    outcome = shell(page_only.parent, "broadcast status INC-9 -o json >/dev/full")

    assert outcome.returncode == 2
    assert "INC-9" in outcome.stderr


def test_help_may_be_cut_off(tmp_path):
    outcome = shell(tmp_path, "broadcast -h | head -n 1")

    assert (outcome.returncode, outcome.stderr) == (0, "")


@pytest.mark.parametrize("extra", [{}, {"FORCE_COLOR": "1"}], ids=["plain", "drawn"])
def test_a_hostile_title_is_shown_and_not_obeyed(page_only, extra):
    env = environment(page_only.parent, **extra)
    command = [sys.executable, "-m", "broadcast", "notify", HOSTILE, "-n"]
    outcome = subprocess.run(
        command,
        cwd=page_only.parent,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )

    everything = outcome.stdout + outcome.stderr
    assert "[bold]Down[/bold]" in everything
    assert ":boom:" in everything
    assert "{{ 7*7 }}" in everything
    for dangerous in ("\x1b[31mred", "\x1b]52", "\x07", "\u202e"):
        assert dangerous not in everything


def test_colour_can_be_had_and_refused(page_only):
    folder = page_only.parent
    assert "\x1b[" in shell(folder, "broadcast notify Down -n", FORCE_COLOR="1").stdout
    assert "\x1b[" not in shell(folder, "broadcast notify Down -n", FORCE_COLOR="1", NO_COLOR="1").stdout
    assert "\x1b[" not in shell(folder, "broadcast --no-color notify Down -n", FORCE_COLOR="1").stdout
    assert "\x1b[" not in shell(folder, "broadcast notify Down -n", TERM="dumb").stdout


def test_a_narrow_screen_stacks_what_does_not_fit(page_only):
    shell(page_only.parent, "broadcast notify Down --yes")

    outcome = shell(page_only.parent, "broadcast status", FORCE_COLOR="1", COLUMNS="20")

    assert "incident: INC-1" in outcome.stdout


def test_a_narrow_screen_breaks_lines_between_words(page_only):
    outcome = shell(
        page_only.parent,
        "broadcast notify Zahlungen-gehen-nicht --yes --next-update 30m -m 'Bitte rufen Sie an' >&2; "
        "broadcast status INC-1",
        FORCE_COLOR="1",
        COLUMNS="20",
    )

    lines = outcome.stdout.splitlines()
    wide = shell(page_only.parent, "broadcast status INC-1").stdout
    assert all(len(line) <= 20 or " " not in line for line in lines), lines
    said = {word for word in wide.split() if not any(map(str.isdigit, word))}  # "29m" may be "28m" by now
    assert said <= set(outcome.stdout.split())


def test_a_character_set_without_our_characters_gets_others(page_only):
    outcome = shell(page_only.parent, "broadcast notify 'Störung – jetzt' -n", PYTHONIOENCODING="ascii")

    assert outcome.returncode == 0
    assert "Stoerung - jetzt" in outcome.stdout


def test_a_mistake_of_ours_is_told_in_one_line_and_kept_in_a_file(page_only):
    breaking = (
        "import broadcast.reports.status as status\n"
        "def broken(*_): raise KeyError('sk_live_0123456789abcdef0123')\n"
        "status.overview = broken\n"
        "from broadcast.cli.app import run\n"
        "import sys; sys.exit(run(['status', '-o', 'json']))\n"
    )
    env = environment(page_only.parent)
    outcome = subprocess.run(
        [sys.executable, "-c", breaking],
        cwd=page_only.parent,
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
    )

    first, hint = outcome.stderr.splitlines()
    told = json.loads(outcome.stdout)
    details = Path(hint.rpartition(" details are in ")[2])
    kept = details.read_text(encoding="utf-8")
    assert outcome.returncode == 12
    assert first == "internal error: KeyError at <string>:2; this is a bug"
    assert told["sent_anything"] is False
    assert "Traceback" in kept
    assert "0123456789abcdef" not in kept + outcome.stderr + outcome.stdout
    assert details.stat().st_mode & 0o777 == 0o600


def test_an_error_is_an_object_where_json_was_asked_for(tmp_path):
    outcome = shell(tmp_path, "broadcast status --output=json")

    told = json.loads(outcome.stdout)
    assert outcome.returncode == told["exit_code"] == 6
    assert told["schema"] == "broadcast.error/1"
    assert outcome.stderr.splitlines() == [f"error: {told['error']}", f"hint: {told['hint']}"]


FULL = LedgerError("the ledger is full", hint="make room")


def fail_after(happened: EventKind | None, error: BaseException = FULL) -> None:
    with show_progress(Common(), Output.QUIET) as listener:
        if happened:
            listener(Event(kind=happened, channel="sms"))
        raise error


def test_an_error_in_the_midst_does_not_claim_that_nothing_was_sent(capsys):
    with pytest.raises(Unfinished) as raised:
        fail_after(EventKind.ATTEMPT)
    code = report_unfinished(raised.value, ["-o", "json"])

    shown = capsys.readouterr()
    told = json.loads(shown.out)
    assert (code, told["exit_code"], told["sent_anything"]) == (130, 130, None)
    assert "broadcast retry" in shown.err


def test_ctrl_c_while_a_notice_is_prepared_says_that_nothing_was_sent(capsys):
    with pytest.raises(Interrupted) as raised:
        fail_after(None, KeyboardInterrupt())
    code = report_interrupted(raised.value, ["-o", "json"])

    shown = capsys.readouterr()
    told = json.loads(shown.out)
    assert (code, told["exit_code"], told["sent_anything"]) == (130, 130, False)
    assert "nothing was sent" in shown.err


def test_ctrl_c_after_a_notice_was_recorded_does_not_claim_that():
    with pytest.raises(KeyboardInterrupt):
        fail_after(EventKind.PLANNED, KeyboardInterrupt())


def test_an_error_before_anything_was_tried_passes_as_it_is():
    with pytest.raises(LedgerError):
        fail_after(EventKind.PLANNED)


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python does not wrap the exception")
def test_ctrl_c_inside_an_import_is_no_bug():
    """Kind: an interrupt that a library or Python hands on as another exception."""

    class Interrupting:
        def __set_name__(self, owner, name):
            raise KeyboardInterrupt

    with pytest.raises(RuntimeError) as raised:
        type("Loaded", (), {"field": Interrupting()})

    assert was_interrupted(raised.value)
    assert not was_interrupted(RuntimeError("another"))


INTERRUPTED_IN_A_CLASS = """
import enum, os, signal
create = enum._proto_member.__set_name__
def interrupted(member, owner, name):
    if owner.__module__.startswith("broadcast."):
        os.kill(os.getpid(), signal.SIGINT)
    create(member, owner, name)
enum._proto_member.__set_name__ = interrupted
from broadcast.__main__ import main
main()
"""


def test_ctrl_c_while_the_program_is_loaded_prints_nothing(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_IN_A_CLASS, "status"],
        cwd=tmp_path,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=30,
    )

    assert done.returncode == -signal.SIGINT
    assert done.stdout + done.stderr == ""
