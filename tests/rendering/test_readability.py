"""Messages that many people cannot read."""

from __future__ import annotations

import pytest

from broadcast.rendering.readability import hard_to_read


@pytest.mark.parametrize(
    ("language", "message", "said"),
    [
        ("de", "Wort " * 21 + "Ende.", "a sentence of 22 words"),
        ("de", "Die Latenz ist hoch.", "Latenz (say: Wartezeit)"),
        ("en", "A workaround exists.", "workaround (say: another way)"),
        ("de", "Unsere Zahlungsdienstleisterschnittstelle steht.", "Zahlungsdienstleisterschnittstelle"),
        ("en", "Interconnectivity is back.", "Interconnectivity"),
    ],
)
def test_hard_words_are_named_with_plain_ones(language, message, said):
    assert said in (hard_to_read(message, language) or "")


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("de", "Bestellen und Bezahlen geht. Bitte rufen Sie uns an."),
        ("en", "You can pay by invoice. Please do not order again."),
        ("de", "Mehr: https://muster.example/zahlungsdienstleisterschnittstelle/latenz"),
        ("de", "Wort " * 20 + "."),
        ("fr", "Le workaround intergouvernementalisation."),
        ("de", ""),
    ],
)
def test_plain_words_are_left_alone(language, message):
    assert hard_to_read(message, language) is None
