"""`doctor` asks the model one question."""

from __future__ import annotations

import pytest

from broadcast.ai.switch import ModelSwitch
from broadcast.config.load import load
from broadcast.model.check import CheckVerdict
from broadcast.monitoring.ai_check import check_ai
from tests.config.test_hotline import CHANNELS
from tests.harness.answering_server import answering, hangs, says


@pytest.fixture
def settings(tmp_path):
    def with_model(url: str):
        ai = f'[ai]\nbase_url = "{url}/v1"\nmodel = "small"\ntimeout = "300ms"\n' if url else ""
        ledger = '[ledger]\nurl = "sqlite:///broadcast.db"\n'
        (tmp_path / "broadcast.toml").write_text(CHANNELS + ledger + ai)
        return load(None, {}, tmp_path)

    return with_model


def reply(content: str):
    return says({"choices": [{"message": {"content": content}}]})


@pytest.mark.parametrize(
    ("respond", "verdict", "detail"),
    [
        (reply('{"sentences": ["doctor#1"]}'), CheckVerdict.OK, "it answers within 0.3 s"),
        (reply("Yes, orders are possible."), CheckVerdict.WARN, "does not name one of our sentences"),
        (says({}, 401), CheckVerdict.WARN, "it fails: HTTP 401"),
        (hangs, CheckVerdict.WARN, "0.3 s"),
    ],
)
async def test_the_model_is_asked_one_question(settings, respond, verdict, detail):
    async with answering(respond) as model:
        (check,) = await check_ai(settings(model.url))

    assert (check.subject, check.verdict) == ("hotline ai", verdict)
    assert detail in check.detail
    assert len(model.asked) == 1


async def test_switched_off_or_without_a_model_nothing_is_asked(settings):
    async with answering(reply("{}")) as model:
        configured = settings(model.url)
        ModelSwitch.beside(configured.ledger).turn_off()
        (check,) = await check_ai(configured)

    assert (check.verdict, model.asked) == (CheckVerdict.OK, [])
    assert await check_ai(settings("")) == []
