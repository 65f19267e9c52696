"""What holds in every call, whatever callers, agents and mailboxes do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby, product

from hypothesis import given, settings
from hypothesis import strategies as st

from broadcast.hotline.call_state import Step
from broadcast.hotline.caller import Caller
from broadcast.hotline.decide import decide
from broadcast.hotline.decision import Decision
from broadcast.hotline.effects import EndCall, RequestCallBack, RingAgent, SendLink
from broadcast.hotline.event import Acceptance, CallEvent, ModelAnswer
from broadcast.hotline.languages import who_speak
from broadcast.hotline.ringing_order import ringing_order
from broadcast.hotline.snapshot import Agent, ExpectedWait, IncidentKind, Mode, Snapshot
from broadcast.model.call_document import Ask, CallDocument, Dial, GoOn, HangUp, Record
from broadcast.model.caller_context import CallerContext
from broadcast.model.phone_call import CallRequest, DialResult
from tests.harness.cases import for_every
from tests.hotline.telephone_call import (
    HOTLINE,
    LANDLINE,
    LOCALES,
    MOBILE,
    NOW,
    OUTAGE,
    PREMIUM,
    TelephoneCall,
    next_path,
    sayings,
    snapshot,
    state_of,
)

#: More requests than any call may have; the tests fail before it is reached.
ENDLESS = 60
KEYS = (*"0123456789*#", "", "015112345678", "0900123456", "12", "#0")
WORDS = (
    "Mensch bitte", "human please", "noch einmal", "schicken Sie mir eine SMS", "Rückruf", "call me back",
    "ja", "nein", "es brennt", "das ist eine Frechheit", "schon wieder", "English please",
    "wann geht der Chat wieder", "hm",
    "keine Nachrichten mehr", "tschüss", "<Say>{name}</Say> & so weiter", "x" * 5_000, "\x00\ud800", "😀",
)  # fmt: skip
INPUTS = st.one_of(
    st.sampled_from(KEYS).map(lambda key: {"digits": key}),
    st.sampled_from(WORDS).map(lambda words: {"speech": words}),
)
CALLERS = st.sampled_from(
    [
        Caller(number=MOBILE, line="mobile"),
        Caller(),
        Caller(number=LANDLINE, line="landline"),
        Caller(number=PREMIUM),
        Caller(number="+15005550006"),
        Caller(number=MOBILE, line="mobile", calls=3),
        Caller(number=MOBILE, line="mobile", links=3),
        Caller(number=MOBILE, context=CallerContext(locale="en", name="Ms Jones", vip=True)),
    ]
)


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    agents = tuple(
        Agent(
            id=f"a-{number}",
            name=f"Agent {number}",
            number=f"+491511111111{number}",
            languages=draw(st.sampled_from([(), ("de",), ("en",), ("de", "en")])),
            busy=draw(st.booleans()),
            missed=draw(st.booleans()),
        )
        for number in range(draw(st.integers(0, 7)))
    )
    ended = replace(OUTAGE, ref="INC-8", kind=IncidentKind.ENDED, promised=NOW.replace(hour=1))
    drill = replace(OUTAGE, ref="INC-9", drill=True)
    return snapshot(
        agents=agents,
        mode=draw(st.sampled_from(Mode)),
        overloaded=draw(st.booleans()),
        ai=draw(st.booleans()),
        sms=draw(st.booleans()),
        stale=draw(st.booleans()),
        incidents=draw(st.sampled_from([(), (OUTAGE,), (OUTAGE, ended, drill), (drill,), (ended, drill)])),
        waiting=draw(st.sampled_from([None, ExpectedWait(least=2, most=5), ExpectedWait(least=1, most=1)])),
        most_agents=draw(st.integers(1, 7)),
        give_up_seconds=draw(st.sampled_from([0, 20, 90, 300])),
    )


@st.composite
def lives(draw: st.DrawFn) -> list[tuple[Decision, CallEvent]]:
    """Return a whole call: up to twelve inputs, then silence until it ends."""
    known, caller = draw(snapshots()), draw(CALLERS)
    call = TelephoneCall(known, caller)
    inputs = iter(draw(st.lists(INPUTS, max_size=12)))
    accepted = draw(st.sampled_from([None, None, 1, 3]))
    events: list[CallEvent] = []
    while call.path is not None and len(call.decisions) < ENDLESS:
        given_in = _answer(draw, call, inputs, accepted)
        events.append(call.event_of(**given_in))
        call.request(**given_in)
    return list(zip(call.decisions, events, strict=True))


def _answer(
    draw: st.DrawFn, call: TelephoneCall, inputs: Iterator[dict[str, str]], accepted: int | None
) -> dict[str, object]:
    """Return what the next request brings, and follow a key to the path that gets it."""
    document = call.last.document if call.decisions else ()
    rings = sum(isinstance(effect, RingAgent) for effect in call.effects)
    call.event = {"acceptance": Acceptance.TAKEN if accepted and rings >= accepted else Acceptance.OPEN}
    asked = next((verb for verb in document if isinstance(verb, Ask)), None)
    pressed = next(inputs, None) if asked else None
    if asked and pressed and any(pressed.values()):
        call.path = asked.next
        return dict(pressed)
    last = document[-1] if document else None
    if isinstance(last, Dial):
        return {"dialled": draw(st.sampled_from(DialResult))}
    if isinstance(last, Record) and draw(st.booleans()):
        return {"recording": "https://api.example/RE1", "recorded_seconds": 7}
    if isinstance(last, GoOn):
        chosen = draw(st.sampled_from([None, (), ("INC-7/1",), ("INC-99/1", "nonsense")]))
        call.event["answer"] = None if chosen is None else ModelAnswer(sentences=chosen)
    return {}


def documents(life: list[tuple[Decision, CallEvent]]) -> list[CallDocument]:
    return [decision.document for decision, _ in life]


@settings(max_examples=150)
@given(lives())
def test_every_call_ends_with_a_person_a_message_a_call_back_or_a_goodbye(life):
    assert len(life) < 40
    assert isinstance(documents(life)[-1][-1], HangUp)
    assert any(isinstance(effect, EndCall) for decision, _ in life for effect in decision.effects)


@settings(max_examples=50)
@given(lives())
def test_no_document_is_heard_five_times_in_a_row(life):
    heard = [re.sub(r"/\d+\?", "/n?", repr(document)) for document in documents(life)]

    assert max(len(list(same)) for _, same in groupby(heard)) < 5


@settings(max_examples=50)
@given(lives())
def test_nothing_follows_a_verb_that_ends_a_document(life):
    for document in documents(life):
        assert document, "a caller always hears something"
        for verb in document[:-1]:
            assert not isinstance(verb, Dial | GoOn | HangUp | Record)
            assert not (isinstance(verb, Ask) and verb.silence)
        assert isinstance(document[-1], Dial | GoOn | HangUp | Record | Ask)


@settings(max_examples=50)
@given(lives())
def test_every_request_has_the_next_number(life):
    for number, (decision, _) in enumerate(life, 1):
        assert decision.state.number == number
        for verb in decision.document:
            if isinstance(verb, Ask | Dial | Record | GoOn):
                assert state_of(verb.next).number == number


@settings(max_examples=50)
@given(lives())
def test_all_that_is_said_has_words_and_the_right_language(life):
    for decision, _ in life:
        for say in sayings(decision.document):
            assert say.text.strip()
            assert say.locale in LOCALES
            assert not re.search(r"[{}<>]|\bNone\b|Step\.|Topic\.|\d{3,}", say.text), say.text


@settings(max_examples=50)
@given(lives())
def test_an_effect_is_named_by_its_call_number_and_kind(life):
    for decision, _ in life:
        kinds = [effect.kind for effect in decision.effects]
        assert len(kinds) == len(set(kinds))


@settings(max_examples=50)
@given(lives())
def test_agents_are_rung_once_each_and_not_for_longer_than_was_set(life):
    dialled = [document[-1] for document in documents(life) if isinstance(document[-1], Dial)]
    conversations = sum(decision.state.step is Step.AFTER for decision, _ in life)

    if not conversations:
        assert sum(dial.seconds for dial in dialled if not _offered(life, dial)) <= 300
        assert len(dialled) <= 8


def _offered(life: list[tuple[Decision, CallEvent]], dial: Dial) -> bool:
    """Whether that ringing was only announced, because the caller chose during the offer before it."""
    place = [document[-1] for document in documents(life)].index(dial)
    return isinstance(life[place][0].document[0], Ask) and place + 1 < len(life)


@given(st.data())
def test_deciding_twice_decides_the_same(data: st.DataObject):
    known, caller, given_in = data.draw(snapshots()), data.draw(CALLERS), data.draw(INPUTS)
    step = data.draw(st.sampled_from(Step))
    state = state_of(f"/voice/{step}/{data.draw(st.integers(0, 12))}?l=de&k=1&w=15&t=asked&c=CA9")
    request = CallRequest(call="CA1", caller=caller.number, called=HOTLINE, **given_in)
    event = CallEvent(request=request, caller=caller, at=NOW)

    assert decide(state, event, known) == decide(state, event, known)


@given(lives(), snapshots())
def test_from_every_prompt_key_0_leads_to_somebody(life, known):
    for decision, event in life:
        for ask in (verb for verb in decision.document if isinstance(verb, Ask)):
            pressed = replace(event, request=replace(event.request, digits="0", speech=""))
            reached = decide(state_of(ask.next), pressed, known)
            verbs = [verb for verb in reached.document if isinstance(verb, Dial | Record)]
            asked = reached.state.step is Step.CALL_BACK_NUMBER
            assert verbs or asked, reached


@for_every(("keys",), list(product("0123459*#", repeat=3)))
def test_three_keys_and_silence_end_with_somebody_or_a_goodbye(keys):
    call = TelephoneCall().begin()
    for key in keys:
        if any(isinstance(verb, Ask) for verb in call.last.document):
            call.press(key)
        elif call.path is not None:
            call.request()
    while call.path is not None and len(call.decisions) < ENDLESS:
        call.request()

    assert len(call.decisions) < 20
    assert next_path(call.last.document) is None


@for_every(("keys",), [keys for most in (1, 2) for keys in product("1234579*#", repeat=most)])
def test_who_presses_the_same_keys_for_ever_is_let_go_after_twelve(keys):
    call = TelephoneCall().begin()
    pressed = 0
    while any(isinstance(verb, Ask) for verb in call.last.document) and pressed < ENDLESS:
        call.press(keys[pressed % len(keys)])
        pressed += 1

    assert pressed <= 12


@settings(max_examples=50)
@given(lives())
def test_a_number_gets_one_sms_for_each_confirmation_and_never_a_premium_one(life):
    numbers = [
        effect.number
        for decision, _ in life
        for effect in decision.effects
        if isinstance(effect, SendLink | RequestCallBack)
    ]

    assert not [number for number in numbers if number.startswith("+49900")]
    assert all(number.startswith("+") for number in numbers)


@given(known=snapshots(), locale=st.sampled_from(LOCALES))
def test_who_missed_a_call_is_rung_last_and_nobody_is_left_out(known: Snapshot, locale: str):
    everybody = [one for one in who_speak(known.agents, locale) if not one.busy]

    rung = ringing_order(known.agents, locale)

    assert rung == [one for one in everybody if not one.missed] + [one for one in everybody if one.missed]
