"""Comments that a trigger of Zendesk reports, by the template in docs/how-to/serve.md."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from broadcast.channels.desk.trigger import SIGNATURE, TIMESTAMP, comments, sign
from broadcast.model.inbound import Forged, InboundRequest, Malformed
from broadcast.testing.ledger_samples import NOON

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "serve.md"
SECRET = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="
OWN = "agent@muster.example"
COMMENT = {"ticket": 35436, "at": "4 May", "author": "erika@kunde.example", "text": 'Geht "es" wieder?'}


def read(document: object, timestamp: str = "2026-05-04T12:00:00Z", secret: str = SECRET):
    body = json.dumps(document).encode()
    headers = {SIGNATURE: sign(body, timestamp, SECRET).decode(), TIMESTAMP: timestamp}
    asked = InboundRequest(method="POST", url="https://a.example/", headers=headers, body=body, at=NOON)
    return comments(asked, secret, OWN)


def test_a_comment_of_a_requester_is_a_message():
    (message,) = read(COMMENT)

    assert (message.sender, message.text) == ("erika@kunde.example", 'Geht "es" wieder?')
    assert message.recipient == "35436"


def test_the_sender_of_a_comment_is_not_proved():
    """Anybody can write another person's address into the From of a mail that becomes a comment."""
    assert not read(COMMENT)[0].proved


def test_two_comments_of_one_minute_are_two_messages():
    first, second = read(COMMENT), read({**COMMENT, "text": "ja"})

    assert first[0].ref != second[0].ref
    assert read(COMMENT)[0].ref == first[0].ref


def test_the_template_in_the_docs_has_the_fields_that_are_read():
    [template] = re.findall(r"```jinja\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)

    assert set(json.loads(template)) == set(COMMENT)


def test_our_own_comments_are_not_answered():
    assert read({**COMMENT, "author": "Agent@Muster.example"}) == []


@pytest.mark.parametrize("missing", sorted(COMMENT))
def test_a_comment_without_a_field_is_malformed(missing):
    with pytest.raises(Malformed):
        read({**COMMENT, missing: ""})


@pytest.mark.parametrize("odd", ["", "1777896000", "2026-05-04T12:00:00", "noon", "2026-05-04T12:06:00Z"])
def test_another_time_is_forged(odd):
    with pytest.raises(Forged):
        read(COMMENT, odd)


def test_without_a_secret_nothing_is_believed():
    with pytest.raises(Forged):
        read(COMMENT, secret="")
