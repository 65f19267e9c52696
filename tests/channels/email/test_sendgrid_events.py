"""SendGrid's events: which are believed, and what they mean. SendGrid's own SDK is the oracle."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from sendgrid.helpers.eventwebhook import EventWebhook

from broadcast.channels.email.sendgrid_events import SIGNATURE, TIMESTAMP, events
from broadcast.model.inbound import Forged, InboundRequest, Malformed, Receipt, ReceiptState
from broadcast.model.suppression import SuppressionReason
from broadcast.testing.ledger_samples import NOON

PAIR = ec.generate_private_key(ec.SECP256R1())
KEY = b64encode(PAIR.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
DOMAIN = "muster.example"
_R, _S = ReceiptState, SuppressionReason


def request(body: bytes, signature: str, timestamp: str = "1777896000") -> InboundRequest:
    headers = {SIGNATURE: signature, TIMESTAMP: timestamp}
    return InboundRequest(method="POST", url="https://a.example/", headers=headers, body=body, at=NOON)


def signed(body: bytes, timestamp: str = "1777896000") -> InboundRequest:
    made = PAIR.sign(timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))
    return request(body, b64encode(made).decode(), timestamp)


def read(*listed: object) -> list[Receipt]:
    return list(events(signed(json.dumps(listed).encode()), KEY, DOMAIN))


def event(kind: str, **more: object) -> dict[str, object]:
    return {"event": kind, "key": "k1", "sg_event_id": "E1", "timestamp": 1777896000, **more}


@given(
    st.text(st.characters(codec="utf-8"), max_size=20),
    st.text(st.characters(codec="utf-8"), max_size=20),
    st.sampled_from(["1777896000", "1", "x"]),
    st.sampled_from(["1777896000", "1"]),
)
def test_it_believes_what_the_sdk_believes(body, arrived, timestamp, told):
    made = PAIR.sign((timestamp + body).encode(), ec.ECDSA(hashes.SHA256()))
    signature = b64encode(made).decode()
    expected = EventWebhook(KEY).verify_signature(arrived, signature, told)

    try:
        list(events(request(arrived.encode(), signature, told), KEY, DOMAIN))
        believed = True
    except Malformed:
        believed = True
    except Forged:
        believed = False

    assert believed == expected


def test_without_a_key_nothing_is_believed():
    with pytest.raises(Forged):
        list(events(signed(b"[]"), "", DOMAIN))


@pytest.mark.parametrize(
    ("told", "state", "suppress"),
    [
        (event("delivered"), _R.DELIVERED, None),
        (event("bounce", type="bounce", status="5.1.1"), _R.FAILED, _S.BOUNCED),
        (event("bounce", type="blocked", status="4.7.1"), _R.FAILED, None),
        (event("dropped", reason="Bounced Address"), _R.FAILED, _S.BOUNCED),
        (event("dropped", reason="Unsubscribed Address"), _R.FAILED, _S.OPTED_OUT),
        (event("dropped", reason="Spam Reporting Address"), _R.FAILED, _S.COMPLAINED),
        (event("dropped", reason="Invalid"), _R.FAILED, _S.INVALID),
        (event("dropped", reason="Recipient List over Package Quota"), _R.FAILED, None),
        (event("spamreport"), _R.DELIVERED, _S.COMPLAINED),
        (event("unsubscribe"), _R.DELIVERED, _S.OPTED_OUT),
        (event("group_unsubscribe"), _R.DELIVERED, _S.OPTED_OUT),
    ],
)
def test_what_an_event_means(told, state, suppress):
    (receipt,) = read(told)

    assert (receipt.state, receipt.suppress) == (state, suppress)
    assert (receipt.ref, receipt.key, receipt.event) == ("<k1@muster.example>", "k1", "E1")
    assert receipt.at == datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "told",
    [
        *(event(kind) for kind in ("processed", "deferred", "open", "click", "group_resubscribe", "")),
        {"event": "delivered", "sg_event_id": "E9", "email": "of@another.program"},
        event("delivered", sg_event_id=""),
        event("delivered", key=["k1"]),
        *([], None, 7, "delivered"),
    ],
)
def test_one_event_that_says_nothing_does_not_lose_the_others(told):
    (receipt,) = read(told, event("delivered"), told)

    assert receipt.state is _R.DELIVERED


def test_a_mail_is_known_by_the_id_that_we_gave_it_also_after_the_sender_changed():
    (receipt,) = read(event("delivered", **{"smtp-id": "<k1@former.example>"}))
    (other,) = read(event("delivered", **{"smtp-id": "<14c5d75ce93.dfd.64b469@ismtpd-555>"}))

    assert (receipt.ref, other.ref) == ("<k1@former.example>", "<k1@muster.example>")


def test_the_words_of_a_mail_server_are_not_kept_because_they_hold_addresses():
    (receipt,) = read(
        event("bounce", type="bounce", status="5.1.1", reason="550 <erika@kunde.example> unknown")
    )

    assert receipt.code == "5.1.1"
    assert "erika" not in repr(receipt)


@pytest.mark.parametrize("odd", ["9" * 30, -(10**20), "soon", None, 1.5, True])
def test_an_odd_time_is_no_time(odd):
    (receipt,) = read(event("delivered", timestamp=odd))

    assert receipt.at is None
