"""Outside readers get the first and the last notice of an exercise; colleagues get every notice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from broadcast.config.settings import AudienceSettings
from broadcast.errors import NothingMatched
from broadcast.model.plan import Planned
from broadcast.publishing.outside_readers import OutsideReaders
from broadcast.publishing.request import Request, Verb

AGENTS = """
[audiences.agents]
contacts = ["agents.csv"]
lanes = [["email"], ["page"]]
"""


@pytest.fixture
def office(company):
    """Return a company that tells customers and agents by e-mail and has a public page."""
    company.configure([["email"], ["x"]], extra=AGENTS)
    rows = "id,name,email\na0,Agent,a0@muster.example\np1,Both,p1@kunde.example\n"
    (company.folder / "agents.csv").write_text(rows, encoding="utf-8")
    return company


def mailed(sandbox):
    return sorted(m.to for m in sandbox.received if m.provider == "sendgrid")


def test_readers_outside_hear_the_first_and_the_last_word_of_an_exercise(office, sandbox):
    office.notify(drill=True)
    first = set(mailed(sandbox))
    assert "a0@muster.example" in first
    assert len(first) == office.people + 1
    before = len(sandbox.received)

    result = office.follow_up(Verb.UPDATE, message="We found it.", phase="identified")

    assert result.exit_code == 0
    between = sandbox.received[before:]
    assert sorted(m.to for m in between) == ["a0@muster.example", "p1@kunde.example"]  # Both is a colleague
    assert any("readers outside" in warning and "customers" in warning for warning in result.warnings)
    before = len(sandbox.received)
    assert office.follow_up(Verb.RESOLVE, message="Over.").exit_code == 0
    last = {m.to for m in sandbox.received[before:] if m.provider == "sendgrid"}
    assert last == first


def test_an_all_clear_of_an_exercise_that_is_taken_back_is_taken_back_from_everybody(office, sandbox):
    office.notify(drill=True)
    first = set(mailed(sandbox))
    office.follow_up(Verb.RESOLVE, message="Over.")
    before = len(sandbox.received)

    assert office.follow_up(Verb.RETRACT, incident="INC-1", message="Not yet.").exit_code == 0

    assert {m.to for m in sandbox.received[before:] if m.provider == "sendgrid"} == first


def test_an_update_only_for_outside_readers_is_refused(office):
    office.notify(drill=True)

    with pytest.raises(NothingMatched, match="first and its last notice") as raised:
        office.follow_up(Verb.UPDATE, audiences=("customers",), message="More.")

    assert "resolve" in raised.value.hint


def test_an_audience_that_never_heard_of_it_is_told_its_first(office, sandbox):
    office.notify(drill=True, audiences=("agents",))
    before = len(sandbox.received)

    office.follow_up(Verb.UPDATE, audiences=("customers", "agents"), message="More.")

    assert {m.to for m in sandbox.received[before:] if m.provider == "sendgrid"} >= {"p0@kunde.example"}


def test_of_a_real_incident_everybody_hears_everything(office, sandbox):
    office.notify()
    before = len(sandbox.received)

    result = office.follow_up(Verb.UPDATE, message="We found it.")

    assert len({m.to for m in sandbox.received[before:] if m.provider == "sendgrid"}) == office.people + 1
    assert not any("readers outside" in warning for warning in result.warnings)


def test_the_preview_names_who_is_left_out(office):
    office.notify(drill=True)

    shown = office.preview(Request(verb=Verb.UPDATE, message="We found it."))

    assert shown.people == 2
    assert any("left out customers" in warning for warning in shown.warnings)


TEXTS = ["customers", "field", "public", "agents", "executives"]
PLANNED = st.builds(
    Planned,
    audience=st.sampled_from(["one", "two", "three"]),
    template_audience=st.sampled_from(TEXTS),
    locale=st.just("de"),
    lane=st.integers(0, 2),
    contact=st.none(),
    receiver=st.just("channel:x"),
    route=st.just(("x",)),
    required=st.booleans(),
)


@examples(max_examples=100)
@given(st.lists(PLANNED, max_size=8), st.sets(st.sampled_from(["one", "two", "three"])))
def test_colleagues_are_told_and_outside_readers_who_know_are_not(owed, heard):
    outside_readers = OutsideReaders(heard)

    told = list(outside_readers.owed(owed))

    for one in owed:
        outside = one.template_audience in {"customers", "field", "public"} and one.audience in heard
        assert (one in told) is not outside
    names = [
        AudienceSettings(name=name, origin="", template_audience=texts)
        for name in ("one", "two")
        for texts in TEXTS[3:]
    ]
    assert outside_readers.others(names) == names
