"""`[ai]`: what is refused, with its file, line and key, and what is read."""

from __future__ import annotations

import pytest

from broadcast.errors import ConfigError
from broadcast.monitoring.config_check import inspect
from tests.config.test_hotline import CHANNELS

LEAST = '[ai]\nbase_url = "https://api.muster.example/v1"\nmodel = "small-1"\n'


def test_an_address_and_a_model_are_enough(read, tmp_path):
    ai = read(f'{CHANNELS}{LEAST}api_key = "env:KEY"\nfaq = "faq.toml"\ntimeout = "2s"\n').ai

    assert (ai.base_url, ai.model, ai.timeout) == ("https://api.muster.example/v1", "small-1", 2.0)
    assert (ai.per_hour, ai.per_call, ai.keep_questions) == (200, 3, False)
    assert ai.api_key.spelled == "env:KEY"
    assert ai.faq == tmp_path / "faq.toml"
    assert read(CHANNELS).ai is None


@pytest.mark.parametrize(
    ("table", "what"),
    [
        ('[ai]\nmodel = "x"', "base_url is missing"),
        ('[ai]\nbase_url = "http://127.0.0.1:11434/v1"', "model is missing"),
        (f'{LEAST}api_key = "sk-abc"', "api_key is a secret, which does not belong in the file"),
        (f'{LEAST}timeout = "20s"', "timeout 20 s is longer than a caller waits"),
        (f"{LEAST}per_hour = 0", "per_hour 0 is not a whole number"),
        (f'{LEAST}per_call = "x"', "per_call"),
        (f"{LEAST}temperature = 1", "temperature is not known here"),
        ('[ai]\nbase_url = "http://api.muster.example/v1"\nmodel = "x"', "base_url is not https"),
    ],
)
def test_a_mistake_is_named_with_its_line(refusal, table, what):
    error = refusal(f"{CHANNELS}{table}\n")

    assert what in str(error).replace(": ", " ")
    assert "broadcast.toml:" in str(error)
    assert error.hint


def test_a_broken_file_of_answers_is_found_by_the_check(read, tmp_path):
    (tmp_path / "faq.toml").write_text("[[answer]]\nid = 'x'\n")

    with pytest.raises(ConfigError, match="answer 1: it has no answer"):
        inspect(read(f'{CHANNELS}{LEAST}faq = "faq.toml"\n'))
