from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadcast.rendering.post_length import grapheme_count, graphemes, weighted_length, wrapped_length

FAMILY = "👨‍👩‍👧‍👦"


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("Hi http://test.co", 26),
        ("status.example.com", 23),
        ("a…b", 4),
        ("„Zitat“ – ok", 12),
        ("Ä ö ü ß €", 10),
        ("😷👾😡🔥💩", 10),
        ("🙋🏽👨‍🎤", 4),
        (f"H🐱☺{FAMILY}", 7),
        ("故人西辞", 8),
        ("⚠️ Störung", 10),
        ("⚠ Störung", 10),
        ("🇩🇪", 2),
        ("Störung: Anrufe möglich – https://status.example.com/i/2025-003?x=1", 49),
        ("Mehr: https://x.co/a.", 30),
        ("a@b.com", 7),
    ],
)
def test_a_post_weighs_what_x_says_it_weighs(text, weight):
    assert weighted_length(text) == weight


def test_a_link_below_an_unknown_domain_is_never_counted_too_short():
    link = "https://status.muster.example/incidents/INC-7"

    assert weighted_length(link) == len(link)
    assert weighted_length("https://a.example") == 23


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("Mehr: https://status.muster.example/incidents/INC-7.", 6 + 23 + 1),
        ("https://a.de und http://b.de", 23 + 5 + 23),
        ("status.muster.example", 21),
        (f"{FAMILY}故人", 3),
        (unicodedata.normalize("NFD", "Störung"), 7),
    ],
)
def test_a_post_is_as_long_as_mastodon_counts_it(text, length):
    assert wrapped_length(text) == length


def test_decomposed_letters_weigh_as_much_as_composed_ones():
    assert weighted_length(unicodedata.normalize("NFD", "Störung")) == 7


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("Störung", 7),
        (unicodedata.normalize("NFD", "Störung"), 7),
        (FAMILY, 1),
        ("🇩🇪🇫🇷", 2),
        ("1️⃣", 1),
        ("👍🏽", 1),
        ("\r\n", 1),
        ("한국", 2),
        (unicodedata.normalize("NFD", "한국"), 2),
        ("🏴󠁧󠁢󠁥󠁮󠁧󠁿", 1),
    ],
)
def test_graphemes_are_what_a_reader_would_count(text, count):
    assert grapheme_count(text) == count


@given(st.text(max_size=100))
@settings(max_examples=150)
def test_graphemes_lose_nothing(text):
    assert "".join(graphemes(text)) == text
    assert grapheme_count(text) <= len(text)


@given(st.text(alphabet=st.characters(max_codepoint=0x2FF), max_size=60))
@settings(max_examples=100)
def test_a_longer_text_never_weighs_less(text):
    assert weighted_length(f"{text} x") > weighted_length(text) - 1
