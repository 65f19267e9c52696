"""People answer in a Slack channel: the button is taken, and the message shows who pressed it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from broadcast.model.clock import SystemClock
from broadcast.sandbox import daemon
from broadcast.sandbox.client import SandboxClient
from broadcast.sandbox.records import Received
from tests.server.test_rehearsal import Rehearsal, requests

ROOM = "C0SANDBOX0"
MORE = """
[channels.room]
adapter = "slack"
token = "env:NOT_SET"
channel = "C0SANDBOX0"
signing_secret = "env:NOT_SET"

[audiences.technical]
lanes = [["room"]]

[escalation.duty]
steps = [{ to = ["audience:field"], channels = ["room", "sms"], wait = "10m", needs = 2 }]
"""


@pytest.fixture
def rehearsal(tmp_path: Path) -> Iterator[Rehearsal]:
    made = Rehearsal(tmp_path)
    with (tmp_path / "broadcast.toml").open("a") as file:
        file.write(MORE)
    yield made
    daemon.stop(tmp_path / ".sandbox")


def awaited(found: Callable[[], list[Received]]) -> Received:
    """Return the last of what `found` finds, as soon as it finds something."""
    until = SystemClock().monotonic() + 30
    while not (seen := found()):
        assert SystemClock().monotonic() < until
    return seen[-1]


def room(rehearsal: Rehearsal) -> list[Received]:
    address = daemon.find(rehearsal.folder / ".sandbox")
    assert address
    return [one for one in SandboxClient(address.url).received() if one.provider == "slack"]


def test_a_press_confirms_a_notice_and_the_message_says_who_and_when(rehearsal):
    with rehearsal.serving() as log:
        rehearsal.run(
            "--sandbox", "notify", "Kasse", "--yes", "-a", "technical",
            *("--until", "confirmed", "--within", "1s"), code=0,
        )  # fmt: skip
        rehearsal.run("sandbox", "press", ROOM, "1")
        assert requests(log, 1) == [("room", 200)]

        edit = awaited(lambda: [one for one in room(rehearsal) if not one.tells])

    assert "✓ Bestätigt von @U0SANDBOX1" in edit.text
    assert {block["type"] for block in edit.extra["blocks"]} == {"rich_text"}
    assert "has no button 1" in rehearsal.run("sandbox", "press", ROOM, "1", code=2)


def test_a_poll_in_a_room_counts_people_and_keeps_its_buttons_until_it_ends(rehearsal):
    options = '"Köln & <b>Bonn</b>, sofort",gar nicht'
    with rehearsal.serving() as log:
        rehearsal.run("--sandbox", "notify", "Kasse", "--yes", "-a", "technical")
        rehearsal.run(
            "--sandbox", "escalate", "INC-1", "--yes", "--question", "Wohin umleiten?", "--options", options
        )
        (asked,) = [one for one in room(rehearsal) if one.tells and "Wohin umleiten?" in one.text]
        rehearsal.run("sandbox", "press", ROOM, "1")
        rehearsal.run("sandbox", "press", ROOM, "2")
        assert requests(log, 2) == [("room", 200)] * 2

        def last_look() -> list[Received]:
            looks = [one for one in room(rehearsal) if one.extra.get("edits") == asked.ref]
            return [one for one in looks if "✓ gar nicht: @U0SANDBOX1" in one.text]

        edit = awaited(last_look)
        (shown,) = json.loads(rehearsal.run("--sandbox", "escalate", "list", "-o", "json"))["items"]

    assert asked.extra["broadcast"] is True
    assert [block["type"] for block in edit.extra["blocks"]] == ["rich_text", "rich_text", "actions"]
    assert shown["counts"] == {"Köln & <b>Bonn</b>, sofort": 0, "gar nicht": 1}
    assert [(one["contact"], one["means"]) for one in shown["answers"]] == [
        ("channel:room/U0SANDBOX1", "button")
    ]
    (first,) = [one for one in room(rehearsal) if one.tells and one.ref != asked.ref]
    assert not [one for one in room(rehearsal) if one.extra.get("edits") == first.ref]
