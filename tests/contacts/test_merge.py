from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from broadcast.contacts.merge import Entries, Merged, merge
from broadcast.model.contact import AddressKind, Contact

FILE = Path("kunden.csv")


def merged(*contacts: Contact) -> Merged:
    entries = Entries()
    for line, contact in enumerate(contacts, start=2):
        entries.add(FILE, line, contact)
    return merge(entries)


def test_the_same_phone_makes_one_person_with_the_addresses_and_groups_of_both():
    result = merged(
        Contact(
            id="1",
            name="",
            phone="+4915112345678",
            email=None,
            locale=None,
            groups=("vip",),
            extra=(("shop", ""),),
        ),
        Contact(
            id="",
            name="Anna",
            phone="+4915112345678",
            email="anna@firma.de",
            locale="de",
            groups=("eu", "vip"),
            extra=(("shop", "7"), ("till", "2")),
        ),
    )

    assert list(result.contacts) == [
        Contact(
            id="1",
            name="Anna",
            phone="+4915112345678",
            email="anna@firma.de",
            locale="de",
            groups=("vip", "eu"),
            extra=(("shop", "7"), ("till", "2")),
        ),
    ]
    assert [(row.line, row.contact, row.because) for row in result.rows] == [(3, "1", "same phone")]


def test_an_e_mail_address_is_the_same_in_capitals():
    result = merged(Contact(id="1", email="Anna@firma.de"), Contact(id="2", email="anna@firma.de"))

    assert [(contact.id, contact.email) for contact in result.contacts] == [("1", "Anna@firma.de")]


def test_a_person_is_one_through_others():
    result = merged(
        Contact(id="", phone="+4915112345678"),
        Contact(id="", email="anna@firma.de"),
        Contact(id="", phone="+4915112345678", email="anna@firma.de"),
    )

    (anna,) = result.contacts
    assert (anna.phone, anna.email) == ("+4915112345678", "anna@firma.de")
    assert [row.because for row in result.rows] == ["known through other rows", "same phone"]


def test_the_switchboard_of_several_colleagues_serves_each_of_them():
    switchboard = "+4930231250"
    people = [
        Contact(
            id=str(n), name=f"P{n}", phone=switchboard, email=f"p{n}@firma.de", locale=None, groups=(f"g{n}",)
        )
        for n in range(3)
    ]

    result = merged(*people)

    assert [(contact.id, contact.phone, contact.email) for contact in result.contacts] == [
        ("0", switchboard, "p0@firma.de"),
        ("1", switchboard, "p1@firma.de"),
        ("2", switchboard, "p2@firma.de"),
    ]
    assert next(iter(result.contacts)).groups == ("g0", "g1", "g2")
    assert [entry.line for entry in result.sharing] == [3, 4]


def test_a_second_address_under_one_id_gets_an_id_of_its_own():
    first, second = merged(Contact(id="7", email="a@firma.de"), Contact(id="7", email="b@firma.de")).contacts

    assert first.id == "7"
    assert second.id.startswith("7+")


PHONES = [f"+4915112345{n}" for n in range(670, 675)]
EMAILS = ["a@firma.de", "A@firma.de", "b@firma.de", "c@firma.de", "d@firma.de"]
ROWS = st.lists(
    st.builds(
        Contact,
        id=st.sampled_from(["", "", "1", "2", "3"]),
        name=st.sampled_from(["", "Anna", "Berta"]),
        phone=st.none() | st.sampled_from(PHONES),
        email=st.none() | st.sampled_from(EMAILS),
        groups=st.lists(st.sampled_from("xyz"), unique=True, max_size=2).map(tuple),
    ).filter(lambda contact: contact.phone or contact.email),
    max_size=12,
)


def addresses(contacts: Iterable[Contact]) -> list[str]:
    found = [contact.address(kind) for contact in contacts for kind in AddressKind]
    return sorted(address.lower() for address in found if address)


def by_id(contact: Contact) -> str:
    return contact.id


def reach(contacts: Iterable[Contact]) -> set[tuple[str, str]]:
    return {(address, group) for one in contacts for address in addresses([one]) for group in one.groups}


@settings(max_examples=150, deadline=None)
@given(ROWS)
def test_every_row_is_a_contact_or_merged_into_one(rows):
    result = merged(*rows)

    assert len(result.contacts) + len(result.rows) == len(rows)
    assert {row.contact for row in result.rows} <= {contact.id for contact in result.contacts}


@settings(max_examples=150, deadline=None)
@given(ROWS)
@example(
    [
        Contact(id="", name="Anna", phone="+4915112345670", email="a@firma.de"),
        Contact(id="1", name="Berta", phone=None, email="a@firma.de"),
        Contact(id="", name="Anna", phone="+4915112345671", email=None),
    ]
)
def test_no_address_is_lost_and_every_id_is_one_contact(rows):
    contacts = merged(*rows).contacts

    assert set(addresses(contacts)) == set(addresses(rows))
    assert len({contact.id for contact in contacts}) == len(contacts)
    assert all(contact.id for contact in contacts)


@settings(max_examples=150, deadline=None)
@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nobody_who_is_reached(rows, random):
    shuffled = list(rows)
    random.shuffle(shuffled)

    assert set(addresses(merged(*rows).contacts)) == set(addresses(merged(*shuffled).contacts))


@settings(max_examples=150, deadline=None)
@given(ROWS)
def test_a_person_is_reached_in_every_group_of_every_row(rows):
    assert reach(rows) <= reach(merged(*rows).contacts)


ANNA, BERTA = "+4915112345670", "+4915112345671"
SWITCHBOARD = [
    Contact(id="", email="a@firma.de"),
    Contact(id="", name="Anna", phone=ANNA, email="a@firma.de"),
    Contact(id="1", name="Berta", phone=BERTA, email="a@firma.de"),
    Contact(id="", phone=BERTA, groups=("x",)),
]


@settings(max_examples=150, deadline=None)
@given(ROWS)
@example(SWITCHBOARD)
def test_merging_again_changes_nothing(rows):
    once = list(merged(*rows).contacts)

    assert sorted(merged(*once).contacts, key=by_id) == sorted(once, key=by_id)
