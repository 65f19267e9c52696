"""`config show`."""

from __future__ import annotations

import json


def test_the_configuration_is_shown_with_origins_and_without_secrets(broadcast, page_only):
    shown = broadcast("config", "show", "--origin", "-o", "json", env={"BROADCAST_LOCALE": "en"})

    values = {one["key"]: one for one in json.loads(shown.stdout)["values"]}
    assert values["broadcast.locale"] == {
        "key": "broadcast.locale",
        "value": "en",
        "origin": "environment BROADCAST_LOCALE",
    }
