"""Which question a reply answers, and for whom."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from broadcast.inbound.which_question import addressed
from broadcast.ledger.confirmations import Asked
from broadcast.model.question import CONFIRM, DECLINE
from broadcast.testing.ledger_samples import after

NOW = after(60)
ANNA = Asked(
    notice=1,
    sequence=1,
    incident="INC-1",
    audience="agents",
    template_audience="agents",
    contact="a-1",
    locale="de",
    name="Anna Muster",
    phone="+4915112345678",
    email=None,
    options=(),
    answer_by=after(900),
    closed=False,
    answer=None,
)
BEN = replace(ANNA, contact="a-2", name="Ben Muster")


def asked(number: int, **changes: Any) -> Asked:
    """Return a question to Anna; the latest has the highest number."""
    return replace(ANNA, notice=number, incident=f"INC-{number}", **changes)


@pytest.mark.parametrize(
    ("text", "earlier", "latest", "meant"),
    [
        ("ja", {}, {}, 2),
        ("ja", {}, {"answer": CONFIRM}, 1),
        ("ja", {"closed": True}, {"answer": DECLINE}, 2),
        ("ja", {"answer_by": after(1)}, {"answer": DECLINE}, 2),
        ("ja", {"answer_by": after(1)}, {"answer": CONFIRM}, 1),
        ("nein", {"answer_by": after(1)}, {"answer": CONFIRM}, 2),
        ("ja", {}, {"answer": DECLINE}, 1),
        ("ja INC-2", {}, {"answer": DECLINE}, 2),
        ("ja", {"answer": DECLINE}, {"answer": CONFIRM}, 1),
        ("ja", {"answer": CONFIRM}, {"answer": CONFIRM}, 2),
        ("rot", {"options": ("rot", "blau")}, {}, 1),
        ("wann geht es wieder", {}, {}, 2),
    ],
)
def test_a_reply_is_for_the_first_question_that_it_changes_something_at(text, earlier, latest, meant):
    found = addressed([asked(2, **latest), asked(1, **earlier)], text, NOW)

    assert [one.notice for one in found.asked] == [meant]


def test_without_a_question_a_message_has_its_meaning_all_the_same():
    found = addressed([], "ja", NOW)

    assert (found.asked, found.answer) == ((), CONFIRM)


def test_one_person_in_two_lists_answers_for_both():
    found = addressed([ANNA, replace(ANNA, audience="leads", name="Muster, Anna")], "ja", NOW)

    assert [one.audience for one in found.asked] == ["agents", "leads"]
    assert found.sharing == ()


def test_of_two_people_who_share_a_number_one_reply_confirms_one():
    found = addressed([ANNA, BEN], "ja", NOW)

    assert [one.contact for one in found.asked] == ["a-1"]
    assert found.sharing == ("Anna Muster", "Ben Muster")


def test_the_second_reply_confirms_the_other_one():
    found = addressed([replace(ANNA, answer=CONFIRM), BEN], "ja", NOW)

    assert [one.contact for one in found.asked] == ["a-2"]


@pytest.mark.parametrize(("text", "contact"), [("Ja, Ben", "a-2"), ("ja anna", "a-1"), ("ja, Muster", "a-1")])
def test_who_shares_a_number_may_sign(text, contact):
    assert [one.contact for one in addressed([ANNA, BEN], text, NOW).asked] == [contact]


def test_people_without_a_name_are_one_with_the_only_name_at_their_number():
    found = addressed([ANNA, replace(ANNA, audience="leads", contact="l-1", name="")], "ja", NOW)

    assert [one.contact for one in found.asked] == ["a-1", "l-1"]
