"""An escalation that asks in a room: everybody there may answer, and nobody knows how many read it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from broadcast.model.channel import Capabilities, ChannelKind
from broadcast.model.contact import Contact
from broadcast.model.delivery import DeliveryState
from broadcast.model.escalation import Escalation, EscalationOutcome, EscalationPolicy, EscalationStep, Page
from broadcast.model.question import CONFIRM
from broadcast.planning.escalation import Climb, End, Wait, decide, pages_at, unusable
from broadcast.planning.escalation_plan import Paging, StepRoster, simulate
from broadcast.planning.planned_channel import PlannedChannel
from tests.planning.test_escalation import ANNA, BEN, CHANNELS, LOCALES, NOON

WAIT = timedelta(minutes=10)
ROOM = Capabilities(kind=ChannelKind.CHAT, address=None, internal=True, buttons=True)
ALL = CHANNELS | {
    "room": PlannedChannel(name="room", adapter="slack", capabilities=ROOM, fate=(), optional=False, price=0)
}
STEP = EscalationStep(to=("oncall:support",), channels=("room", "sms"), wait=WAIT, needs=2)
POLICY = EscalationPolicy(name="duty", steps=(STEP,))
POST = Page(
    audience="oncall:support",
    person=Contact(id="channel:room"),
    place=0,
    channel="room",
    state=DeliveryState.ACCEPTED,
    at=NOON,
)


def asked(*answers: str, post: Page = POST, place: int = 0) -> Escalation:
    given = {("oncall:support", f"channel:room/{who}"): CONFIRM for who in answers}
    return replace(Escalation.begin(POLICY, NOON), place=place, pages=(post,), answers=given)


def test_a_room_is_asked_with_one_post_and_then_each_person_by_the_next_channel():
    people = (("oncall:support", ANNA), ("oncall:support", BEN))
    rounds = list(simulate(POLICY, NOON, Paging(lambda *_: StepRoster(people), ALL, LOCALES)))

    assert [(one.channel, [page.receiver for page in one.pages]) for one in rounds] == [
        ("room", ["channel:room"]),
        ("sms", ["anna", "ben"]),
    ]
    assert [one.at for one in rounds] == [NOON, NOON + WAIT / 2]


def test_it_is_asked_where_nobody_is_on_duty():
    (post,) = pages_at(Escalation.begin(POLICY, NOON), 0, (), ALL, LOCALES)

    assert (post.audience, post.contact, post.locale, post.state) == (
        "oncall:support",
        None,
        "de",
        DeliveryState.PLANNED,
    )


def test_it_is_posted_once_in_a_round():
    assert pages_at(asked(), 0, (("oncall:support", ANNA),), ALL, LOCALES) == []


def test_everybody_in_the_room_counts_for_themselves():
    assert isinstance(decide(asked("U1"), NOON), Wait)
    assert decide(asked("U1", "U2"), NOON) == End(EscalationOutcome.CONFIRMED)


def test_a_room_where_nothing_can_be_posted_is_left_at_once():
    failed = replace(POST, state=DeliveryState.FAILED)

    assert decide(asked(post=failed), NOON) == Climb(1, "room failed")


def test_without_an_answer_the_time_of_the_room_is_waited_for():
    assert decide(asked(), NOON + WAIT / 2) == Climb(1, "no answer")


@pytest.mark.parametrize(
    ("able", "usable"),
    [
        (ROOM, True),
        (replace(ROOM, buttons=False), False),
        (Capabilities(kind=ChannelKind.PAGE, address=None), False),
    ],
)
def test_only_a_room_with_buttons_can_be_asked(able, usable):
    errors = list(unusable(POLICY, {"room": able, "sms": CHANNELS["sms"].capabilities}))

    assert (errors == []) is usable
