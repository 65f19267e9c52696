"""The estimate of how long an announcement lasts, held against a voice that really says it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from statistics import mean

import pytest

from broadcast.rendering.speech import seconds

pytestmark = pytest.mark.slow

VOICES = {"de": "de", "en": "en-gb"}
CALM = "150"  # words a minute
ROWS = [
    line.split("\t")
    for line in (Path(__file__).parent / "announcements.tsv").read_text(encoding="utf-8").splitlines()
]


def lasting(text: str, locale: str) -> float:
    """Seconds of audio, counted from its samples: a stream's header does not know its length."""
    command = ["espeak-ng", "-v", VOICES[locale], "-s", CALM, "--stdout", "--stdin"]
    audio = subprocess.run(command, input=text.encode(), capture_output=True, check=True).stdout
    header, rate, bytes_a_sample = 44, int.from_bytes(audio[24:28], "little"), 2
    return (len(audio) - header) / (rate * bytes_a_sample)


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
@pytest.mark.parametrize("locale", VOICES)
def test_announcements_last_about_as_long_as_we_say(locale):
    wrong = {
        said: seconds(said) - lasting(said, locale) for spoken, _, _, _, said in ROWS if spoken == locale
    }

    assert len(wrong) == 96
    assert abs(mean(wrong.values())) < 1
    for said, error in wrong.items():
        assert -2 < error < 3.5, (said, error)  # a call that lasts longer than we say is the worse mistake
