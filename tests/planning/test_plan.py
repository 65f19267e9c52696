"""Every person is planned once, on the best channel."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcast.model.channel import Capabilities, ChannelKind
from broadcast.model.contact import AddressKind, Contact
from broadcast.model.delivery import DeliveryState
from broadcast.model.previous_delivery import PreviousDelivery
from broadcast.planning.lanes import open_lanes
from broadcast.planning.outage import Dependencies
from broadcast.planning.plan import Planner, Roster
from broadcast.planning.planned_channel import PlannedChannel
from broadcast.planning.previous_deliveries import Usable

WAYS = {
    "email": PlannedChannel(
        name="email",
        adapter="sendgrid",
        capabilities=Capabilities(kind=ChannelKind.EMAIL, address=AddressKind.EMAIL),
        fate=("twilio",),
    ),
    "smtp": PlannedChannel(
        name="smtp",
        adapter="smtp",
        capabilities=Capabilities(kind=ChannelKind.EMAIL, address=AddressKind.EMAIL),
        fate=("office",),
    ),
    "sms": PlannedChannel(
        name="sms",
        adapter="twilio-sms",
        capabilities=Capabilities(kind=ChannelKind.SMS, address=AddressKind.PHONE),
        fate=("twilio",),
    ),
    "call": PlannedChannel(
        name="call",
        adapter="twilio-voice",
        capabilities=Capabilities(kind=ChannelKind.VOICE, address=AddressKind.PHONE),
        fate=("twilio",),
    ),
    "x": PlannedChannel(
        name="x",
        adapter="x",
        capabilities=Capabilities(kind=ChannelKind.SOCIAL, address=None),
        fate=("x",),
        optional=True,
    ),
    "room": PlannedChannel(
        name="room",
        adapter="slack",
        capabilities=Capabilities(kind=ChannelKind.CHAT, address=None, internal=True),
    ),
    "site": PlannedChannel(
        name="site", adapter="site", capabilities=Capabilities(kind=ChannelKind.PAGE, address=None)
    ),
}
LANE = ("email", "smtp", "sms")


def planner(**further):
    return Planner(Usable(channels=WAYS), ("de", "en"), "de", **further)


def outage(*affects):
    lines = {"+4930": "landline", "+4915": "mobile"}
    return Dependencies(
        systems={"@a.de": ("microsoft",)}, line=lambda number: lines.get(number[:5], "")
    ).outage(affects)


def roster(*contacts, name="customers", lanes=(LANE,)):
    return Roster(name=name, template_audience=name, contacts=contacts, lanes=lanes)


def anna(**fields):
    return Contact(**{"id": "1", "name": "Anna", "phone": "+4915112345678", "email": "anna@a.de"} | fields)


def test_the_route_is_the_lane_as_far_as_there_are_addresses():
    [both], [phone] = (
        list(planner().plan([roster(anna())])),
        list(planner().plan([roster(anna(email=None))])),
    )

    assert both.route == LANE
    assert phone.route == ("sms",)


def test_somebody_in_two_audiences_is_told_once():
    agents = roster(anna(id="other", email=None), name="agents")

    planned = list(planner().plan([roster(anna()), agents]))

    assert [delivery.audience for delivery in planned] == ["customers"]


def test_a_person_without_a_way_is_named_with_the_reason():
    [planned] = planner().plan([roster(anna(phone=None), lanes=(("sms",),))])

    assert planned.state is DeliveryState.FAILED
    assert planned.reason == "unreachable: no phone for sms"


def test_a_second_lane_that_does_not_fit_is_no_failure_when_the_first_does():
    [planned] = planner().plan([roster(anna(phone=None), lanes=(("email",), ("sms",)))])

    assert planned.route == ("email",)


def test_two_lanes_are_two_messages():
    planned = list(planner().plan([roster(anna(), lanes=(("email",), ("sms",)))]))

    assert [delivery.route for delivery in planned] == [("email",), ("sms",)]


def test_a_channel_that_publishes_does_so_once_for_all_audiences_in_public_words():
    planned = list(
        planner().plan([roster(lanes=(("site",),)), roster(name="agents", lanes=(("site",), ("x",)))])
    )

    assert [delivery.route for delivery in planned] == [("site",), ("x",)]
    assert {delivery.template_audience for delivery in planned} == {"public"}
    assert [delivery.required for delivery in planned] == [True, False]


def test_a_room_of_the_staff_is_spoken_to_as_its_audience_and_never_falls_back_to_the_public_in_those_words():
    agents = roster(name="agents", lanes=(("room",), ("x", "room")))

    planned = list(planner().plan([agents]))

    assert [(delivery.route, delivery.template_audience) for delivery in planned] == [
        (("room",), "agents"),
        (("x", "room"), "public"),
    ]


def test_readers_get_their_language_or_the_default():
    wanted = {"de-AT": "de", "en": "en", "fr": "de", None: "de"}
    contacts = [
        anna(id=str(number), phone=f"+49151{number:08}", email=None, locale=locale)
        for number, locale in enumerate(wanted)
    ]

    planned = list(planner().plan([roster(*contacts)]))

    assert [delivery.locale for delivery in planned] == list(wanted.values())


def earlier(contact, channel, *, reached=True, audience="customers", route=LANE):
    return PreviousDelivery(
        contact=contact,
        receiver=contact.id,
        audience=audience,
        template_audience="customers",
        locale="de",
        lane=0,
        channel=channel,
        route=route,
        required=True,
        reached=reached,
    )


def told_as(planned):
    return PreviousDelivery(
        contact=planned.contact,
        receiver=planned.receiver,
        audience=planned.audience,
        template_audience=planned.template_audience,
        locale=planned.locale,
        lane=planned.lane,
        channel=planned.route[0],
        route=planned.route,
        required=planned.required,
        reached=True,
    )


@pytest.mark.parametrize("listed", [True, False], ids=["in the list", "told before"])
@pytest.mark.parametrize(
    ("sound", "refused", "route"),
    [
        ((), (), ("call", "email", "sms")),
        (("email", "sms"), (), ("email", "sms", "call")),
        (("sms",), (), ("sms", "call", "email")),
        (("email", "sms"), ("sms",), ("email", "call", "sms")),
        (("call",), (), ("call", "email", "sms")),
    ],
)
def test_a_follow_up_goes_by_the_lane_again_as_far_as_it_works_by_now(sound, refused, route, listed):
    lane = ("email", "sms", "call")
    first = replace(earlier(anna(), "call", route=lane), refused=refused)
    second = earlier(anna(), "call", route=("call", "email", "sms"))
    usable = Usable(channels=WAYS, sound=frozenset(sound))
    planning = Planner(usable, ("de", "en"), "de", previous=[first, second])

    rosters = [roster(anna(), lanes=(lane,))] if listed else []
    [planned] = planning.plan(rosters, further=["customers"])

    assert planned.route == route


def test_a_follow_up_first_uses_the_channel_that_worked():
    [planned] = planner(previous=[earlier(anna(), "sms")]).plan([roster(anna())])

    assert planned.route == ("sms", "email", "smtp")


def test_a_resolve_reaches_somebody_who_left_the_list():
    [planned] = planner(previous=[earlier(anna(), "smtp", reached=False)]).follow_up()

    assert planned.contact == anna()
    assert planned.route == ("smtp", "email", "sms")


def test_an_update_reminds_only_those_the_roster_does_not_have():
    gone = earlier(anna(id="2", phone="+491511", email=None), "sms")
    elsewhere = earlier(anna(id="3", phone="+491512", email=None), "sms", audience="agents")

    planned = planner(previous=[earlier(anna(), "sms"), gone, elsewhere]).plan([roster(anna())])

    assert [delivery.receiver for delivery in planned] == ["1", "2"]


def test_the_same_id_in_two_lists_without_a_common_address_is_two_people():
    other = Contact(id="1", name="Berta", phone="+4917139200", email="berta@b.de")

    first = list(planner().plan([roster(anna()), roster(other, name="agents")]))
    second = list(planner(previous=[told_as(one) for one in first]).plan([roster(other, name="agents")]))

    assert [one.contact.name for one in first] == ["Anna", "Berta"]
    assert len({one.receiver for one in first}) == 2
    assert [one.contact.name for one in second] == ["Berta"]


def test_a_plan_is_the_same_however_often_it_is_gone_through():
    plan = planner(previous=[earlier(anna(id="9", phone="+491511", email=None), "sms")]).plan(
        [roster(anna(), lanes=(LANE, ("site",))), roster(anna(id="2", phone="+491513"), name="agents")]
    )

    assert list(plan) == list(plan)


def test_a_channel_that_is_down_comes_last_or_not_at_all():
    assert open_lanes([LANE], WAYS, outage("twilio")).lanes == (("smtp",),)
    [planned] = planner(previous=[earlier(anna(), "sms")], outage=outage("twilio")).follow_up()
    assert planned.route == ("smtp", "sms", "email")


def test_an_outage_says_which_channels_it_takes_out():
    assert open_lanes([LANE], WAYS, outage("sendgrid")).warnings == (
        "email is left out, for it depends on sendgrid",
    )


def test_a_channel_observed_to_be_down_comes_last_and_stays_in_the_lane():
    down = Dependencies(found={"email": "down since 12:03 by watch"}).outage(())

    lanes = open_lanes([LANE], WAYS, down)

    assert sorted(lanes.lanes[0]) == sorted(LANE)
    assert lanes.lanes[0][-1] == "email"
    assert lanes.warnings == ("email comes last: down since 12:03 by watch",)
    only_mail = anna(phone=None)
    [planned] = planner(outage=down).plan([roster(only_mail, lanes=lanes.lanes)])
    assert planned.route[-1] == "email"


def test_a_channel_in_affects_is_left_out_whatever_was_observed():
    down = Dependencies(found={"email": "down since 12:03 by watch"}).outage(["email"])

    assert "email" not in open_lanes([LANE], WAYS, down).lanes[0]


def test_a_mailbox_that_is_down_with_outlook_comes_last():
    elsewhere = anna(id="2", phone="+491511", email="b@b.de")

    planned = list(planner(outage=outage("outlook")).plan([roster(anna(), elsewhere)]))

    assert [delivery.route for delivery in planned] == [("sms", "email", "smtp"), LANE]


def test_a_number_whose_network_is_down_comes_last():
    lane = ("call", "email")
    landline = anna(id="2", phone="+493012345", email="b@b.de")

    planned = list(planner(outage=outage("mobilfunk")).plan([roster(anna(), landline, lanes=(lane,))]))

    assert [delivery.route for delivery in planned] == [("email", "call"), ("call", "email")]


def test_a_doubtful_way_is_better_than_none_and_says_so():
    lanes = open_lanes([("sms",)], WAYS, outage("twilio"))

    assert lanes.lanes == (("sms",),)
    assert "affects" in lanes.warnings[0]


def identities(contact):
    return {f"id:{contact.id}", contact.phone, contact.email} - {None}


contacts = st.lists(
    st.builds(
        Contact,
        id=st.integers(0, 30).map(str),
        phone=st.none() | st.integers(0, 20).map(lambda n: f"+49151{n:07}"),
        email=st.none() | st.integers(0, 20).map(lambda n: f"p{n}@a.de"),
    ),
    max_size=30,
)
lanes = st.lists(
    st.lists(st.sampled_from(["email", "smtp", "sms"]), min_size=1, max_size=3, unique=True).map(tuple),
    min_size=1,
    max_size=2,
).map(tuple)


def merged(contacts):
    """Return the list without people who have the id or an address of an earlier one."""
    seen: set[str] = set()
    kept: list[Contact] = []
    for contact in contacts:
        if seen.isdisjoint(identities(contact)):
            seen |= identities(contact)
            kept.append(contact)
    return kept


@given(contacts.map(merged), contacts.map(merged), lanes)
def test_no_address_is_planned_twice_in_a_lane_and_every_person_is_planned(first, second, lanes):
    rosters = [roster(*first, lanes=lanes), roster(*second, name="agents", lanes=lanes)]

    planned = list(planner().plan(rosters))

    people = [delivery.contact for delivery in planned if delivery.lane == 0 and delivery.contact]
    addresses = [address for person in people for address in (person.phone, person.email) if address]
    assert len(addresses) == len(set(addresses))
    previous = {identity for delivery in planned for identity in identities(delivery.contact)}
    everybody = [identities(person) for person in [*first, *second]]
    # Sharing one address makes two rows one person, and so does sharing it with somebody who does.
    for _ in everybody:
        previous |= {identity for person in everybody if person & previous for identity in person}
    assert all(person & previous for person in everybody)
