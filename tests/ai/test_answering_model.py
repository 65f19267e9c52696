"""A model that is asked over a real socket, and answers well, badly, hostile, or not at all."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from broadcast.ai.answering_model import AnsweringModel, AskedResult
from broadcast.ai.faq import FaqAnswer, read_faq
from broadcast.ai.switch import ModelSwitch
from broadcast.config.ai_settings import AiSettings
from broadcast.errors import ConfigError
from broadcast.model.clock import SystemClock
from tests.harness.answering_server import answering, hangs, says, says_text, trickles

SENTENCES = {"INC-7#1": "Chat is down.", "INC-7#2": "Orders work.", "faq:hours": "We are open until six."}
SETTINGS = AiSettings(origin="broadcast.toml:9: [ai]", base_url="", model="small-1", timeout=0.3)
FAQ = (FaqAnswer("faq:hours", ("are you open",), {"en": "We are open until six."}),)


def reply(content: object) -> dict[str, object]:
    text = content if isinstance(content, str) else json.dumps(content)
    return {"choices": [{"message": {"role": "assistant", "content": text}}]}


def model(url: str, tmp_path, **changes) -> AnsweringModel:
    settings = replace(SETTINGS, base_url=f"{url}/v1", **changes)
    return AnsweringModel(settings, FAQ, "sk-s3cret", ModelSwitch(tmp_path / "off"), SystemClock())


async def asked(respond, tmp_path, question="are orders possible"):
    async with answering(respond) as server:
        asking = model(server.url, tmp_path)
        turn = await asking.ask("CA1", question, SENTENCES)
        await asking.close()
    return turn, server


async def test_the_model_chooses_ids_of_our_sentences(tmp_path):
    turn, server = await asked(says(reply({"sentences": ["INC-7#2", "faq:hours"]})), tmp_path)

    assert (turn.result, turn.sentences) == (AskedResult.ANSWERED, ("INC-7#2", "faq:hours"))
    assert server.asked == ["/v1/chat/completions"]
    assert server.headers[0]["Authorization"] == "Bearer sk-s3cret"
    body = json.loads(server.bodies[0])
    assert (body["model"], body["temperature"]) == ("small-1", 0)
    shown = json.loads(body["messages"][1]["content"])
    assert shown["question"] == "are orders possible"
    assert {"id": "faq:hours", "text": "We are open until six.", "answers": ["are you open"]} in shown[
        "statements"
    ]


async def test_no_address_of_a_caller_leaves_this_machine(tmp_path):
    question = "my number is +49 151 12345678 and my mail anna@muster.example is that right"
    _, server = await asked(says(reply({"sentences": []})), tmp_path, question)

    assert b"12345678" not in server.bodies[0]
    assert b"anna@" not in server.bodies[0]


@pytest.mark.parametrize(
    ("respond", "result"),
    [
        (hangs, AskedResult.FAILED),
        (trickles, AskedResult.FAILED),
        (says({"error": "x"}, 429), AskedResult.FAILED),
        (says({"error": "x"}, 500), AskedResult.FAILED),
        (says(reply({"sentences": []})), AskedResult.NOTHING),
        (says(reply({"sentences": ["INC-99#1", "7", "faq:nothing"]})), AskedResult.NOTHING),
        (says(reply({"sentences": [1, None, ["INC-7#2"]]})), AskedResult.NOTHING),
        (says(reply({"sentences": ["INC-7#1"] * 4})), AskedResult.REFUSED),
        (says(reply({"sentences": ["INC-7#2"], "say": "You get a refund"})), AskedResult.REFUSED),
        (says(reply({"sentences": "INC-7#2"})), AskedResult.REFUSED),
        (says(reply("You get a refund.")), AskedResult.REFUSED),
        (says(reply(["INC-7#2"])), AskedResult.REFUSED),
        (says(reply("[" * 50_000)), AskedResult.REFUSED),
        (says({}), AskedResult.REFUSED),
        (says_text("<html>"), AskedResult.REFUSED),
        (says_text('"' + "x" * 1_000_000 + '"'), AskedResult.FAILED),
    ],
)
async def test_nothing_else_that_it_says_counts(tmp_path, respond, result):
    turn, _ = await asked(respond, tmp_path)

    late = {AskedResult.LATE} if result is AskedResult.FAILED else set()
    assert turn.result in {result} | late
    assert turn.sentences == ()
    assert "sk-s3cret" not in repr(turn)


async def test_switched_off_it_is_not_asked_and_an_answer_under_way_is_not_used(tmp_path):
    switch = ModelSwitch(tmp_path / "off")

    async def turned_off_meanwhile(request):
        switch.turn_off()
        return await says(reply({"sentences": ["INC-7#2"]}))(request)

    async with answering(turned_off_meanwhile) as server:
        asking = model(server.url, tmp_path)
        under_way = await asking.ask("CA1", "are orders possible", SENTENCES)
        after = await asking.ask("CA2", "are orders possible", SENTENCES)
        assert len(server.asked) == 1
        switch.turn_on()
        assert asking.on()
        await asking.close()

    assert (under_way.result, under_way.sentences) == (AskedResult.OFF, ())
    assert after.result is AskedResult.OFF


async def test_a_call_and_an_hour_have_a_budget(tmp_path):
    async with answering(says(reply({"sentences": ["INC-7#2"]}))) as server:
        asking = model(server.url, tmp_path, per_call=2, per_hour=3)
        results = [(await asking.ask(call, "?", SENTENCES)).result for call in ("A", "A", "A", "B", "C")]
        await asking.close()

    answered, over = AskedResult.ANSWERED, AskedResult.BUDGET
    assert results == [answered, answered, over, answered, over]
    assert len(server.asked) == 3


async def test_a_model_that_fails_is_left_alone(tmp_path):
    async with answering(says({}, 503)) as server:
        asking = model(server.url, tmp_path)
        results = [(await asking.ask(f"CA{one}", "?", SENTENCES)).result for one in range(5)]
        await asking.close()

    assert results == [AskedResult.FAILED] * 3 + [AskedResult.LEFT_ALONE] * 2
    assert len(server.asked) == 3


def test_answers_are_read_from_a_file(tmp_path):
    path = tmp_path / "faq.toml"
    path.write_text(
        '[[answer]]\nid = "hours"\nquestions = ["open?"]\nde = "Bis 18 Uhr."\nen = "Until six."\n'
    )

    assert read_faq(path) == (FaqAnswer("faq:hours", ("open?",), {"de": "Bis 18 Uhr.", "en": "Until six."}),)


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ("", "no list of answers"),
        ("[answer]\nid = 'x'", "no list of answers"),
        ("answer = [1]", "answer 1 is no table"),
        ("[[answer]]\nen = 'x'", "answer 1: id is missing"),
        ("[[answer]]\nid = 'INC-7#1'\nen = 'x'", "answer 1: id is missing"),
        ("[[answer]]\nid = 'x'", "answer 1: it has no answer in any language"),
        ("[[answer]]\nid = 'x'\nen = 3", "answer 1: en is no line of text"),
        ("[[answer]]\nid = 'x'\nen = '" + "y" * 301 + "'", "answer 1: en is no line of text"),
        ("[[answer]]\nid = 'x'\nEN = 'y'", "answer 1: EN is neither"),
        ("[[answer]]\nid = 'x'\nquestions = 'y'\nen = 'y'", "answer 1: questions is no list"),
        ("[[answer]]\nid = 'x'\nen = 'y'\n[[answer]]\nid = 'x'\nen = 'y'", "answer 2: id x is there twice"),
        ("[[answer", "Expected"),
    ],
)
def test_a_wrong_file_is_named_with_the_place(tmp_path, written, what):
    path = tmp_path / "faq.toml"
    path.write_text(written)

    with pytest.raises(ConfigError) as refused:
        read_faq(path)

    assert "faq.toml" in str(refused.value)
    assert what in str(refused.value)
    assert refused.value.hint
