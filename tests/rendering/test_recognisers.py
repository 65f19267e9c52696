"""What is a number, a mailbox or a link in a text: one corpus for those who look for them.

A mail makes links of what leads somewhere for certain. A chat message links only whole web addresses. The
fact check asks of everything that could mislead whether it is a fact, so it recognises the most.
"""

import pytest

from broadcast.channels.linkify import pieces
from broadcast.rendering.factcheck import KnownFacts, contradictions
from broadcast.rendering.links import linked

NOTHING_KNOWN = KnownFacts(frozenset(), frozenset())

#: A text, the link in a mail, the link in a chat message, and what the fact check asks about.
CORPUS = [
    ("+49 30 23125000", "tel:+493023125000", "", ["+49 30 23125000"]),
    ("030 23125000", "tel:03023125000", "", ["030 23125000"]),
    ("(030) 231250-00", "tel:03023125000", "", ["(030) 231250-00"]),
    ("0151/12345678", "tel:015112345678", "", ["0151/12345678"]),
    # Short numbers look like any other number: a mail links them only if they are known.
    ("112", "", "", ["112"]),
    ("116117", "", "", ["116117"]),
    ("1234567", "", "", ["1234567"]),
    # None of these may be dialled.
    ("2026-11-29", "", "", ["2026-11-29"]),
    ("29.11.2026", "", "", ["29.11.2026"]),
    ("14:30-15:00", "", "", ["14:30", "15:00"]),
    ("10,50 €", "", "", ["10,50"]),
    ("127.0.0.1:2525", "", "", ["127.0.0.1:2525"]),
    ("a.b@firma.de", "mailto:a.b@firma.de", "", ["a.b@firma.de"]),
    # Without a dot it is no mailbox that a reader could write to.
    ("root@localhost", "", "", []),
    (
        "https://status.firma.de/x",
        "https://status.firma.de/x",
        "https://status.firma.de/x",
        ["https://status.firma.de/x"],
    ),
    ("www.firma.de", "https://www.firma.de", "", ["www.firma.de"]),
    # A path makes it a link, which must be a fact; a bare domain is often a name, like "booking.com".
    ("status.firma.de/x", "", "", ["status.firma.de/x"]),
    ("firma.de", "", "", []),
]


@pytest.mark.parametrize(("text", "mail", "chat", "asked"), CORPUS, ids=[row[0] for row in CORPUS])
def test_what_each_of_them_recognises(text, mail, chat, asked):
    sentence = f"Bitte {text} nutzen."

    _, targets = linked(sentence)
    assert targets == ((mail,) if mail else ())
    assert [piece for piece, is_link in pieces(sentence) if is_link] == ([chat] if chat else [])
    assert list(contradictions(sentence, NOTHING_KNOWN)) == asked


def test_a_short_number_is_linked_if_it_is_known():
    assert linked("Bitte 116117 nutzen.", phones=["116117"])[1] == ("tel:116117",)
