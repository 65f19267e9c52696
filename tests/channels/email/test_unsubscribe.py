"""A mail program's own button for leaving a list: one click, and no address goes round in it."""

from __future__ import annotations

import re

import pytest

from broadcast.channels.email.headers import Unsubscribe
from broadcast.config.settings import ChannelSettings
from broadcast.errors import ConfigError

URL = "https://www.muster.example/abmelden"


def configure(muster, channel: str, text: str) -> None:
    path = muster.folder / "broadcast.toml"
    path.write_text(
        path.read_text("utf-8").replace(f"[channels.{channel}]", f"[channels.{channel}]\n{text}"), "utf-8"
    )


def headers(muster, to: str) -> dict[str, str]:
    (message,) = [message for message in muster.received() if message.to == to]
    return message.extra["headers"]


@pytest.mark.parametrize("channel", ["email", "post"])
def test_each_customer_gets_a_link_of_their_own_that_unsubscribes_them(muster, channel):
    muster.audiences(customers=f'lanes = [["{channel}"]]')
    configure(muster, channel, f'unsubscribe_url = "{URL}"\nunsubscribe_mailto = "abmelden@muster.example"')
    muster.notify()
    found = headers(muster, "bert@kunde.example")
    assert found["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    url, mailbox = re.fullmatch(r"<(.+)>, <(.+)>", found["List-Unsubscribe"]).groups()
    token = url.removeprefix(f"{URL}?t=")
    assert mailbox == f"mailto:abmelden@muster.example?subject=unsubscribe%20{token}"
    assert "bert" not in url

    muster.suppress(token)
    result = muster.notify()

    assert result["counts"]["suppressed"] == 1
    assert len([m for m in muster.received() if m.to == "bert@kunde.example"]) == 1


def test_nobody_leaves_a_duty_list_by_a_link(muster):
    muster.audiences(customers='lanes = [["email"]]\ninternal = true')
    configure(muster, "email", f'unsubscribe_url = "{URL}"')

    muster.notify()

    assert "List-Unsubscribe" not in headers(muster, "bert@kunde.example")


def test_without_a_place_to_go_there_is_no_header(muster):
    muster.notify()

    assert not any(name.startswith("List-Unsub") for name in headers(muster, "bert@kunde.example"))


def test_a_mailbox_alone_allows_for_no_single_click():
    assert Unsubscribe(mailbox="ab@muster.example").headers("t") == {
        "List-Unsubscribe": "<mailto:ab@muster.example?subject=unsubscribe%20t>"
    }


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (f"{URL}?from=mail", f"<{URL}?from=mail&t=abc>"),
        ("https://muster.example/u/{token}/now", "<https://muster.example/u/abc/now>"),
    ],
)
def test_the_token_goes_where_the_address_says(url, expected):
    assert Unsubscribe(url).headers("abc")["List-Unsubscribe"] == expected


@pytest.mark.parametrize(
    "option",
    [
        {"unsubscribe_url": "http://muster.example/u"},
        {"unsubscribe_url": "https://muster.example/u>\r\nBcc: x@y.example"},
        {"unsubscribe_url": "https://muster.example/a, <https://other.example>"},
        {"unsubscribe_mailto": "abmelden"},
    ],
)
def test_what_is_no_place_to_go_is_refused(option):
    settings = ChannelSettings(name="email", adapter="sendgrid", origin="here", options=option)

    with pytest.raises(ConfigError, match="here: unsubscribe_"):
        Unsubscribe.from_settings(settings)


def test_a_token_of_another_secret_is_no_address(muster):
    said = muster.run("contacts", "suppress", "0" * 40)

    assert said.code == 2
    assert muster.suppressed() == []


@pytest.mark.parametrize("place", [3, 20, 41, 47])
def test_an_altered_token_is_refused_and_suppresses_nobody(muster, place):
    configure(muster, "email", f'unsubscribe_url = "{URL}"')
    muster.notify()
    token = re.search(r"\?t=(\w+)", headers(muster, "bert@kunde.example")["List-Unsubscribe"])[1]
    altered = token[:place] + ("0" if token[place] != "0" else "1") + token[place + 1 :]

    said = muster.run("contacts", "suppress", altered)

    assert said.code == 2
    assert "address 1: this token of an unsubscribe link was changed" in said.err
    assert "hint: copy the whole token" in said.err
    assert muster.suppressed() == []


def test_a_token_that_was_cut_is_not_taken_for_a_phone_number(muster):
    said = muster.run("contacts", "suppress", "1f9e" * 9)

    assert said.code == 2
    assert "not a complete token of an unsubscribe link" in said.err
