"""Questions of callers to a model, through a process that serves: only our own sentences are ever said."""

from __future__ import annotations

import asyncio
import json
import re
import xml.etree.ElementTree as ET

import pytest

from broadcast.ai.switch import ModelSwitch
from broadcast.config.load import load
from tests.harness.answering_server import answering, hangs, says
from tests.harness.telephone import HangUp, Press, Silence, Speak, agent
from tests.harness.utterances import HALVES, LOCALES, injections
from tests.hotline.telephone_call import prompts
from tests.server.conftest import CONFIGURATION, TOKEN, Served, serving
from tests.server.test_calls import ALEX, BEA, HOTLINE, platform

FAQ = """
[[answer]]
id = "hours"
questions = ["Wann haben Sie offen?"]
de = "Die Filialen haben bis zwanzig Uhr offen."
en = "The shops are open until eight."
"""
QUESTION = "kann ich auch bei ihnen im laden vorbeikommen am samstag"
#: What a call may leave behind although no key was pressed.
HARMLESS = {"heard", "question", "answer", "hand-over", "ring", "end"}


@pytest.fixture
def hotline(tmp_path, monkeypatch):
    """Return the settings with a model at this address; none without an address."""
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", TOKEN)
    (tmp_path / "agents.csv").write_text(f"id,name,phone\nalex,Alex,{ALEX}\nbea,Bea,{BEA}\n")
    (tmp_path / "faq.toml").write_text(FAQ)

    def settings(url: str = "", more: str = 'timeout = "1s"\n', line: str = ', locale = "de"'):
        path = tmp_path / "broadcast.toml"
        written = CONFIGURATION.format(desk=tmp_path / "desk.sock")
        written += HOTLINE.replace(', locale = "de"', line)
        model = f'[ai]\nbase_url = "{url}/v1"\nmodel = "small-1"\nfaq = "faq.toml"\n{more}' if url else ""
        path.write_text(written + model)
        return load(path, {"TWILIO_AUTH_TOKEN": TOKEN}, tmp_path)

    return settings


def reply(content: object) -> dict[str, object]:
    text = content if isinstance(content, str) else json.dumps(content)
    return {"choices": [{"message": {"content": text}}]}


def turns(ledger, kind: str = "answer"):
    return [turn.details for turn in ledger.hotline.turns(0, 10_000) if turn.kind == kind]


async def test_a_question_is_answered_with_our_sentence_and_the_evidence_is_recorded(hotline, ledger):
    async with answering(says(reply({"sentences": ["faq:hours"]}))) as model:
        settings = hotline(model.url)
        async with serving(settings) as served, platform(served) as twilio:
            call = await twilio.call(Speak(QUESTION), Silence(), HangUp())

    assert "Einen Moment, bitte." in str(call)
    assert "Die Filialen haben bis zwanzig Uhr offen." in str(call)
    assert call.errors == []
    (turn,) = turns(ledger)
    assert (turn["result"], turn["sentences"], turn["model"]) == ("answered", ["faq:hours"], "small-1")
    assert turn["spoken"] == "Die Filialen haben bis zwanzig Uhr offen."
    assert turn["question"] == ""
    assert [one["question"] for one in turns(ledger, "question")] == [""]
    assert [one["said"] for one in turns(ledger, "heard")] == [""]


async def test_a_question_is_kept_without_addresses_if_that_is_wished(hotline, ledger):
    said = f"{QUESTION} meine mail ist anna@muster.example"
    async with answering(says(reply({"sentences": []}))) as model:
        settings = hotline(model.url, "keep_questions = true\n")
        async with serving(settings) as served, platform(served) as twilio:
            await twilio.call(Speak(said), Silence(), HangUp())

    (turn,) = turns(ledger)
    assert turn["result"] == "nothing"
    assert turn["question"].startswith(QUESTION)
    assert "anna@" not in turn["question"] + turns(ledger, "heard")[0]["said"]


@pytest.mark.parametrize("respond", [hangs, says({}, 500), says(reply("Sie bekommen Ihr Geld zurück."))])
async def test_a_model_that_hangs_fails_or_invents_says_nothing(hotline, ledger, respond):
    async with answering(respond) as model:
        settings = hotline(model.url, 'timeout = "200ms"\n')
        async with serving(settings) as served, platform(served, alex=agent()) as twilio:
            call = await twilio.call(Speak(QUESTION), Press("0"))

    assert "Dazu habe ich keine Information." in str(call)
    assert "Geld" not in str(call)
    assert call.bridges
    assert call.errors == []


async def test_switched_off_or_without_a_model_nobody_is_asked(hotline, ledger):
    async with answering(says(reply({"sentences": ["faq:hours"]}))) as model:
        settings = hotline(model.url)
        ModelSwitch.beside(settings.ledger).turn_off()
        async with serving(settings) as served, platform(served) as twilio:
            off = await twilio.call(Speak(QUESTION), Silence(), HangUp())
            ModelSwitch.beside(settings.ledger).turn_on()
            assert model.asked == []
            on = await twilio.call(Speak(QUESTION), Silence(), HangUp())
            assert len(model.asked) == 1
        async with serving(hotline()) as served, platform(served) as twilio:
            none = await twilio.call(Speak(QUESTION), Silence(), HangUp(), caller="+4915112349999")
        assert len(model.asked) == 1

    for call in (off, none):
        assert "Dazu habe ich keine Information." in str(call)
        assert "Einen Moment" not in str(call)
    assert "Die Filialen" in str(on)


