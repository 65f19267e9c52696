"""Our check of Twilio's signatures, against the validator in Twilio's own SDK."""

from __future__ import annotations

import hashlib
from urllib.parse import quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import MultiDict
from twilio.request_validator import RequestValidator

from broadcast.channels.vendors.twilio_signature import SHA1, SHA256, SIGNATURE, TwilioSigner
from broadcast.model.inbound import Forged, InboundRequest
from broadcast.testing.ledger_samples import NOON

SECRET = "0123456789abcdef0123456789abcdef"
URL = "https://notify.muster.example/hooks/sms?ref=abc"
WORDS = st.text(st.one_of(st.sampled_from("äöüß €🙏&=+% \n\t"), st.characters(codec="utf-8")), max_size=8)
NAMES = st.one_of(st.sampled_from(["Body", "From", "MessageSid", "to", "To"]), WORDS.filter(bool))
FORMS = st.lists(st.tuples(NAMES, WORDS), max_size=8)
HOSTS = st.sampled_from(
    ["https://a.example", "https://a.example:443", "https://a.example:8443", "http://a.example"]
)
PATHS = st.sampled_from(["/hooks/sms", "/hooks/sms?ref=a", "/hooks/sms?a=%20&a=+&b", "/"])
ALGORITHMS = st.sampled_from([SHA1, SHA256])


def request(url: str, body: bytes, signature: str, **headers: str) -> InboundRequest:
    named = {SIGNATURE: signature, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return InboundRequest(method="POST", url=url, headers=named, body=body, at=NOON)


def accepted(signer: TwilioSigner, asked: InboundRequest) -> bool:
    try:
        signer.form(asked)
    except Forged:
        return False
    return True


@given(HOSTS, PATHS, FORMS, ALGORITHMS)
def test_what_the_sdk_signs_is_accepted(host, path, fields, algorithm):
    """Also with or without the port, whatever form of the address was signed."""
    body = urlencode(fields).encode()
    for signed in {host, host.replace(":443", ""), host.replace(":8443", "")}:
        made = RequestValidator(SECRET).compute_signature(signed + path, MultiDict(fields), algorithm)
        asked = request(host + path, body, made)

        assert accepted(TwilioSigner(SECRET, algorithm), asked)
        assert RequestValidator(SECRET).validate(host + path, MultiDict(fields), made, algorithm)


@given(FORMS, FORMS, ALGORITHMS, ALGORITHMS, st.sampled_from([SECRET, SECRET[:-1], ""]))
def test_what_the_sdk_refuses_is_refused(signed, arrived, with_one, with_other, secret):
    made = RequestValidator(secret).compute_signature(URL, MultiDict(signed), with_one)

    believed = accepted(TwilioSigner(SECRET, with_other), request(URL, urlencode(arrived).encode(), made))

    assert believed == RequestValidator(SECRET).validate(URL, MultiDict(arrived), made, with_other)


@given(WORDS, WORDS, ALGORITHMS)
def test_json_is_believed_by_its_hash(signed, arrived, algorithm):
    digest = hashlib.sha256(signed.encode()).hexdigest()
    url = f"{URL}&bodySHA256={quote_plus(digest)}"
    made = RequestValidator(SECRET).compute_signature(url, {}, algorithm)
    asked = request(url, arrived.encode(), made, content_type="application/json")

    believed = accepted(TwilioSigner(SECRET, algorithm), asked)

    assert believed == RequestValidator(SECRET).validate(url, arrived, made, algorithm) == (signed == arrived)


@given(FORMS)
def test_a_form_beside_the_hash_of_nothing_is_not_read(fields):
    """The SDK skips the hash if it is given a form; a request with both would then carry unsigned fields."""
    url = f"{URL}&bodySHA256={hashlib.sha256(b'').hexdigest()}"
    made = RequestValidator(SECRET).compute_signature(url, {})
    body = urlencode([*fields, ("MessageStatus", "delivered")]).encode()

    assert not accepted(TwilioSigner(SECRET), request(url, body, made))


@pytest.mark.parametrize(
    ("secret", "algorithm", "header"),
    [
        (SECRET, SHA1, "key=k1,algorithm=HMAC_SHA256"),
        (SECRET, SHA1, "algorithm=HMAC_MD5"),
        (SECRET, SHA256, "key=k1,algorithm=HMAC_SHA1"),
        (SECRET, SHA256, "key=k1, algorithm = none"),
    ],
)
def test_a_request_does_not_choose_the_algorithm(secret, algorithm, header):
    made = RequestValidator(secret).compute_signature(URL, {}, algorithm)
    asked = request(URL, b"", made, x_twilio_webhooks_signature_settings=header)

    assert not accepted(TwilioSigner(SECRET, algorithm), asked)


@pytest.mark.parametrize("header", ["", "key=k1,algorithm=HMAC_SHA256", "algorithm=hmac_sha256 , key=k1"])
def test_a_shared_key_is_never_weakened_by_a_missing_header(header):
    weaker = RequestValidator(SECRET).compute_signature(URL, {}, SHA1)
    right = RequestValidator(SECRET).compute_signature(URL, {}, SHA256)
    headers = {"x_twilio_webhooks_signature_settings": header} if header else {}

    signer = TwilioSigner(SECRET, SHA256)

    assert not accepted(signer, request(URL, b"", weaker, **headers))
    assert accepted(signer, request(URL, b"", right, **headers))


def test_the_fragment_that_sets_retries_is_not_signed():
    made = RequestValidator(SECRET).compute_signature(URL, {})

    assert accepted(TwilioSigner(SECRET), request(f"{URL}#rc=2&rp=all", b"", made))
