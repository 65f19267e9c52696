"""Dependencies are transitive: everything that depends on a system, also indirectly, fails with it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from broadcast.config.settings import ContactPointSettings
from broadcast.model.channel import Capabilities, ChannelKind
from broadcast.model.contact import AddressKind, Contact
from broadcast.planning.outage import Dependencies
from broadcast.planning.plan import Roster
from broadcast.planning.planned_channel import PlannedChannel
from broadcast.planning.resilience import examine
from broadcast.publishing.contact_points import is_down

EMAIL = Capabilities(kind=ChannelKind.EMAIL, address=AddressKind.EMAIL)
SMS = Capabilities(kind=ChannelKind.SMS, address=AddressKind.PHONE)
CALL = Capabilities(kind=ChannelKind.VOICE, address=AddressKind.PHONE)
PAGE = Capabilities(kind=ChannelKind.PAGE, address=None)
NAMES = ["vpn", "isp", "intranet", "house", "microsoft", "office365", "mobile", "mail"]
DOMAINS = ["@a.de", "@b.de"]
ANNA = Contact(id="1", name="Anna", phone="+4915112345678", email="anna@a.de")
BERTA = Contact(id="2", name="Berta", phone="+493023125000", email="berta@b.de")
CARLA = Contact(id="3", name="Carla", phone=None, email="carla@c.de")


def line(number):
    return "mobile" if number.startswith("+4915") else "landline"


def spelled(name):
    """The same name as people write it: capitals, and space around it."""
    return st.sampled_from([name, name.upper(), name.title(), f" {name} "])


names = st.sampled_from(NAMES).flatmap(spelled)
fates = st.lists(names, max_size=2).map(tuple)
graphs = st.dictionaries(names | st.sampled_from(DOMAINS).flatmap(spelled), fates, max_size=7)
channels = st.fixed_dictionaries({"mail": fates, "sms": fates, "page": fates})


def depends_on(graph, start, wanted):
    """Whether a chain leads from one of the names in `start` to the wanted one: the slow, plain way."""
    seen, waiting = set(), [name.strip().lower() for name in start]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += [
                fate.strip().lower() for key, fates in graph for fate in fates if key.strip().lower() == name
            ]
    return wanted.strip().lower() in seen


def company(graph, own):
    able = {"mail": EMAIL, "sms": SMS, "page": PAGE}
    channels = {
        name: PlannedChannel(name=name, adapter=f"{name}-adapter", capabilities=able[name], fate=own[name])
        for name in own
    }
    edges = [*graph.items(), *own.items(), ("office365", ("microsoft",)), ("teams", ("microsoft",))]
    return channels, edges, Dependencies(systems=graph, line=line, channels=own)


@examples(max_examples=200, deadline=None)
@given(graphs, channels, names)
def test_a_failure_takes_down_everything_that_depends_on_the_system_indirectly_too(graph, own, system):
    channels, edges, depends = company(graph, own)
    outage = depends.outage([system])

    for name, channel in channels.items():
        if depends_on(edges, [name, *own[name]], system):
            assert outage.takes(channel)
    for contact in (ANNA, BERTA, CARLA):
        _, _, domain = contact.email.partition("@")
        if depends_on(edges, [f"@{domain}"], system):
            assert outage.cuts_off(channels["mail"], contact)
        if contact.phone and depends_on(edges, [line(contact.phone)], system):
            assert outage.cuts_off(channels["sms"], contact)
    for fate in NAMES:
        if depends_on(edges, [fate], system):
            assert is_down(
                ContactPointSettings(name="chat", kind="chat", value="chat.example", fate=(fate,)), outage, []
            )
            assert is_down(
                ContactPointSettings(name="chat", kind="chat", value="chat.example", fate=(), service=fate),
                outage,
                [],
            )


@examples(max_examples=150, deadline=None)
@given(graphs, channels, names, names | st.none())
def test_the_check_names_everybody_an_outage_cuts_off(graph, own, system, already):
    channels, _, depends = company(graph, own)
    people = (ANNA, BERTA, CARLA)
    roster = Roster(
        name="customers", template_audience="customers", contacts=people, lanes=(("mail", "sms"), ("page",))
    )
    affects = [already] if already else []
    outage = depends.outage([*affects, system])

    gaps = examine([roster], channels, depends, affects).gaps

    previous = {person.id for gap in gaps if len(gap.systems) < 2 for person in gap.named}
    for person in people:
        able = [channels[name] for name in ("mail", "sms") if channels[name].capabilities.reach(person)]
        if all(outage.takes(channel) or outage.cuts_off(channel, person) for channel in able):
            assert person.id in previous


def test_a_failure_does_not_take_down_what_the_system_itself_depends_on():
    depends = Dependencies(
        systems={"twilio": ("internet",), "microsoft": ("internet",), "house": ("vpn", "landline")},
        channels={"sms": ("twilio",), "mail": ("microsoft",), "tickets": ("vpn",)},
    )
    sms, mail = (
        PlannedChannel(name="sms", adapter="twilio-sms", capabilities=SMS, fate=("twilio",)),
        PlannedChannel(name="mail", adapter="outlook", capabilities=EMAIL, fate=("microsoft",)),
    )
    tickets = PlannedChannel(name="tickets", adapter="webhook", capabilities=PAGE, fate=("vpn",))

    assert [depends.outage(["outlook"]).takes(channel) for channel in (sms, mail)] == [False, True]
    assert [depends.outage(["internet"]).takes(channel) for channel in (sms, mail)] == [True, True]
    assert [depends.outage(["House"]).takes(channel) for channel in (sms, tickets)] == [False, True]


def test_a_group_is_told_by_the_check_only_where_none_of_its_parts_is_enough():
    depends = Dependencies(
        systems={"house": ("vpn", "landline"), "whole": ("vpn",)},
        line=line,
        channels={"mail": ("vpn",), "call": ()},
    )
    channels = {
        "mail": PlannedChannel(name="mail", adapter="smtp", capabilities=EMAIL, fate=("vpn",)),
        "call": PlannedChannel(name="call", adapter="gateway", capabilities=CALL),
    }

    found = examine(
        [Roster(name="staff", template_audience="staff", contacts=(BERTA,), lanes=(("mail", "call"),))],
        channels,
        depends,
    )

    assert {gap.systems for gap in found.single} == {("house",)}


def test_systems_that_are_down_already_are_counted_first_and_not_tried_again():
    channels = {
        "mail": PlannedChannel(name="mail", adapter="smtp", capabilities=EMAIL, fate=("vpn",)),
        "sms": PlannedChannel(name="sms", adapter="gateway", capabilities=SMS, fate=("gateway",)),
    }
    depends = Dependencies(systems={}, line=line, channels={"mail": ("vpn",), "sms": ("gateway",)})
    roster = Roster(name="staff", template_audience="staff", contacts=(ANNA, CARLA), lanes=(("mail", "sms"),))

    gaps = {gap.systems: gap.named for gap in examine([roster], channels, depends, ["VPN"]).gaps}

    assert [person.name for person in gaps[()]] == ["Carla"]
    assert [person.name for person in gaps["gateway",]] == ["Anna", "Carla"]
    assert ("vpn",) not in gaps
