"""With `[serve] url`, channels are given the addresses of our own routes, unless they have others."""

from __future__ import annotations

from pathlib import Path

import pytest

from broadcast.config.load import load
from broadcast.wiring import make_channels

CONFIGURATION = """
[broadcast]
organisation = "Muster"
locale = "de"
timezone = "Europe/Berlin"

[serve]
url = "{url}"

[channels.email]
adapter = "smtp"
host = "mail.muster.example"
from = "news@muster.example"
{more}
[channels.page]
adapter = "site"
path = "public"
"""


def options(folder: Path, url: str, more: str = "") -> dict[str, object]:
    path = folder / "broadcast.toml"
    path.write_text(CONFIGURATION.format(url=url, more=more))
    return dict(make_channels(load(path, {}, folder)).settings["email"].options)


def test_mails_lead_to_our_own_page_to_unsubscribe(tmp_path):
    url = "https://notify.muster.example"

    assert options(tmp_path, url)["unsubscribe_url"] == f"{url}/u/{{token}}"


def test_an_address_of_their_own_stays(tmp_path):
    own = "https://www.muster.example/leave"

    found = options(tmp_path, "https://notify.muster.example", f'unsubscribe_url = "{own}"\n')

    assert found["unsubscribe_url"] == own


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080"])
def test_without_tls_there_is_no_link(tmp_path, url):
    assert "unsubscribe_url" not in options(tmp_path, url)


def test_a_channel_that_sends_no_mail_gets_none(tmp_path):
    options(tmp_path, "https://notify.muster.example")
    channels = make_channels(load(tmp_path / "broadcast.toml", {}, tmp_path))

    assert "unsubscribe_url" not in channels.settings["page"].options
    assert channels.leaving == {"email"}
