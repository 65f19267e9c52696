"""People without a channel, for every failure of one or two systems."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from broadcast.model.channel import Capabilities, ChannelKind
from broadcast.model.contact import AddressKind, Contact
from broadcast.planning.outage import Dependencies
from broadcast.planning.plan import Roster
from broadcast.planning.planned_channel import PlannedChannel
from broadcast.planning.resilience import examine

EMAIL = Capabilities(kind=ChannelKind.EMAIL, address=AddressKind.EMAIL)
SMS = Capabilities(kind=ChannelKind.SMS, address=AddressKind.PHONE)
WAYS = {
    "email": PlannedChannel(
        name="email", adapter="sendgrid", capabilities=EMAIL, fate=("sendgrid", "twilio")
    ),
    "backup": PlannedChannel(name="backup", adapter="smtp", capabilities=EMAIL, fate=("office",)),
    "sms": PlannedChannel(name="sms", adapter="twilio-sms", capabilities=SMS, fate=("twilio",)),
    "site": PlannedChannel(
        name="site", adapter="site", capabilities=Capabilities(kind=ChannelKind.PAGE, address=None)
    ),
}
DEPENDENCIES = Dependencies(systems={"@a.de": ("microsoft",)})
ANNA = Contact(id="1", name="Anna", phone="+4915112345678", email="anna@a.de")


def gaps(*contacts, lanes=(("email", "backup", "sms"), ("site",))):
    found = examine(
        [Roster(name="customers", template_audience="customers", contacts=contacts, lanes=lanes)],
        WAYS,
        DEPENDENCIES,
    )
    return {gap.systems: gap for gap in found.gaps}


def test_two_channels_of_one_company_are_not_each_others_backup():
    found = gaps(
        Contact(id="2", name="Berta", phone="+4917139200", email="b@b.de"), lanes=(("email", "sms"),)
    )

    assert ("twilio",) in found
    assert ("sendgrid",) not in found


def test_a_mailbox_falls_with_who_keeps_it_whatever_carries_the_mail():
    found = gaps(Contact(id="1", name="Anna", phone=None, email="anna@a.de"))

    assert found["microsoft",].named[0].name == "Anna"
    assert found["microsoft",].public == ("site",)


def test_the_failure_of_two_is_told_only_where_neither_alone_is_enough():
    found = gaps(ANNA, Contact(id="3", name="Carla", phone="+4917139201"))

    assert [gap.named[0].name for gap in found.values() if gap.systems == ("twilio",)] == ["Carla"]
    assert ("microsoft", "twilio") in found  # only then Anna
    assert ("office", "twilio") in found  # the mail through Twilio's company, and the other
    assert ("office", "site") not in found


def test_somebody_without_any_address_has_no_way_even_now():
    found = gaps(Contact(id="4", name="Dora"))

    assert [(systems, gap.count) for systems, gap in found.items()] == [((), 1)]


people = st.lists(
    st.builds(
        Contact,
        id=st.integers(0, 99).map(str),
        phone=st.none() | st.just("+4915112345678"),
        email=st.none() | st.sampled_from(["a@a.de", "b@b.de"]),
    ),
    min_size=1,
    max_size=8,
)
lanes = st.lists(
    st.lists(st.sampled_from(["email", "backup", "sms"]), min_size=1, max_size=3, unique=True).map(tuple),
    min_size=1,
    max_size=2,
).map(tuple)


@given(people, lanes)
def test_everybody_keeps_a_way_or_is_counted_in_every_failure(contacts, lanes):
    roster = Roster(name="customers", template_audience="customers", contacts=contacts, lanes=lanes)
    found = examine([roster], WAYS, DEPENDENCIES)
    previous = {gap.systems: gap.count for gap in found.gaps}
    for size in (0, 1, 2):
        for failed in combinations(["microsoft", "office", "sendgrid", "twilio"], size):
            cut_off = sum(_cut_off(contact, lanes, set(failed)) for contact in contacts)
            parts = [part for less in range(size + 1) for part in combinations(failed, less)]
            assert cut_off == max(previous.get(part, 0) for part in parts)


def _cut_off(contact, lanes, failed):
    names = {name for lane in lanes for name in lane}
    for name in names:
        address = contact.phone if name == "sms" else contact.email
        fates = {*WAYS[name].fate, *(("microsoft",) if address == "a@a.de" else ())}
        if address and not fates & failed:
            return False
    return True
