"""Kind: a form is read as the standard library reads it, and what is no form is refused."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcast.channels.receiving import form_body
from broadcast.model.inbound import InboundRequest, Malformed
from broadcast.testing.ledger_samples import NOON

#: Pieces from which forms are made, with what is special in them, and with bytes that are no UTF-8.
PIECES = [
    b"a",
    b"Body",
    b"=",
    b"&",
    b"+",
    b"%",
    b"%2B",
    b"%C3%BC",
    b"%c3",
    b"%zz",
    "ü🙏".encode(),
    b"\xff",
    b"\0",
]
BODIES = st.one_of(st.lists(st.sampled_from(PIECES), max_size=12).map(b"".join), st.binary(max_size=40))
WORDS = st.text(st.one_of(st.sampled_from("äöüß €🙏&=+% \n\t\0"), st.characters(codec="utf-8")), max_size=8)


def request(body: bytes) -> InboundRequest:
    return InboundRequest(method="POST", url="https://a.example/", headers={}, body=body, at=NOON)


def expected(body: bytes) -> list[tuple[str, str]] | None:
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        return None


@given(BODIES)
def test_any_body_is_read_as_the_standard_library_does(body):
    wanted = expected(body)

    if wanted is None:
        with pytest.raises(Malformed):
            form_body(request(body))
    else:
        assert form_body(request(body)) == wanted


@given(st.lists(st.tuples(WORDS, WORDS), max_size=8))
def test_what_was_encoded_comes_back(fields):
    assert form_body(request(urlencode(fields).encode())) == fields


def test_a_body_of_very_many_fields_is_refused():
    assert len(form_body(request(b"a=1&" * 199 + b"a=1"))) == 200
    with pytest.raises(Malformed, match="more than 200 fields"):
        form_body(request(b"a=1&" * 200 + b"a=1"))
