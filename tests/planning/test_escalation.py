"""Kind: somebody is woken after an answer, or no one is although no answer came."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from broadcast.model.channel import Capabilities, ChannelKind
from broadcast.model.contact import AddressKind, Contact
from broadcast.model.delivery import DeliveryState
from broadcast.model.escalation import (
    Escalation,
    EscalationOutcome,
    EscalationPolicy,
    EscalationStep,
    Page,
)
from broadcast.model.question import CONFIRM, DECLINE, FORWARD
from broadcast.planning.escalation import Climb, End, FailOver, Wait, decide, pages_at
from broadcast.planning.escalation_plan import Paging, StepRoster, simulate
from broadcast.planning.planned_channel import PlannedChannel

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ANNA = Contact(id="anna", phone="+4915112345678", email="anna@muster.example", locale="de")
BEN = Contact(id="ben", phone="+4915112345679", locale="en")
CLEO = Contact(id="cleo", phone="+4915112345670")
DUTY = EscalationStep(to=("oncall:support",), channels=("sms", "call"), wait=4 * MINUTE)
CHIEFS = EscalationStep(to=("audience:chiefs",), channels=("call",), wait=10 * MINUTE)
POLICY = EscalationPolicy(name="duty", steps=(DUTY, CHIEFS), repeat=2)


def channel(name: str, kind: ChannelKind, address: AddressKind) -> PlannedChannel:
    capabilities = Capabilities(kind=kind, address=address)
    return PlannedChannel(
        name=name, adapter=name, capabilities=capabilities, fate=(), optional=False, price=0
    )


CHANNELS = {
    "sms": channel("sms", ChannelKind.SMS, AddressKind.PHONE),
    "call": channel("call", ChannelKind.VOICE, AddressKind.PHONE),
    "mail": channel("mail", ChannelKind.EMAIL, AddressKind.EMAIL),
}
LOCALES = ("de", "en")


def page(
    person: Contact,
    place: int,
    state: DeliveryState = DeliveryState.ACCEPTED,
    audience: str = "oncall:support",
) -> Page:
    return Page(
        audience=audience,
        person=person,
        place=place,
        channel=POLICY.channel_at(place),
        state=state,
        at=NOON,
    )


def escalation(*pages: Page, place: int = 0, policy: EscalationPolicy = POLICY, **answers: str) -> Escalation:
    begun = Escalation.begin(policy, NOON)
    given = {("oncall:support", who): answer for who, answer in answers.items()}
    return replace(begun, place=place, pages=pages, answers=given)


def test_each_channel_of_a_step_has_an_equal_part_of_its_wait():
    asked = escalation(page(ANNA, 0))

    assert decide(asked, NOON + 2 * MINUTE - timedelta(seconds=1)) == Wait(NOON + 2 * MINUTE)
    assert decide(asked, NOON + 2 * MINUTE) == Climb(1, "no answer")


def test_the_round_is_repeated_and_then_it_is_over():
    last = len(POLICY.positions) - 1

    assert decide(escalation(page(ANNA, 0), page(CLEO, 2), place=2), NOON + 10 * MINUTE) == Climb(
        3, "no answer"
    )
    assert decide(escalation(page(CLEO, last), place=last), NOON + 10 * MINUTE) == End(
        EscalationOutcome.EXHAUSTED
    )


def test_enough_confirmations_end_it():
    assert decide(escalation(page(ANNA, 0), anna=CONFIRM), NOON) == End(EscalationOutcome.CONFIRMED)


def test_an_answer_of_a_poll_counts_like_a_confirmation():
    assert escalation(page(ANNA, 0), anna="no").confirmed


def test_a_step_counts_its_own_people_and_those_before():
    two = EscalationPolicy(name="two", steps=(DUTY, replace(CHIEFS, needs=2)))
    chief = page(CLEO, 2)

    early = escalation(page(ANNA, 0), chief, place=2, policy=two, anna=CONFIRM)
    late = escalation(page(ANNA, 0), chief, place=2, policy=two, cleo=CONFIRM)
    both = escalation(
        page(ANNA, 0), chief, place=2, policy=replace(two, steps=(replace(DUTY, needs=2), two.steps[1]))
    )
    both = replace(both, answers={("oncall:support", "anna"): CONFIRM, ("oncall:support", "cleo"): CONFIRM})

    assert early.confirmed  # the first step needs one, and Anna was asked there
    assert not late.confirmed  # one chief is not two
    assert both.confirmed


def test_pass_on_asks_the_next_step_at_once():
    assert decide(escalation(page(ANNA, 0), page(BEN, 0), anna=FORWARD), NOON) == Climb(2, "passed on")


def test_after_pass_on_in_the_last_step_the_next_round_begins_at_once():
    asked = escalation(page(CLEO, 2), place=2, cleo=FORWARD)

    assert decide(asked, NOON) == Climb(3, "passed on")


def test_a_decline_leaves_it_to_the_others_of_the_step():
    assert decide(escalation(page(ANNA, 0), page(BEN, 0), anna=DECLINE), NOON) == Wait(NOON + 2 * MINUTE)
    assert decide(escalation(page(ANNA, 0), anna=DECLINE), NOON) == Climb(2, "nobody was left to ask")


def test_a_step_that_cannot_get_what_it_needs_goes_on_at_once():
    both = EscalationPolicy(name="both", steps=(replace(DUTY, needs=2), CHIEFS))

    assert decide(escalation(page(ANNA, 0), policy=both), NOON) == Climb(2, "too few people were left to ask")


def test_a_step_without_people_goes_on_at_once():
    assert decide(escalation(), NOON) == Climb(2, "nobody was left to ask")


def test_a_round_that_reached_no_one_is_not_repeated_at_once():
    failed = escalation(page(CLEO, 2, DeliveryState.HELD), place=2)

    assert decide(failed, NOON) == Wait(NOON + 10 * MINUTE)


def test_it_is_over_when_everybody_has_declined():
    asked = escalation(page(ANNA, 0), page(CLEO, 2), place=2, anna=DECLINE, cleo=DECLINE)

    assert decide(asked, NOON) == End(EscalationOutcome.EXHAUSTED)


def test_who_cannot_be_reached_is_asked_on_the_next_channel_at_once():
    failed = escalation(page(ANNA, 0, DeliveryState.FAILED), page(BEN, 0))

    assert decide(failed, NOON) == FailOver(((1, "oncall:support", ANNA),))


def test_it_expires_although_no_process_drove_it():
    assert decide(escalation(page(ANNA, 0)), NOON + POLICY.expires) == End(EscalationOutcome.EXPIRED)


def test_who_has_answered_is_not_asked_again():
    asked = escalation(page(ANNA, 0), page(BEN, 0), anna=DECLINE)

    pages = pages_at(asked, 1, [("oncall:support", ANNA), ("oncall:support", BEN)], CHANNELS, LOCALES)

    assert [(one.receiver, one.locale, one.route) for one in pages] == [("ben", "en", ("call",))]


def test_a_person_is_asked_once_on_a_channel_in_a_round_whatever_list_they_are_in():
    called = escalation(page(ANNA, 0), page(ANNA, 1), place=1)
    chief = replace(ANNA, id="chief-1", email=None)

    assert pages_at(called, 2, [("chiefs", chief)], CHANNELS, LOCALES) == []
    (again,) = pages_at(called, 3, [("chiefs", chief)], CHANNELS, LOCALES)
    assert (again.audience, again.receiver) == ("oncall:support", "anna")


def test_who_lacks_an_address_gets_a_failed_page_that_says_so():
    (found,) = pages_at(escalation(), 0, [("chiefs", Contact(id="dan"))], CHANNELS, LOCALES)

    assert (found.state, found.reason) == (DeliveryState.FAILED, "unreachable: no phone for sms")


def plan(
    people: dict[str, list[Contact]], policy: EscalationPolicy = POLICY
) -> list[tuple[int, str, list[str]]]:
    def roster(step: EscalationStep, at: datetime) -> StepRoster:
        del at
        return StepRoster(tuple((name, one) for name in step.to for one in people.get(name, [])))

    rounds = simulate(policy, NOON, Paging(roster, CHANNELS, LOCALES))
    return [((one.at - NOON) // MINUTE, one.channel, [sent.receiver for sent in one.sent]) for one in rounds]


def test_the_simulation_says_who_is_asked_when():
    people = {"oncall:support": [ANNA, BEN], "audience:chiefs": [CLEO]}

    assert plan(people) == [
        (0, "sms", ["anna", "ben"]),
        (2, "call", ["anna", "ben"]),
        (4, "call", ["cleo"]),
        (14, "sms", ["anna", "ben"]),
        (16, "call", ["anna", "ben"]),
        (18, "call", ["cleo"]),
    ]


def test_the_simulation_goes_on_at_once_where_no_one_is_on_duty():
    assert plan({"audience:chiefs": [CLEO]})[:2] == [(0, "sms", []), (0, "call", ["cleo"])]


def test_the_simulation_uses_the_next_channel_for_who_lacks_an_address():
    mailed = replace(DUTY, channels=("sms", "mail"))
    dan = Contact(id="dan", email="dan@muster.example")

    assert plan({"oncall:support": [dan]}, replace(POLICY, steps=(mailed,), repeat=1)) == [
        (0, "sms", []),
        (0, "mail", ["dan"]),
        (2, "mail", []),
    ]