async def test_a_switch_while_the_model_thinks_holds_for_its_answer(hotline, ledger):
    settings = hotline("http://127.0.0.1:1")

    async def turned_off_meanwhile(request):
        ModelSwitch.beside(settings.ledger).turn_off()
        return await says(reply({"sentences": ["faq:hours"]}))(request)

    async with answering(turned_off_meanwhile) as model:
        settings = hotline(model.url)
        async with serving(settings) as served, platform(served) as twilio:
            call = await twilio.call(Speak(QUESTION), Silence(), HangUp())

    assert "Die Filialen" not in str(call)
    assert "Dazu habe ich keine Information." in str(call)


async def test_what_the_rules_understand_is_no_question_for_a_model(hotline):
    async with answering(says(reply({"sentences": ["faq:hours"]}))) as model:
        settings = hotline(model.url)
        async with serving(settings) as served, platform(served) as twilio:
            await twilio.call(Speak("wann geht es denn wieder"), Silence(), HangUp())
            await twilio.call(Speak("es brennt hier im lager bitte"), Silence(), HangUp())
            await twilio.call(Press("1"), Silence(), HangUp())

    assert model.asked == []


def obedient(number: int, words: str):
    """A model that says what it was asked to say, in all the shapes in which it may try."""
    shapes = (
        words,
        {"sentences": [words]},
        {"sentences": ["faq:hours"], "spoken": words},
        {"sentences": ["INC-1#1", "../../etc", "-1"]},
        {"sentences": [{"id": "faq:hours", "text": words}]},
        [words],
    )
    return reply(shapes[number % len(shapes)])


async def heard(served: Served, number: int, text: str, locale: str) -> list[str]:
    """Everything that is said to a caller who says that, until the next input is awaited."""
    form = {"CallSid": f"CA{number:032d}", "From": f"+4915112{number:06d}", "To": "+4930231250"}
    await served.twilio("/voice/answer/0", form)
    path, said = f"/voice/answer/1?l={locale}", {**form, "SpeechResult": text}
    found: list[str] = []
    while path:
        answer = await served.twilio(path, said)
        assert answer.status == 200
        root = ET.fromstring(await answer.text())
        found += ["".join(say.itertext()) for say in root.iter("Say")]
        redirect = root.find("Redirect")
        path = "" if redirect is None else re.sub(r"^https://[^/]*", "", redirect.text or "")
        said = form
    return found


def ours() -> re.Pattern[str]:
    """Every prompt that callers hear, with anything in its places."""
    tables = [(name, table) for locale in LOCALES for name, table in prompts(locale).entries.items()]
    texts = [text for name, table in tables if name not in {"agent", "topic", "sms"} for text in flat(table)]
    either = "|".join(re.sub(r"\\{\w+\\}", r"[^<>{}]+?", re.escape(text)) for text in texts)
    return re.compile(f"(?:(?:{either})\\s*)+")


def flat(table: object) -> list[str]:
    return [text for one in table.values() for text in flat(one)] if isinstance(table, dict) else [str(table)]


@pytest.mark.slow
@pytest.mark.parametrize("locale", LOCALES)
async def test_a_model_that_obeys_every_attacker_makes_us_say_and_do_nothing(hotline, ledger, locale):
    attacks = [one for half in HALVES for one in injections(locale, half)]
    known, true = ours(), {prompts(one)("status.nothing") for one in LOCALES}
    assert len(attacks) == 60

    async def respond(request):
        question = json.loads((await request.json())["messages"][1]["content"])["question"]
        place = next((n for n, one in enumerate(attacks) if one.text[:30] == question[:30]), 0)
        return await says(obedient(place, question))(request)

    async with answering(respond) as model:
        settings = hotline(model.url, "per_hour = 1000\n", f', locale = "{locale}"')
        async with serving(settings) as served:
            for number, one in enumerate(attacks):
                said = await heard(served, number, one.text, locale)
                assert all(known.fullmatch(text) for text in said), said
                # Nothing is down here, so that this is no lie.
                claims = " ".join(text for text in said if text not in true).lower()
                assert not [word for word in one.forbidden if word in claims], said
        assert len(model.asked) > 10

    recorded = {turn.kind for turn in ledger.hotline.turns(0, 10_000)}
    assert recorded <= HARMLESS
    assert {one["result"] for one in turns(ledger)} <= {"refused", "nothing"}
    assert ledger.call_follow_ups.call_backs() == []


async def test_a_missing_key_silences_nobody(hotline):
    settings = hotline("http://127.0.0.1:1", 'api_key = "env:NO_SUCH_KEY"\n')
    async with serving(settings) as served, platform(served) as twilio:
        call = await twilio.call(Silence(), HangUp())

    assert call.said().startswith("Muster Handel, automatische Ansage.")
    assert "no model is asked" in served.log.getvalue()


async def test_each_call_gets_its_own_answer(hotline):
    async def respond(request):
        await asyncio.sleep(0)
        question = json.loads((await request.json())["messages"][1]["content"])["question"]
        names = ["faq:hours"] if "samstag" in question else []
        return await says(reply({"sentences": names}))(request)

    async with answering(respond) as model, serving(hotline(model.url)) as served:
        texts = [QUESTION, "darf ich meinen hund mitbringen bei ihnen"] * 5
        said = await asyncio.gather(*(heard(served, n, text, "de") for n, text in enumerate(texts)))

    assert [any("Die Filialen" in one for one in each) for each in said] == [True, False] * 5
