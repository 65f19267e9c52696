from __future__ import annotations

from broadcast.config.show import rows

TEXT = """
[broadcast]
organisation = "Muster"
locale = "de"
timezone = "Europe/Berlin"
[ledger]
url = "sqlite:///x.db"
[channels.mail]
adapter = "smtp"
password = "env:SMTP_PASSWORD"
pass_word_tokne_key = "geheim"
proxy = "http://user:geheim@proxy.example"
timeout = "1m30s"
headers = { token = "file:t", plain = "x" }
optional = true
[audiences.all]
lanes = [["mail"]]
[services.checkout]
de = "Kasse"
"""


def test_every_value_is_shown_with_where_it_came_from(read, tmp_path):
    shown = {key: (value, origin) for key, value, origin in rows(read(TEXT, {"BROADCAST_LIVE": "0"}))}

    assert shown["broadcast.organisation"] == ("Muster", "broadcast.toml:3")
    assert shown["broadcast.live"] == ("false", "environment BROADCAST_LIVE")
    assert shown["broadcast.region"] == ("DE", "default")
    assert shown["ledger.url"] == (f"sqlite:///{tmp_path / 'x.db'}", "broadcast.toml:7")
    assert shown["channels.mail.timeout"] == ("1m30s", "broadcast.toml:13")
    assert shown["channels.mail.optional"] == ("true", "broadcast.toml:15")
    assert shown["audiences.all.lanes"] == ("[[mail]]", "broadcast.toml:17")
    assert shown["services.checkout.de"] == ("Kasse", "broadcast.toml:19")
    assert shown["channels.mail.rate"] == ("", "default")


def test_secrets_are_shown_as_their_reference_only(read):
    settings = read(TEXT, {"SMTP_PASSWORD": "geheim", "BROADCAST_CHANNELS_MAIL_TOKEN": "geheim"})

    shown = {key: value for key, value, _ in rows(settings)}

    assert shown["channels.mail.password"] == "env:SMTP_PASSWORD"
    assert shown["channels.mail.token"] == "env:BROADCAST_CHANNELS_MAIL_TOKEN"
    assert shown["channels.mail.headers"] == "{token = file:t, plain = x}"
    assert shown["channels.mail.pass_word_tokne_key"] == "•••"
    assert shown["channels.mail.proxy"] == "http://•••@proxy.example"
    assert "geheim" not in str(rows(settings)) + repr(settings)
