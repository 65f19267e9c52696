"""Kind: the stand-in invents what the provider computes, so that nothing can be checked against it.

The identifiers here were made by @ipld/dag-cbor 7.0.3 with multiformats 9.9.0; tests/interop compares with
Bluesky's own server.
"""

from __future__ import annotations

import pytest

from broadcast.sandbox.wire.cid import cid_of

PARENT = {"uri": "at://x", "cid": "bafyreib"}
POST = {
    "$type": "app.bsky.feed.post",
    "text": "[INC-7/2] Störung: „Kasse“ & Co <b> 🚨",
    "createdAt": "2026-11-29T08:20:00.000Z",
    "langs": ["de"],
    "facets": [
        {
            "index": {"byteStart": 0, "byteEnd": 300},
            "features": [{"$type": "app.bsky.richtext.facet#link", "uri": "https://status.muster.example/"}],
        }
    ],
    "reply": {"root": PARENT, "parent": PARENT},
}
NUMBERS = [0, 23, 24, 255, 256, 65535, 65536, 4294967295, 4294967296, -1, -25]
LINK = {"$link": "bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua"}


@pytest.mark.parametrize(
    ("value", "cid"),
    [
        (POST, "bafyreigmw3adsrzbnwf5rknncb5bzvmq7xd7zubnvzvjodm4fji7rldcjq"),
        ({}, "bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua"),
        ([], "bafyreidwx2fvfdiaox32v2mnn6sxu3j4qoxeqcuenhtgrv5qv6litfnmoe"),
        (
            {"b": 1, "aa": 2, "a": [True, False, None], "ä": "x", "numbers": NUMBERS},
            "bafyreicukm57pvzo5tmil2g7jym7wl3y3ajeeqpjno5fegrp3zi5qexk5q",
        ),
        ({"blob": LINK}, "bafyreih4r3jx5ml2xd72rwszrcvsrya272qcanwwa6znuex5f47opkouka"),
    ],
)
def test_it_is_the_one_that_other_programs_compute(value, cid):
    assert cid_of(value) == cid


@pytest.mark.parametrize("value", [2**64, "\ud800", {"$link": "no link!"}, {"a": object()}])
def test_what_cannot_be_encoded_has_none(value):
    with pytest.raises(ValueError, match=r"."):
        cid_of(value)
