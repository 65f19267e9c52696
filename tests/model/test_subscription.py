"""A token of a subscription link proves who made it, and says nothing about the person."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from broadcast.model.contact import AddressKind
from broadcast.model.subscription import (
    LIFETIME,
    Subscription,
    SubscriptionRequest,
    is_genuine,
    request_number,
)
from broadcast.testing.ledger_samples import NOON

NUMBERS = st.integers(1, 10**14)
NONCES = st.text("0123456789abcdef", min_size=16, max_size=16)
SECRETS = st.binary(min_size=32, max_size=32)
SERVICES = st.lists(st.sampled_from(["checkout", "chat", "search"]), unique=True)


def request(number: int, nonce: str) -> SubscriptionRequest:
    wish = Subscription(audience="customers", kind=AddressKind.EMAIL, address="a@b.example", locale="en")
    return SubscriptionRequest(
        id=number, subscription=wish, nonce=nonce, requested_at=NOON, expires_at=NOON + LIFETIME
    )


@given(NUMBERS, NONCES, SECRETS)
def test_a_token_is_recognised_as_people_copy_it(number, nonce, secret):
    asked = request(number, nonce)
    token = asked.token(secret)

    for spelled in (token, token.upper(), f" {token}\n"):
        assert request_number(spelled) == number
        assert is_genuine(spelled, secret, asked)


@given(NUMBERS, NONCES, SECRETS, st.data())
def test_a_token_with_one_other_character_is_not_genuine(number, nonce, secret, data):
    asked = request(number, nonce)
    token = asked.token(secret)
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters().filter(lambda one: one.lower() != token[place]))

    assert not is_genuine(token[:place] + other + token[place + 1 :], secret, asked)


@given(NUMBERS, NUMBERS, NONCES, SECRETS)
def test_a_token_of_one_request_does_not_open_another(number, another, nonce, secret):
    asked = request(number, nonce)

    assert (another == number) == is_genuine(asked.token(secret), secret, replace(asked, id=another))


@given(st.text())
def test_any_text_is_a_number_or_nothing(text):
    number = request_number(text)

    assert number is None or number > 0


@given(SERVICES, SERVICES)
def test_a_subscriber_wants_what_they_chose_and_without_a_choice_everything(chosen, named):
    wish = replace(request(1, "").subscription, services=tuple(chosen))

    assert wish.wants(named) == (not chosen or any(one in chosen for one in named))
