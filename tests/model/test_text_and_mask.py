from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadcast.model.mask import mask
from broadcast.model.text import has_controls, printable, without_controls


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("+4915112345678", "+49 151 ••• 78"),
        ("+12025550123", "+1 202 ••• 23"),
        ("+35312345678", "+353 123 ••• 78"),
        ("+4930231", "+49 ••• 31"),
        ("anna@firma.de", "a•••@firma.de"),
        ("a@firma.de", "a•••@firma.de"),
        ('"odd@name"@firma.de', '"•••@firma.de'),
        ("@firma", "•••@firma"),
        ("firma", "f•••"),
        ("", ""),
    ],
)
def test_a_masked_address_can_be_recognised_but_not_used(address, shown):
    assert mask(address) == shown


@settings(max_examples=150, deadline=None)
@given(st.from_regex(r"\+[1-9][0-9]{7,14}", fullmatch=True))
def test_a_masked_number_never_shows_more_than_half_of_its_digits_beside_the_country(number):
    hidden = mask(number)

    assert hidden.endswith(number[-2:])
    assert len([sign for sign in hidden if sign.isdigit()]) <= len(number) - 3


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("one\r\ntwo\tthree\n", "one\ntwo\tthree\n"),
        ("over\rwritten", "over\\rwritten"),
        ("\x9b5n", "\\x9b5n"),
        ("evil\u202egnp.exe", "evil\\u202egnp.exe"),
        ("a\u2028b", "a\\u2028b"),
        ("half \ud83d", "half \\ud83d"),
        ("Störung – „Kasse“ 🧑‍🚒", "Störung – „Kasse“ 🧑‍🚒"),
    ],
)
def test_printable_shows_what_a_terminal_would_act_on(text, shown):
    assert printable(text) == shown


@settings(max_examples=150, deadline=None)
@given(st.text())
def test_printable_text_is_harmless_and_stays_as_it_is(text):
    once = printable(text)

    assert "\x1b" not in once
    assert not has_controls(once)
    assert printable(once) == once
    assert not has_controls(without_controls(text))
