"""The states of a call, each reached as a caller reaches it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

import pytest

from broadcast.hotline.call_state import Step, Topic
from broadcast.hotline.caller import Caller, CallerContext
from broadcast.hotline.effects import (
    AskModel,
    BeginHandOver,
    CallerReached,
    EndCall,
    Heard,
    OpenTicket,
    Outcome,
    Rate,
    RequestCallBack,
    RingAgent,
    SendLink,
    StopMessages,
)
from broadcast.hotline.event import Acceptance, ModelAnswer
from broadcast.hotline.snapshot import ExpectedWait, IncidentKind, Mode
from broadcast.model.call_document import Ask, Dial, GoOn, HangUp, Record
from tests.hotline.telephone_call import (
    ANNA,
    BEN,
    CALLER,
    HOTLINE,
    LANDLINE,
    MOBILE,
    NOW,
    OUTAGE,
    PREMIUM,
    TelephoneCall,
    snapshot,
    state_of,
)

_Kind = TypeVar("_Kind")


def begun(caller: Caller = CALLER, **known: Any) -> TelephoneCall:
    return TelephoneCall(snapshot(**known), caller).begin()


def of_kind(call: TelephoneCall, kind: type[_Kind]) -> list[_Kind]:
    return [effect for effect in call.effects if isinstance(effect, kind)]


# The opening


def test_a_caller_hears_who_speaks_what_is_down_and_what_the_keys_do():
    call = begun()

    assert call.words.startswith("Muster Handel, automatische Ansage. For English press star. Gestört seit")
    assert "Mit einem Menschen sprechen: die 0." in call.words


def test_without_any_incident_nothing_is_known_to_be_down():
    assert "Zurzeit ist keine Störung bekannt." in begun(incidents=()).words
    assert "keine Störung bekannt" not in begun().words


@pytest.mark.parametrize("kind", [IncidentKind.ENDED, IncidentKind.RETRACTED, IncidentKind.MAINTENANCE])
def test_what_is_no_outage_is_told_after_that_nothing_is_down(kind: IncidentKind):
    said = begun(incidents=(replace(OUTAGE, kind=kind),)).words

    assert "Zurzeit ist keine Störung bekannt. Gestört seit" in said


def test_an_exercise_is_not_introduced_by_anything_real():
    drill = replace(OUTAGE, drill=True, status={"de": "Übung. Wir testen. Übung."})

    assert "press star. Übung. Wir testen. Übung. Noch einmal" in begun(incidents=(drill,)).words


def test_two_incidents_at_most_are_told():
    others = [replace(OUTAGE, ref=f"INC-{n}", status={"de": f"Meldung {n}."}) for n in (1, 2, 3)]
    said = begun(incidents=tuple(others)).words

    assert "Meldung 1. Außerdem: Meldung 2. Noch einmal" in said


def test_the_time_is_said_if_the_facts_could_not_be_read_again():
    assert "Stand 14 Uhr 5. Gestört" in begun(stale=True).words
    assert "Stand" not in begun().words
    yesterday = snapshot().taken_at - timedelta(days=1)
    assert "Stand Samstag, 15. November, 14 Uhr 5. Gestört" in begun(stale=True, taken_at=yesterday).words


def test_an_overdue_promise_is_said():
    late = replace(OUTAGE, promised=NOW - timedelta(minutes=1))

    assert "Der angekündigte neue Stand steht noch aus." in begun(incidents=(late,)).words
    assert "steht noch aus" not in begun(incidents=(replace(OUTAGE, promised=NOW),)).words


@pytest.mark.parametrize(
    ("caller", "known", "locale"),
    [
        (Caller(number=MOBILE), {}, "de"),
        (Caller(number="+447700900123"), {}, "en"),
        (Caller(number="+33612345678"), {}, "de"),
        (Caller(), {}, "de"),
        (Caller(number=MOBILE, last_locale="en"), {}, "en"),
        (Caller(number=MOBILE, last_locale="en"), {"lines": {HOTLINE: "de"}}, "de"),
        (Caller(number=MOBILE), {"lines": {HOTLINE: "en"}}, "en"),
        (
            Caller(number=MOBILE, context=CallerContext(locale="en-GB")),
            {"lines": {HOTLINE: "de"}},
            "en",
        ),
        (Caller(number=MOBILE, context=CallerContext(locale="fi")), {}, "de"),
    ],
)
def test_the_language_is_the_persons_then_the_numbers_then_the_countrys(caller, known, locale):
    assert begun(caller, **known).last.state.locale == locale


def test_star_changes_the_language_and_tells_the_state_again():
    call = begun()

    assert call.press("*").state.locale == "en"
    assert call.words.startswith("Down since 1:40 pm: chat. To hear this again, press 1.")
    assert call.press("*").state.locale == "de"


def test_a_person_is_greeted_by_name_if_that_is_known():
    call = begun(Caller(number=MOBILE, context=CallerContext(name="Frau Berger")))

    assert call.words.startswith("Guten Tag, Frau Berger. Hier ist Muster Handel, automatische Ansage.")


# Keys of the menu


def test_key_1_repeats_the_state_three_times_then_a_person_is_offered_and_the_call_ends():
    call = begun()
    for _ in range(3):
        assert call.press("1").state.step is Step.REPEAT
        assert "Gestört seit 13 Uhr 40: Chat." in call.words

    assert call.press("1").state.step is Step.GOODBYE
    assert "Mit einem Menschen sprechen: die 0." in call.words
    assert isinstance(call.last.document[-1], HangUp)
    assert isinstance(call.press("0").document[-1], Dial)


def test_key_2_sends_one_sms_after_it_was_confirmed():
    call = begun()
    call.press("2")
    assert "Endziffern 6 7 8" in call.words
    assert not of_kind(call, SendLink)

    call.press("1")

    assert of_kind(call, SendLink) == [SendLink(number=MOBILE, locale="de", refs=("INC-7",))]
    assert call.last.state.step is Step.MENU


def test_key_2_twice_chooses_another_number():
    call = begun()
    call.press("2")
    call.press("2")
    call.press("015187654321#")

    assert [sent.number for sent in of_kind(call, SendLink)] == ["+4915187654321"]


@pytest.mark.parametrize(
    "caller", [Caller(), Caller(number=LANDLINE, line="landline"), Caller(number=PREMIUM)]
)
def test_who_cannot_get_an_sms_is_asked_for_a_mobile_number(caller: Caller):
    call = begun(caller)

    assert call.press("2").state.step is Step.LINK_NUMBER
    ask = call.last.document[0]
    assert isinstance(ask, Ask)
    assert ask.digits == 0
    call.press("015112345678")
    assert [sent.number for sent in of_kind(call, SendLink)] == ["+4915112345678"]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("123", "Diese Nummer konnte ich nicht lesen."),
        ("03023125001", "Diese Nummer kann keine SMS empfangen."),
        ("09001123456", "An diese Nummer senden wir keine SMS."),
        ("008816123456789", "An diese Nummer senden wir keine SMS."),
        ("9" * 19, "Diese Nummer konnte ich nicht lesen."),
    ],
)
def test_a_number_that_gets_no_sms_is_asked_for_once_more(typed: str, words: str):
    call = begun(Caller())
    call.press("2")

    assert call.press(typed).state.step is Step.LINK_NUMBER
    assert call.words.startswith(words)
    assert call.press(typed).state.step is Step.MENU
    assert not of_kind(call, SendLink)


def test_a_foreign_number_is_typed_with_two_zeros():
    call = begun(Caller())
    call.press("2")
    call.press("00447700900123")

    assert [sent.number for sent in of_kind(call, SendLink)] == ["+447700900123"]


def test_a_number_gets_three_sms_a_day_at_most():
    call = begun(replace(CALLER, links=3))
    assert call.press("2").state.step is Step.MENU
    assert "Heute senden wir keine weitere." in call.words

    typing = begun(Caller())
    typing.press("2")
    typing.event = {"links_to_typed": 3}
    typing.press("015112345678")
    assert not of_kind(typing, SendLink)


def test_without_a_channel_for_sms_none_is_offered():
    call = begun(sms=False)
    assert "die 2" not in call.words

    call.press("2")
    assert call.words.startswith("SMS können wir zurzeit nicht senden.")


def test_key_3_promises_a_call_back_after_it_was_confirmed():
    call = begun()
    call.press("3")
    assert "unter 0 1, 5 1, 1, 2 3, 4 5, 6 7, 8. Einverstanden: die 1." in call.words

    call.press("1")

    assert of_kind(call, RequestCallBack) == [RequestCallBack(number=MOBILE, locale="de", topic=Topic.NONE)]
    assert of_kind(call, EndCall) == [EndCall(outcome=Outcome.CALL_BACK)]


def test_another_number_for_the_call_back_is_read_back_and_can_be_corrected():
    call = begun()
    call.press("3")
    call.press("2")
    call.press("03023125001")
    assert "0 3 0" in call.words

    call.press("2")
    call.press("03023125002")

    assert [asked.number for asked in of_kind(call, RequestCallBack)] == ["+493023125001", "+493023125002"]


def test_a_premium_number_is_not_called_back():
    call = begun(Caller(number=PREMIUM))
    assert call.press("3").state.step is Step.CALL_BACK_NUMBER

    call.press("09001123456")
    assert call.words.startswith("Diese Nummer können wir nicht anrufen.")
    assert isinstance(call.press("0900123456").document[-1], Record)
    assert not of_kind(call, RequestCallBack)


def test_who_does_not_answer_the_offer_of_a_call_back_can_leave_a_message():
    call = begun()

    assert isinstance(call.press("3").document[-1], Record)


def test_key_9_stops_messages_after_it_was_confirmed():
    call = begun()
    call.press("9")
    assert not of_kind(call, StopMessages)
    call.press("1")

    assert of_kind(call, StopMessages) == [StopMessages(number=MOBILE)]


def test_messages_to_a_withheld_number_cannot_be_stopped():
    call = begun(Caller())

    assert call.press("9").state.step is Step.MENU
    assert "unterdrückt" in call.words


@pytest.mark.parametrize("asked", ["2", "9"])
@pytest.mark.parametrize("answer", ["7", ""])
def test_what_was_not_confirmed_is_not_done(asked: str, answer: str):
    call = begun()
    call.press(asked)
    call.press(answer)

    assert call.last.state.step is Step.MENU
    assert not of_kind(call, SendLink) + of_kind(call, StopMessages)


# Silence and misunderstandings


def test_after_two_silences_a_person_is_rung():
    call = begun()

    assert call.stay_silent().state.step is Step.NUDGE
    assert isinstance(call.stay_silent().document[-1], Dial)
    assert of_kind(call, BeginHandOver) == [BeginHandOver(topic=Topic.SILENT)]


@pytest.mark.parametrize("key", ["5", "#", "7"])
def test_after_two_keys_without_a_meaning_a_person_is_rung(key: str):
    call = begun()

    assert call.press(key).state.step is Step.UNCLEAR
    assert isinstance(call.press(key).document[-1], Dial)
    assert of_kind(call, BeginHandOver) == [BeginHandOver(topic=Topic.UNCLEAR)]


def test_an_understood_key_forgets_the_misunderstanding_before():
    call = begun()
    call.press("7")
    call.press("1")

    assert call.press("7").state.step is Step.UNCLEAR


def test_speech_is_recorded_as_it_was_understood_and_cut():
    call = begun()
    call.say("nochmal bitte " + "x" * 100_000)
    heard = of_kind(call, Heard)[0]

    assert heard.intent == "repeat"
    assert len(heard.said) == 600


def test_a_typed_number_is_not_in_the_record_of_the_input():
    call = begun(Caller())
    call.press("2")
    call.press("015112345678")

    assert of_kind(call, Heard)[-1].pressed == ""


# Questions


def test_a_question_is_answered_with_our_own_sentences():
    call = begun(ai=True)
    call.say("kann ich noch etwas bestellen")
    assert isinstance(call.last.document[-1], GoOn)
    assert of_kind(call, AskModel) == [AskModel(question="kann ich noch etwas bestellen", locale="de")]

    call.event = {"answer": ModelAnswer(sentences=("INC-7/1", "INC-99/1"))}
    call.request()

    assert call.last.state.step is Step.REPLY
    assert call.words.startswith("Bestellen geht. Noch einmal")


@pytest.mark.parametrize("answer", [None, ModelAnswer(), ModelAnswer(sentences=("INC-99/1",))])
def test_a_second_question_without_an_answer_leads_to_a_person(answer: ModelAnswer | None):
    call = begun(ai=True)
    call.event = {"answer": answer}
    call.say("kann ich noch etwas bestellen")
    call.request()
    assert call.words.startswith("Dazu habe ich keine Information.")

    call.say("und wann geht das wieder")
    call.request()

    assert isinstance(call.last.document[-1], Dial)
    assert of_kind(call, BeginHandOver) == [BeginHandOver(topic=Topic.QUESTION)]


def test_without_a_model_none_is_asked():
    call = begun()

    assert call.say("kann ich noch etwas bestellen").state.step is Step.REPLY
    assert not of_kind(call, AskModel)


def test_a_question_about_overdue_facts_goes_to_a_person():
    call = begun(ai=True, incidents=(replace(OUTAGE, promised=NOW - timedelta(minutes=1)),))
    call.say("wann geht der Chat wieder")

    assert of_kind(call, BeginHandOver) == [BeginHandOver(topic=Topic.OUTDATED)]


def test_a_sentence_of_the_faq_is_an_answer():
    call = begun(ai=True, faq={"faq-1": {"de": "Wir liefern am Montag."}})
    call.say("wann liefern Sie denn")
    call.event = {"answer": ModelAnswer(sentences=("faq-1",))}

    assert call.request().state.step is Step.REPLY
    assert call.words.startswith("Wir liefern am Montag.")


# Who gets a person at once


def test_in_danger_the_emergency_number_comes_first():
    call = begun()
    call.say("Hilfe, hier brennt es, Feuer")

    assert call.words.startswith("Bei Gefahr legen Sie bitte auf und wählen 1 1 2.")
    assert isinstance(call.last.document[-1], Dial)
    assert of_kind(call, BeginHandOver) == [BeginHandOver(topic=Topic.EMERGENCY)]


@pytest.mark.parametrize(
    ("words", "topic"),
    [
        ("ich will mit einem Menschen sprechen", Topic.ASKED),
        ("das ist eine Frechheit", Topic.FRUSTRATED),
        ("schon wieder immer noch", Topic.FRUSTRATED),
    ],
)
def test_words_that_need_a_person_get_one(words: str, topic: Topic):
    call = begun()
    call.say(words)

    assert of_kind(call, BeginHandOver) == [BeginHandOver(topic=topic)]


@pytest.mark.parametrize(
    ("caller", "topic"),
    [
        (replace(CALLER, calls=3), Topic.REPEATED),
        (replace(CALLER, context=CallerContext(vip=True)), Topic.VIP),
    ],
)
def test_the_third_call_and_important_people_get_a_person_after_the_state(caller: Caller, topic: Topic):
    call = begun(caller)

    assert "Gestört seit 13 Uhr 40: Chat. Ich verbinde Sie" in call.words
    assert isinstance(call.last.document[-1], Dial)
    assert of_kind(call, BeginHandOver) == [BeginHandOver(topic=topic)]
    assert begun(caller, agents=()).last.state.step is Step.ANSWER


def test_an_important_person_is_rung_for_although_it_is_crowded():
    vip = replace(CALLER, context=CallerContext(vip=True))

    assert isinstance(begun(vip, overloaded=True).last.document[-1], Dial)
    assert begun(replace(CALLER, calls=3), overloaded=True).last.state.step is Step.CALL_BACK


# Ringing


def test_agents_are_rung_one_after_the_other_then_a_call_back_or_a_message():
    call = begun()
    first, second = call.press("0").document[-1], call.request().document[-1]
    last = call.request()

    assert isinstance(first, Dial)
    assert isinstance(second, Dial)
    assert [first.number, second.number] == [ANNA.number, BEN.number]
    assert [rung.agent for rung in of_kind(call, RingAgent)] == ["a-1", "a-2"]
    assert last.state.step is Step.CALL_BACK
    assert isinstance(last.document[-1], Record)
    call.press("1")
    assert of_kind(call, RequestCallBack)[0].topic is Topic.ASKED


@pytest.mark.parametrize(
    ("limit", "seconds"),
    [
        ({}, [15] * 5),
        ({"most_agents": 3}, [15] * 3),
        ({"give_up_seconds": 40}, [15, 15, 10]),
        ({"give_up_seconds": 0}, []),
    ],
)
def test_ringing_is_limited_in_people_and_in_time(limit: dict[str, Any], seconds: list[int]):
    agents = tuple(replace(ANNA, id=f"a-{n}", number=f"+491511111111{n}") for n in range(9))
    call = begun(agents=agents, **limit)
    call.press("0")
    rung = []
    while isinstance(dial := call.last.document[-1], Dial):
        rung.append(dial.seconds)
        call.request()

    assert rung == seconds


def test_an_agent_who_speaks_the_language_is_rung_and_none_who_is_busy():
    english, german = replace(ANNA, languages=("en",)), replace(BEN, languages=("de", "en"))

    assert of_kind(_human(agents=(english, german)), RingAgent) == [RingAgent(agent="a-2")]
    assert of_kind(_human(agents=(english,)), RingAgent) == [RingAgent(agent="a-1")]
    assert of_kind(_human(agents=(replace(ANNA, busy=True), BEN)), RingAgent) == [RingAgent(agent="a-2")]
    assert _human(agents=(replace(ANNA, busy=True),)).last.state.step is Step.CALL_BACK


def test_an_agent_who_came_on_duty_meanwhile_is_rung_and_nobody_twice():
    call = _human()
    call.snapshot = snapshot(agents=(replace(ANNA, id="a-9"), ANNA))
    call.request()
    call.request()

    assert [rung.agent for rung in of_kind(call, RingAgent)] == ["a-1", "a-9"]


def _human(**known: Any) -> TelephoneCall:
    call = begun(**known)
    call.press("0")
    return call


def test_a_known_wait_is_said_with_the_offer_of_a_call_back_before_the_first_ring():
    call = _human(waiting=ExpectedWait(least=2, most=5))
    assert "etwa 2 bis 5 Minuten" in call.words
    assert isinstance(call.last.document[-1], Dial)

    assert call.press("3").state.step is Step.CALL_BACK
    assert "eine Minute" in _human(waiting=ExpectedWait(least=1, most=1)).words
    assert "Wartezeit" not in _human().words


def test_who_wants_to_wait_is_not_offered_the_call_back_again():
    call = _human(waiting=ExpectedWait(least=2, most=5))
    call.press("0")

    assert call.words == "Ich verbinde Sie mit einem Menschen."
    assert isinstance(call.last.document[-1], Dial)


@pytest.mark.parametrize("acceptance", list(Acceptance))
def test_only_our_own_row_tells_whether_somebody_accepted(acceptance: Acceptance):
    call = _human()
    call.event = {"acceptance": acceptance}

    after = call.request()

    assert (after.state.step is Step.RING) == (acceptance is Acceptance.OPEN)
    assert (after.state.step is Step.AFTER) == (acceptance is not Acceptance.OPEN)


@pytest.mark.parametrize(
    ("known", "step"),
    [
        ({"agents": ()}, Step.VOICEMAIL),
        ({"mode": Mode.VOICEMAIL}, Step.VOICEMAIL),
        ({"mode": Mode.CALL_BACK}, Step.CALL_BACK),
        ({"overloaded": True}, Step.CALL_BACK),
        ({}, Step.RING),
    ],
)
def test_modes_choose_between_ringing_a_call_back_and_a_message(known: dict[str, Any], step: Step):
    assert _human(**known).last.state.step is step


def test_who_wants_no_call_back_can_leave_a_message():
    call = _human(mode=Mode.CALL_BACK)

    assert call.press("0").state.step is Step.VOICEMAIL


# Messages


def test_a_message_becomes_a_ticket_and_the_call_ends():
    call = _human(agents=())
    call.request(recording="https://api.example/RE1", recorded_seconds=9)

    assert of_kind(call, OpenTicket) == [
        OpenTicket(recording="https://api.example/RE1", seconds=9, locale="de", topic=Topic.ASKED)
    ]
    assert isinstance(call.last.document[-1], HangUp)


def test_a_silent_recording_is_asked_for_once_more():
    call = _human(agents=())
    call.request(recording="https://api.example/RE1", recorded_seconds=0)
    assert isinstance(call.last.document[-1], Record)

    call.request()

    assert isinstance(call.last.document[-1], HangUp)
    assert not of_kind(call, OpenTicket)


def test_the_report_of_a_recording_opens_the_ticket_even_after_the_caller_left():
    call = _human(agents=())
    record = call.last.document[-1]
    assert isinstance(record, Record)
    call.path = record.recorded
    call.request(recording="https://api.example/RE1", recorded_seconds=9)

    assert len(of_kind(call, OpenTicket)) == 1
    assert call.last.document == ()


# The legs of agents


def whisper(**event: object) -> TelephoneCall:
    dial = _human().last.document[-1]
    assert isinstance(dial, Dial)
    leg = TelephoneCall(path=dial.whisper, event={"waited": 130, "agent": "a-1", **event})
    leg.request()
    return leg


def test_an_agent_hears_in_a_sentence_what_it_is_about_and_presses_1():
    leg = whisper()
    assert leg.words == "Vorgang 7: möchte reden, seit 2 Minuten. Annehmen: 1."
    assert state_of("/voice/whisper/0?c=CA1").call == "CA1"

    assert leg.press("1").document == ()
    assert [effect.kind for effect in leg.effects] == ["accept"]


def test_a_mailbox_is_hung_up_on():
    assert isinstance(whisper().last.document[-1], HangUp)


def test_a_wrong_key_is_asked_once_more_then_the_leg_ends():
    leg = whisper()
    leg.press("5")
    assert "Annehmen: 1." in leg.words

    assert leg.press("5").document == (HangUp(),)
    assert not leg.effects


@pytest.mark.parametrize(
    ("acceptance", "words"),
    [(Acceptance.LEFT, "Der Anrufer hat aufgelegt."), (Acceptance.TAKEN, "hat schon jemand angenommen.")],
)
def test_an_agent_who_comes_too_late_is_told_so(acceptance: Acceptance, words: str):
    assert words in whisper(acceptance=acceptance).words
    late = whisper()
    late.event["acceptance"] = acceptance
    late.press("1")
    assert words in late.words
    assert not late.effects


def test_a_call_back_rings_the_customer_after_the_agent_and_both_press_1():
    agent = TelephoneCall(path="/voice/take/0?l=de&t=asked&c=CA1", event={"agent": "a-1"})
    agent.request()
    assert agent.words == "Rückruf: möchte reden, gerade eben. Annehmen: 1."
    dial = agent.press("1").document[-1]
    assert isinstance(dial, Dial)
    assert dial.number == MOBILE

    customer = TelephoneCall(path=dial.whisper)
    customer.request()
    assert customer.words.startswith("Hier ist Muster Handel mit Ihrem Rückruf.")
    assert isinstance(customer.last.document[-1], HangUp)
    assert customer.press("1").effects == (CallerReached(),)

    agent.event["acceptance"] = Acceptance.MINE
    assert agent.request().effects == (EndCall(outcome=Outcome.HUMAN),)


def test_a_customer_who_does_not_answer_stays_owed_a_call():
    agent = TelephoneCall(path="/voice/returned/3?l=de&c=CA1")

    assert agent.request().effects == (EndCall(outcome=Outcome.UNREACHED),)


# The end


@pytest.mark.parametrize("rating", ["1", "5"])
def test_a_call_can_be_rated(rating: str):
    call = begun()
    call.say("danke das war alles")
    call.press(rating)

    assert of_kind(call, Rate) == [Rate(rating=int(rating))]
    assert isinstance(call.last.document[-1], HangUp)


@pytest.mark.parametrize("rating", ["6", "9", "#"])
def test_what_is_no_rating_is_none(rating: str):
    call = begun()
    call.say("danke das war alles")
    call.press(rating)

    assert not of_kind(call, Rate)


def test_the_report_that_a_caller_hung_up_says_nothing():
    call = begun()
    call.request(ended=True)

    assert call.last.document == ()
    assert call.last.effects == (EndCall(outcome=Outcome.HUNG_UP),)


# Lost memory and odd paths


@pytest.mark.parametrize(
    "path",
    [
        "/voice/unheard-of/4?l=xx&r=-1&w=abc&t=nonsense",
        "/voice/answer/99999999999999999999?l=de",
        "/voice/menu/3",
        "/voice/reply/x?k=1e9&s=%00",
    ],
)
def test_a_call_whose_memory_was_lost_goes_on_from_its_path(path: str):
    call = TelephoneCall(path=path)

    assert call.request().state.step in {Step.NUDGE, Step.GOODBYE}
    assert call.press("0").document[-1].__class__ is Dial


def test_a_repeated_request_has_the_same_answer():
    call, again = begun(), begun()
    call.press("2")
    again.press("2")

    assert call.press("1") == again.press("1")
