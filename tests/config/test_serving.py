"""`[serve]`: what is refused, and secrets that are read only when they are used."""

from __future__ import annotations

import pytest

HEAD = '[broadcast]\norganisation = "Muster"\nlocale = "de"\ntimezone = "Europe/Berlin"\n[serve]\n'


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('url = "http://notify.muster.example"', "is not https"),
        ('url = "https://notify.muster.example/broadcast"', "has a path"),
        ('url = "notify.muster.example"', "url"),
        ('public = "8080"', "is not an address to listen on"),
        ('public = "127.0.0.1:99999"', "is not an address to listen on"),
        ('desk = "desk.sock"', "is not an address to listen on"),
        ('alerts_token = "abc"', "is a secret"),
        ('alert_token = "env:X"', "alerts_token"),
    ],
)
def test_a_mistake_is_named_with_its_line(refusal, line, fault):
    error = refusal(HEAD + line)

    assert "broadcast.toml:6" in str(error)
    assert fault in f"{error} {error.hint}"


def test_this_machine_may_be_the_public_origin_without_tls(read):
    assert read(HEAD + 'url = "http://127.0.0.1:8080/"').serve.url == "http://127.0.0.1:8080"


def test_a_missing_secret_is_missed_when_it_is_used(read):
    serve = read(HEAD + 'alerts_token = "env:NOT_SET"').serve

    with pytest.raises(Exception, match="NOT_SET is not set"):
        serve.alerts_token.resolve()


def test_a_variable_may_hold_the_secret_itself(read):
    serve = read(HEAD, {"BROADCAST_SERVE_ALERTS_TOKEN": "s3cret"}).serve

    assert serve.alerts_token.resolve() == "s3cret"
    assert "s3cret" not in repr(serve)
