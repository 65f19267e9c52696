from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadcast.rendering.sms import Encoding, capacity, measure, transliterate
from tests.harness.cases import for_every

GSM7, UCS2 = Encoding.GSM7, Encoding.UCS2


@for_every(
    ("text", "encoding", "units", "parts"),
    [
        ("", GSM7, 0, 1),
        ("a" * 160, GSM7, 160, 1),
        ("a" * 161, GSM7, 161, 2),
        ("a" * 306, GSM7, 306, 2),
        ("a" * 307, GSM7, 307, 3),
        ("€" * 80, GSM7, 160, 1),
        ("€" * 81, GSM7, 162, 2),
        *[(letter * 160, GSM7, 160, 1) for letter in "äößÄÖÜüéÉÇ"],
        ("ç" * 160, UCS2, 160, 3),
        ("„" + "a" * 69, UCS2, 70, 1),
        ("–" + "a" * 70, UCS2, 71, 2),
        ("😀" * 35, UCS2, 70, 1),
        ("😀" * 36, UCS2, 72, 2),
        *[(letter, UCS2, 1, 1) for letter in "`áê…’"],
        ("[Status] {x} ~ | ^ \\", GSM7, 28, 1),
    ],
)
def test_a_text_is_counted_as_the_network_counts_it(text, encoding, units, parts):
    measured = measure(text)

    assert (measured.encoding, measured.units, measured.parts) == (encoding, units, parts)


def test_an_escaped_character_is_not_split_between_parts():
    # 152 letters leave one septet in the first part, and the euro sign needs two.
    assert measure("a" * 152 + "€" + "a" * 152).units == 306
    assert measure("a" * 152 + "€" + "a" * 152).parts == 3


def test_a_surrogate_pair_is_not_split_between_parts():
    assert measure("ж" * 66 + "😀" + "ж" * 66).units == 134
    assert measure("ж" * 66 + "😀" + "ж" * 66).parts == 3


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("„Zitat“ – ‚so‘ … ja’s", "\"Zitat\" - 'so' ... ja's"),
        ("13:40\u202fUhr,\u00a0Chat", "13:40 Uhr, Chat"),
        ("Grüße an Ärzte, Öl, süß", "Grüße an Ärzte, Öl, süß"),
        ("façade", "facade"),
    ],
)
def test_typographic_characters_become_plain_and_umlauts_stay(text, plain):
    assert transliterate(text) == plain
    assert measure(plain).encoding is GSM7


@given(st.text(max_size=700))
@settings(max_examples=150)
def test_parts_always_hold_the_units(text):
    measured = measure(text)

    assert measured.units <= capacity(measured.encoding, measured.parts)
    assert measured.parts == 1 or measured.units > capacity(measured.encoding, 1)


@given(st.text(max_size=200))
@settings(max_examples=100)
def test_transliteration_is_stable_and_never_costs_a_dearer_alphabet(text):
    plain = transliterate(text)

    assert transliterate(plain) == plain
    assert not (measure(text).encoding is GSM7 and measure(plain).encoding is UCS2)
