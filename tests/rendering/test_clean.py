"""What nobody sees is taken out of what people type; what a picture or a script needs stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcast.rendering.clean import clean, one_line

ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
SCOTLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"


@pytest.mark.parametrize(
    "seen",
    [
        ENGLAND,
        f"{SCOTLAND} {ENGLAND}.",
        "👩\u200d👩\u200d👧\u200d👦",
        "👩🏽\u200d🚒",
        "🏳\ufe0f\u200d🌈",
        "🏴\u200d☠\ufe0f",
        "❤\ufe0f ☎\ufe0e ©\ufe0f",
        "3\ufe0f\u20e3 #\ufe0f\u20e3",
        "🇩🇪",
        "می\u200cخواهم",  # Persian needs the joiner that joins nothing
        "क्\u200dष",
        "葛\U000e0100",
        "שלום",
        "ตกลง",
    ],
)
def test_what_readers_see_stays(seen):
    assert clean(seen) == seen


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        ("pass\u200dwort \u200c", "passwort"),
        ("Kasse\u3164\u115f\u1160\uffa0 gestört", "Kasse gestört"),
        ("Kasse\U000e0041\U000e0042\U000e0020 gestört", "Kasse gestört"),
        ("😀\ufe0f\ufe01\ufe02\U000e0101", "😀\ufe0f"),
        ("a\ufe0fb\U000e0100", "ab"),
        (f"{ENGLAND}\U000e0041\U000e0041", ENGLAND),
        ("\U0001f3f4\U000e0067\U000e0062", "\U0001f3f4"),
        ("9\ufe0f", "9"),
        ("a\u2061b\u2064\u034f", "ab"),
        ("a\u2800\u2800b", "a  b"),
    ],
)
def test_what_nobody_sees_is_taken_out(typed, left):
    assert clean(typed) == left


@pytest.mark.parametrize(
    "blank",
    ["\u200e\u200f\u202e\u2066", "\u3164", "\U000e0041" * 9, "\ufe0f\u200d", "\u2800 \u2060", "\x1b[31m"],
)
def test_a_text_of_invisible_characters_is_empty(blank):
    assert clean(blank) == one_line(blank) == ""


@given(
    st.text(
        st.characters() | st.sampled_from("\u200c\u200d\ufe0f\ufe00\u3164\U000e0041\U000e007f🏴😀葛a\x1b[")
    )
)
def test_cleaning_twice_changes_nothing(text):
    assert clean(clean(text)) == clean(text)
