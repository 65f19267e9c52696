"""Kind: a value that was only an example goes live, and people are sent to nobody."""

from __future__ import annotations

import pytest

from broadcast.config.placeholders import is_placeholder, placeholders
from broadcast.setup.init import StarterLanguage, configuration


@pytest.mark.parametrize(
    "value",
    [
        "+49 30 23125000",
        "+49 30 23125-042",
        "+447700900123",
        "+1 212 555 0142",
        "https://status.muster.example",
        "https://status.muster.example:8443/now?x=1",
        "stoerung@muster.example",
        "smtp.muster.example",
        "help@example.com",
        "https://www.example.org/",
        "sub.example.net",
        "Muster.EXAMPLE",
    ],
)
def test_what_belongs_to_nobody_is_a_placeholder(value):
    assert is_placeholder(value)


@pytest.mark.parametrize(
    "value",
    [
        "+49 30 901820",
        "+49 171 5550123",
        "https://status.muster.de",
        "https://status.muster.de/example.com",
        "https://example.com.muster.de/",
        "hilfe@beispiel.de",
        "example.company",
        "myexample.com",
        "starttls",
        "public",
        "",
    ],
)
def test_what_may_be_real_is_none(value):
    assert not is_placeholder(value)


@pytest.mark.parametrize("language", StarterLanguage)
def test_each_one_that_init_writes_is_found_with_its_line(read, language):
    written = configuration(language, sandbox=False)
    found = {one.key: one for one in placeholders(read(written))}
    line = written[: written.index("hotline =")].count("\n") + 1

    assert found.keys() >= {
        "broadcast.status_url",
        "broadcast.hotline",
        "channels.sms.from",
        "channels.email.from",
        "channels.mail-backup.host",
        "channels.mail-backup.from",
    }
    assert found["broadcast.hotline"].place == f"broadcast.toml:{line}"
