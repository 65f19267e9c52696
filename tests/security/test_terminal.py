"""What is drawn on a terminal reads as it was written, and steers nothing."""

from __future__ import annotations

import io
import os
import pty
import re
import select
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadcast.cli.output.display import json_text
from broadcast.cli.output.page_blocks import Banner, Line, Quote, Remark, StyledWord, Table, Tone
from broadcast.cli.output.plain_text import as_narrow_text, as_text
from broadcast.cli.output.rich_text import draw
from broadcast.cli.terminal import Stream
from broadcast.model.text import printable
from tests.harness.configurations import SECRETS
from tests.security.hostile_texts import EVERYTHING, LONG, TERMINAL
from tests.security.output_checks import assert_drawn, assert_printed, sequences

ROOT = Path(__file__).parents[2]
#: Whatever a terminal might be told, and everything around it.
STEERING = st.text(st.sampled_from("\x1b\x9b\x9d\x07\r\b[]();m0123 8;/red=\\:\u202e\u2028\ud800ab\n\tÄ😀"))
ANYTHING = st.one_of(STEERING, st.text(), st.sampled_from(EVERYTHING))
_BOXES = re.compile(r"[│╭╮╰╯─|+-]|\s")


def page(text):
    return [
        Banner(text, Tone.BAD, text),
        Line((StyledWord(text, Tone.GOOD), text)),
        Remark(text, text, Tone.WARNING),
        Table((text, "b"), ((text, StyledWord(text, Tone.FAINT)),), title=text),
        Quote(text, text),
    ]


def drawn(text, *, colour=True):
    return draw(page(text), Stream(io.StringIO(), drawable=True, colour=colour))


OURS = sequences(drawn("plain"))


@settings(max_examples=150, deadline=None)
@given(ANYTHING)
def test_a_page_holds_no_sequence_but_our_own(text):
    assert_drawn(drawn(text), OURS)
    assert_printed(as_text(page(text)))
    assert_printed(as_narrow_text(page(text), 40))


@settings(max_examples=150, deadline=None)
@given(ANYTHING)
def test_a_quoted_text_reads_as_it_was_written(text):
    quoted = draw([Quote("", text)], Stream(io.StringIO(), drawable=True, colour=False))

    assert _BOXES.sub("", quoted) == _BOXES.sub("", printable(text).expandtabs(8))


@settings(max_examples=150, deadline=None)
@given(ANYTHING)
def test_json_steers_nothing_and_loses_nothing(text):
    import json

    document = json_text({"text": text})

    assert_printed(document)
    assert json.loads(document) == {"text": text}


@pytest.mark.slow
def test_five_thousand_texts_are_drawn_without_a_sequence_of_theirs():
    parts = [text for text in EVERYTHING if text not in LONG]
    for first in parts[::3]:
        for second in parts[::4]:
            assert_drawn(
                draw([Line((first + second,))], Stream(io.StringIO(), drawable=True, colour=True)), OURS
            )


def test_a_real_terminal_gets_no_sequence_from_the_title(muster):
    before = on_a_terminal(muster, "plain")
    hostile = [text for text in TERMINAL if "\x00" not in text]

    assert "nothing was sent" in before
    for after in (
        on_a_terminal(muster, " ".join(hostile), "--channel", "email"),  # all of them are too long for a post
        on_a_terminal(muster, "\x1b]0;a\x07 \x9b31mred \x1b[2J\x1b[H"),
    ):
        assert "nothing was sent" in after
        assert sequences(after) <= sequences(before)
        assert "\x07" not in after
        assert "\x9b" not in after
    assert muster.received() == []


def on_a_terminal(company, title, *options):
    """What a person at a terminal sees who is asked, and says no."""
    command = [sys.executable, "-m", "broadcast", "--config", str(company.folder / "broadcast.toml")]
    ours, theirs = pty.openpty()
    kept = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "HOME": str(company.folder),
        "LANG": "C.UTF-8",
    }
    environment = {**kept, **SECRETS, "TERM": "xterm-256color"}
    arguments = ["notify", *options, "-m", title, "-v", f"scope={title}", "--", title]
    running = subprocess.Popen(
        [*command, *arguments], stdin=theirs, stdout=theirs, stderr=theirs, env=environment, close_fds=True
    )
    os.close(theirs)
    seen, asked = b"", False
    while select.select([ours], [], [], 30)[0]:
        try:
            seen += os.read(ours, 65_536)
        except OSError:
            break
        if b"to stop: " in seen and not asked:
            asked = True
            os.write(ours, b"no\n")
    running.wait(timeout=30)
    os.close(ours)
    return seen.decode("utf-8", "surrogateescape")
