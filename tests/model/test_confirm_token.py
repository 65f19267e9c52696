"""Tokens of links to confirm: short, without personal data, and not to be guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcast.model.confirm_token import confirm_token, delivery_number, is_genuine

SECRET = b"a secret of an installation"


@given(st.integers(min_value=1, max_value=2**53))
def test_the_number_of_the_delivery_can_be_read_from_the_token(number):
    token = confirm_token(SECRET, number, "identity")

    assert delivery_number(token) == number
    assert is_genuine(token.upper(), SECRET, number, "identity")
    assert len(token) <= 29


@pytest.mark.parametrize(
    ("secret", "delivery", "identity"),
    [(b"another secret", 71, "identity"), (SECRET, 72, "identity"), (SECRET, 71, "another identity")],
)
def test_a_token_is_for_one_delivery_of_one_installation(secret, delivery, identity):
    assert not is_genuine(confirm_token(SECRET, 71, "identity"), secret, delivery, identity)


@pytest.mark.parametrize(
    "text", ["", "71", "1z-", "-mzxw6ytboi4dcnzq", "1z-mzxw6ytboi4dcnz1", "é-" + "a" * 16]
)
def test_other_texts_are_no_tokens(text):
    assert delivery_number(text) is None


def test_a_text_that_is_not_ascii_is_not_genuine():
    assert not is_genuine("ſ-mzxw6ytboi4dcnzq", SECRET, 71, "identity")
