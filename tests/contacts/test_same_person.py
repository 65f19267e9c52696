"""Which entries are about one person: surely, perhaps, or not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcast.contacts.identifiers import Identifiers
from broadcast.contacts.same_person import Doubt, ListedPerson, doubts, persons


def entry(place: str, name: str = "", *addresses: str) -> ListedPerson:
    """`customers:1`, a name, numbers and mailboxes."""
    audience, _, id = place.partition(":")
    emails = frozenset(address for address in addresses if "@" in address)
    return ListedPerson(audience, Identifiers(id, name, frozenset(addresses) - emails, emails))


ANNA = entry("customers:1", "Anna Alt", "anna@x", "+491")


@pytest.mark.parametrize(
    "other",
    [
        entry("agents:9", "Alt, Anna", "anna@x"),
        entry("agents:9", "Frau Dr. Anna Alt", "+491"),
        entry("agents:9", "Anna", "+491"),
        entry("agents:9", "", "anna@x"),
        entry("customers:1", "Anna Neu", "neu@x"),
        entry("customers:1", "Neu", "+491"),
        entry("customers:1+a1b2c3", "Anna Neu"),
        entry("customers:1"),
        entry("agents:1", "Anna Alt"),
    ],
)
def test_surely_one_person(other):
    assert len(set(persons([ANNA, other]))) == 1


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (entry("customers:1", "Bert Berg", "bert@x"), Doubt.ID),
        (entry("customers:2", "Bert Berg", "+491"), Doubt.ADDRESS),
        (entry("agents:9", "Anna Berg", "+491"), Doubt.ADDRESS),
        (entry("agents:1", "Anna Alt", "alt@x"), Doubt.NAME),
        (entry("agents:1", "Bert Berg", "bert@x"), None),
        (entry("agents:1"), None),
        (entry("agents:9", "Anna Alt", "alt@x"), None),
    ],
)
def test_not_surely_one_person(other, why):
    assert len(set(persons([ANNA, other]))) == 2
    assert doubts([ANNA, other], {0}).get(1) is why


@pytest.mark.parametrize(
    ("unclear", "also"),
    [
        (entry("customers:1"), entry("customers:1", "Bert Berg", "bert@x")),
        (entry("agents:9", "", "+491"), entry("customers:2", "Bert Berg", "+491")),
        (entry("agents:9", "Anna", "+491"), entry("customers:2", "Anna Berg", "+491")),
        (entry("agents:9", "", "anna@x", "+492"), entry("customers:2", "Bert Berg", "+492")),
    ],
)
def test_what_may_be_either_of_two_is_neither(unclear, also):
    entries = [ANNA, unclear, also]

    assert len(set(persons(entries))) == 3
    assert doubts(entries, {0})[1] in {Doubt.ID, Doubt.PART}


_NAMES = st.sampled_from(["", "Anna", "Anna Alt", "Anna Neu", "Bert Berg"])
_PLACES = st.sampled_from(["customers:1", "customers:2", "agents:1", "agents:2"])
_ADDRESSES = st.lists(st.sampled_from(["a@x", "b@x", "+491", "+492"]), max_size=2)
_ENTRIES = st.lists(st.builds(lambda p, n, a: entry(p, n, *a), _PLACES, _NAMES, _ADDRESSES), max_size=7)


@given(_ENTRIES, st.randoms(use_true_random=False))
def test_the_order_of_lists_does_not_matter(entries, random):
    shuffled = list(range(len(entries)))
    random.shuffle(shuffled)

    first, second = persons(entries), persons([entries[number] for number in shuffled])

    back = {number: second[place] for place, number in enumerate(shuffled)}
    pairs = [(one, two) for one in range(len(entries)) for two in range(one)]
    assert [first[one] == first[two] for one, two in pairs] == [back[one] == back[two] for one, two in pairs]
