"""The walk through all keys finds what is wrong in hand-written menus, and nothing in a good one."""

from __future__ import annotations

import pytest

from tests.harness.conftest import ENTRY
from tests.harness.telephone import agent
from tests.harness.telephone.explorer import KEYS, explore

PERSON = '<Dial action="/voice/after/9">+4915112340001</Dial>'
VOICEMAIL = "<Record action='/voice/after/9'/><Say language='de-DE'>Nichts gehört.</Say><Hangup/>"
BYE = "<Say language='de-DE'>Auf Wiederhören.</Say><Hangup/>"


def menu(then: str = BYE, prompt: str = "Drücken Sie eine Taste.", action: str = "/voice/chosen/1") -> str:
    attributes = f'action="{action}" numDigits="1" finishOnKey="" actionOnEmptyResult="true"'
    return f'<Gather {attributes}><Say language="de-DE">{prompt}</Say></Gather>{then}'


@pytest.fixture
def pages(served):
    """A menu in which everything is right: 0 is a person, 1 hears it again, anything else is the end."""

    def chosen(form):
        match form["Digits"]:
            case "0":
                return PERSON
            case "1":
                return menu(prompt="Noch einmal.", action="/voice/again/2")
            case _:
                return BYE

    served.pages |= {
        ENTRY: menu(),
        "/voice/chosen/1": chosen,
        "/voice/again/2": lambda form: PERSON if form["Digits"] == "0" else BYE,
        "/voice/after/9": BYE,
    }
    return served.pages


async def walked(served, depth: int = 3, **options):
    async with served.platform(phones={"+4915112340001": agent()}, most_documents=30) as platform:
        return await explore(platform, depth, **options)


def kinds(found):
    return {one.kind for one in found.findings}


async def test_a_good_menu_has_no_findings(served, pages):
    found = await walked(served)

    assert found.findings == [], str(found)
    assert len(found.prompts) == 2
    assert found.calls == 1 + 13 + 13 + 14


async def test_sequences_are_as_many_as_there_are_without_merging(served, pages):
    pages["/voice/chosen/1"] = lambda form: PERSON if form["Digits"] == "0" else menu()

    found = await walked(served, depth=2, keys=("0", "1", ""), merge=False, repeats=0)

    assert found.calls == 1 + 3 + 2 * 3


async def test_a_key_without_a_person_is_found_with_the_way_there(served, pages):
    pages["/voice/again/2"] = BYE

    found = await walked(served)

    assert kinds(found) == {"no person"}
    assert found.findings[0].inputs == ("1", "0")


async def test_a_voicemail_is_as_good_as_a_person(served, pages):
    pages["/voice/again/2"] = lambda form: VOICEMAIL if form["Digits"] == "0" else BYE

    assert (await walked(served)).findings == []


async def test_one_offer_may_come_before_the_person_and_no_more(served, pages):
    offer = menu("", "Taste 1 für einen Rückruf.", "/voice/offer/3")
    pages["/voice/again/2"] = lambda form: offer if form["Digits"] == "0" else BYE
    pages["/voice/offer/3"] = lambda form: PERSON if form["Digits"] in {"", "0"} else BYE
    assert (await walked(served)).findings == []

    assert kinds(await walked(served, most_offers=0)) == {"no person"}


async def test_a_call_that_ends_without_a_word_is_a_dead_end(served, pages):
    pages["/voice/chosen/1"] = lambda form: PERSON if form["Digits"] == "0" else "<Hangup/>"

    found = await walked(served)

    assert [(one.kind, one.detail) for one in found.findings] == [
        ("dead end", "the call ends without a word")
    ]


async def test_a_silent_caller_who_falls_off_the_end_is_found(served, pages):
    pages[ENTRY] = menu(then="").replace(' actionOnEmptyResult="true"', "")

    assert [str(one) for one in (await walked(served)).findings] == [
        "dead end after the greeting: the call ends without a word"
    ]


async def test_an_error_in_one_branch_is_a_dead_end(served, pages):
    pages["/voice/chosen/1"] = lambda form: {"0": PERSON, "7": "<Say>a & b</Say>"}.get(form["Digits"], BYE)

    found = await walked(served)

    assert kinds(found) == {"invalid TwiML", "dead end"}
    assert {one.inputs for one in found.findings} == {("7",)}


async def test_invalid_twiml_is_found_once(served, pages):
    pages[ENTRY] = menu().replace("<Gather ", '<Gather tone="kind" ')

    found = await walked(served)

    assert [str(one) for one in found.findings] == [
        "invalid TwiML after the greeting: 12200 Response/Gather[1]: Gather has no attribute tone"
    ]


async def test_the_same_document_five_times_running_is_found(served, pages):
    pages["/voice/chosen/1"] = lambda form: {"0": PERSON, "4": menu()}.get(form["Digits"], BYE)

    found = await walked(served, depth=2)

    assert kinds(found) == {"repeated"}
    assert found.findings[0].inputs == ("4",) * 12


async def test_a_menu_that_silence_repeats_for_ever_is_endless(served, pages):
    pages["/voice/chosen/1"] = lambda form: PERSON if form["Digits"] == "0" else menu()

    found = await walked(served, depth=1, keys=("0", ""))

    assert kinds(found) == {"repeated", "dead end"}


async def test_step_numbers_make_no_difference_and_other_words_do(served, pages):
    def counted(form):
        return PERSON if form["Digits"] == "0" else menu(action=f"/voice/chosen/{len(served.requests)}")

    for number in range(500):
        pages[f"/voice/chosen/{number}"] = counted

    found = await walked(served, depth=2, keys=("0", "5"), repeats=0)

    assert len(found.prompts) == 1


async def test_every_key_is_tried():
    assert len(KEYS) == 13
