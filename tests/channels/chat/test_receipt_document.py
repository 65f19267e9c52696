"""Receipts and confirmations from your own machine, as docs/how-to/serve.md tells to write them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from broadcast.channels.chat.document import document, signed
from broadcast.channels.chat.receipt_document import SCHEMA, read_receipt
from broadcast.model.inbound import InboundRequest, KeyPress, Malformed, Receipt, ReceiptState
from broadcast.testing.ledger_samples import NOON
from broadcast.testing.samples import outgoing

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "serve.md"
SECRET = "a-secret-of-both"


def request(body: bytes) -> InboundRequest:
    headers = {name.lower(): value for name, value in signed(body, SECRET, NOON).items()}
    return InboundRequest(method="POST", url="https://a.example/", headers=headers, body=body, at=NOON)


def read(**fields: object):
    return read_receipt(request(json.dumps({"schema": SCHEMA, "ref": "n1", **fields}).encode()), SECRET)


def shown(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def test_the_documents_in_the_docs_are_understood():
    said = [read_receipt(request(one.encode()), SECRET) for one in shown("json")]

    assert said == [
        Receipt(
            ref="n1", state=ReceiptState.DELIVERED, event="r-2041", key="k7f3qz2m5x4wlb6daorvtc2n",
            at=datetime(2026, 5, 4, 14, 30, 5, tzinfo=UTC),
        ),
        KeyPress(ref="n1", key="", pressed="1", sender="Anna Muster"),
    ]  # fmt: skip


def test_the_sender_in_the_docs_is_believed():
    [code] = shown("python")
    named: dict[str, Any] = {}
    exec(code, named)
    body = b'{"schema": "broadcast.receipt/1", "ref": "n1", "state": "delivered"}'
    made = named["signed"](body, SECRET.encode())
    at = datetime.fromtimestamp(int(made["Broadcast-Timestamp"]), UTC)
    headers = {name.lower(): value for name, value in made.items()}

    said = read_receipt(replace(request(body), headers=headers, at=at), SECRET)

    assert isinstance(said, Receipt)


def test_a_notice_of_ours_that_is_sent_back_is_no_receipt():
    with pytest.raises(Malformed):
        read_receipt(request(document(outgoing(None))), SECRET)


@pytest.mark.parametrize(
    "fields", [{}, {"state": "read"}, {"state": 1}, {"state": "delivered", "ref": ""}, {"schema": "x"}]
)
def test_a_document_that_says_nothing_is_malformed(fields):
    with pytest.raises(Malformed):
        read(**fields)


def test_without_an_id_the_state_tells_news_apart():
    assert (read(state="delivered").event, read(state="failed", id=7).event) == ("delivered", "7")


@pytest.mark.parametrize("odd", ["yesterday", "2026-05-04T14:30:05", "0001-01-01T00:00:00+14:00", 7])
def test_a_time_without_an_offset_is_no_time(odd):
    assert read(state="delivered", at=odd).at is None
