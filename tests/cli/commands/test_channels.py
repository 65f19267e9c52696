"""`channels test` and `channels list`."""

from __future__ import annotations

import json


def test_one_channel_is_tested_at_a_time_if_wanted(rehearse):
    one = rehearse("channels", "test", "sms", "-o", "json")
    slip = rehearse("channels", "test", "sns")

    assert [channel["name"] for channel in json.loads(one.stdout)["channels"]] == ["sms"]
    assert one.returncode == 0
    assert slip.stderr.splitlines()[-1] == "hint: did you mean sms?"


def test_channels_are_listed_with_what_they_depend_on(rehearse):
    listed = {
        one["name"]: one for one in json.loads(rehearse("channels", "list", "-o", "json").stdout)["channels"]
    }

    assert listed["email"]["fate"] == ["twilio"]
    assert listed["sms"]["address"] == "phone"
    assert listed["x"]["optional"] is True
