"""Windows of maintenance: for any input, order and zone, readers are told the window that holds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadcast.channels.page.site.api import Api
from broadcast.channels.page.site.calendar import calendars
from broadcast.channels.page.site.incident_view import incident_views
from broadcast.channels.page.site.page_settings import SiteSettings
from broadcast.channels.page.site.state import State
from broadcast.errors import UsageError
from broadcast.model.channel import ChannelKind
from broadcast.model.incident import Phase
from broadcast.model.message import Message
from broadcast.model.moments import elapsed
from broadcast.model.outgoing import Outgoing
from broadcast.publishing.compose import Composed, EarlierNotices, compose
from broadcast.publishing.prepare import headline
from broadcast.publishing.request import Request, Verb
from broadcast.rendering.catalogue import Catalogue, default_folders
from broadcast.rendering.render import Renderer
from tests.publishing.test_compose import DEPENDENCIES, FIRST, NOW, SETTINGS, after

RENDERER = Renderer(Catalogue(default_folders(None)), "en")
ZONES = ["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC", "Pacific/Apia"]
#: Ordinary days, and the nights when clocks change in some of the zones.
DAYS = [NOW, datetime(2026, 10, 24, 22, 10, tzinfo=UTC), datetime(2026, 3, 28, 23, 40, tzinfo=UTC)]
NONE = timedelta()
LENGTHS = st.sampled_from(["30m", "90m", "5h", "2d"])
TIMES = st.sampled_from(
    ["02:00", "02:30", "03:10", "22:00", "23:59", "30m", "26h", "2026-01-01T10:00", "now"]
)
STEPS: dict[str, dict[str, Any]] = {
    "start": {"verb": Verb.UPDATE, "phase": "in_progress"},
    "move": {"verb": Verb.UPDATE},
    "end": {"verb": Verb.RESOLVE},
    "cancel": {"verb": Verb.RETRACT},
}
ALLOWED = {
    Phase.SCHEDULED: {"start", "move", "cancel"},
    Phase.IN_PROGRESS: {"move", "end", "cancel"},
    Phase.COMPLETED: set(),
    Phase.CANCELLED: set(),
}


@dataclass(frozen=True, slots=True)
class Step:
    """What is typed `wait` after the step before."""

    name: str
    wait: timedelta
    begins: str | None
    ends: str | None


steps = st.builds(
    Step,
    st.sampled_from([*STEPS, "move", "start"]),
    st.sampled_from([timedelta(minutes=7), timedelta(hours=4), timedelta(days=1)]),
    st.none() | TIMES,
    st.none() | LENGTHS | TIMES,
)


def asked(step: Step) -> Request:
    given: dict[str, Any] = {**STEPS[step.name]}
    if step.name in {"start", "move"}:
        given["window_until"] = step.ends
    if step.name == "move":
        given["window_from"] = step.begins
    return Request(**given, maintenance=True)


def announced(begins="22:00", ends="90m", **given) -> Request:
    return Request(
        verb=Verb.NOTIFY, title="Database", maintenance=True, window_from=begins, window_until=ends, **given
    )


def published(state: State, composed: Composed) -> State:
    facts = composed.facts
    text = RENDERER.render(facts, "customers", "en", ChannelKind.SMS).message.text
    assert "None" not in text
    outgoing = Outgoing(
        key=f"INC-1-{facts.sequence}",
        message=Message(locale="en", text=text, subject=facts.title),
        headline=headline(facts, "abc"),
    )
    return state.published(outgoing)[0]


def seen(state: State, zone: str) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Return what calendars and monitors read on the page: the event, and the phases in each list."""
    told, site = incident_views(state), SiteSettings(title="Status", zone=zone, language="en")
    feed = dict(calendars(told, site, "en"))["maintenance.ics"]
    files = dict(Api(told, site).files())
    lists = {
        name: [one["status"] for one in json.loads(text)["scheduled_maintenances"]]
        for name, text in files.items()
        if "scheduled_maintenances" in text
    }
    assert feed.count("BEGIN:VEVENT") == 1
    return dict(re.findall(r"^(UID|SEQUENCE|DTSTART|DTEND|STATUS):(.*?)\r$", feed, re.MULTILINE)), {
        name.removeprefix("api/v2/").removesuffix(".json"): listed for name, listed in lists.items()
    }


def walked(request: Request, walk: list[Step], zone: str, now: datetime) -> Iterator[tuple[Step | None, Any]]:
    """Yield each step with its result: the notice, or the refusal."""
    own = replace(SETTINGS, timezone=ZoneInfo(zone), locale="en")
    before, sequence = FIRST, 1
    for step in (None, *walk):
        now += step.wait if step else timedelta()
        try:
            composed = compose(asked(step) if step else request, before, own, DEPENDENCIES, now)
        except UsageError as refused:
            yield step, refused
            if step is None:
                return
            continue
        sequence += 1
        before = after(composed, sequence=sequence)
        yield step, composed


@settings(max_examples=150, deadline=None)
@given(TIMES, LENGTHS | TIMES, st.lists(steps, max_size=6), st.sampled_from(ZONES), st.sampled_from(DAYS))
def test_every_order_of_steps_leaves_one_true_event(begins, ends, walk, zone, now):
    state, phase, events = State(), None, []
    for step, came in walked(announced(begins, ends), walk, zone, now):
        if isinstance(came, UsageError):
            assert came.exit_status == 2
            assert came.hint
            continue
        facts = came.facts
        assert step is None or step.name in ALLOWED[phase]
        phase = facts.phase
        state = published(state, came)
        event, lists = seen(state, zone)
        events.append(event)
        assert event.get("DTEND", "9") > event["DTSTART"]
        assert event["STATUS"] == ("CANCELLED" if phase is Phase.CANCELLED else "CONFIRMED")
        assert lists["scheduled-maintenances/upcoming"] == (["scheduled"] if phase is Phase.SCHEDULED else [])
        assert lists["scheduled-maintenances/active"] == (
            ["in_progress"] if phase is Phase.IN_PROGRESS else []
        )
        if not phase.closed and facts.window_ends:
            assert facts.window_ends > facts.as_of
        if facts.window_ends:
            assert elapsed(facts.window_starts, facts.window_ends) > NONE
        if facts.former_ends:
            assert (facts.former_starts, facts.former_ends) != (facts.window_starts, facts.window_ends)
    assert len({one["UID"] for one in events}) <= 1
    sequence = [int(one["SEQUENCE"]) for one in events]
    assert sequence == sorted(set(sequence))


def after_steps(request: Request, *walk: Step, zone="Europe/Berlin", now=NOW) -> Any:
    *_, (_, last) = walked(request, list(walk), zone, now)
    return last


SOON = timedelta(minutes=7)


def test_a_window_that_is_moved_keeps_its_length_and_names_the_one_before():
    moved = after_steps(announced(), Step("move", SOON, "2026-05-05T23:00", None)).facts

    assert f"{moved.window_starts:%d %H:%M}-{moved.window_ends:%d %H:%M}" == "05 23:00-06 00:30"
    assert f"{moved.former_starts:%d %H:%M}-{moved.former_ends:%d %H:%M}" == "04 22:00-04 23:30"
    assert moved.window_change == "moved"


def test_a_length_is_a_true_one_on_the_night_when_clocks_change():
    night = datetime(2026, 10, 24, 12, 0, tzinfo=UTC)
    plain = after_steps(announced("2026-10-25T01:30", "3h"), now=night).facts
    moved = after_steps(
        announced("23:00", "3h"), Step("move", SOON, "2026-10-25T01:30", None), now=night
    ).facts

    for facts in (plain, moved):
        assert facts.window_ends.astimezone(UTC) - facts.window_starts.astimezone(UTC) == timedelta(hours=3)
        assert f"{facts.window_ends:%H:%M}" == "03:30"


def test_the_facts_say_how_the_window_has_changed():
    begun = Step("start", timedelta(hours=9), None, None)
    longer = after_steps(announced(), begun, Step("move", SOON, None, "3h")).facts
    shorter = after_steps(announced(), begun, Step("move", SOON, None, "5m")).facts
    facts = after_steps(announced(), begun).facts
    overdue = replace(facts, as_of=facts.window_ends + timedelta(minutes=5))

    assert facts.window_change is None
    assert (longer.window_change, shorter.window_change) == ("longer", "shorter")
    assert overdue.window_change == "overdue"


def test_a_beginning_after_the_announced_end_needs_another_end():
    late = timedelta(days=1)
    assert "is over" in str(after_steps(announced(), Step("start", late, None, None)))
    assert after_steps(announced(), Step("start", late, None, "90m")).facts.phase is Phase.IN_PROGRESS


@pytest.mark.parametrize(
    ("services", "said"),
    [(("checkout",), False), (("shop",), True), ((), False)],
)
def test_an_end_calls_nothing_available_that_an_open_outage_has_down(services, said):
    outage = compose(
        Request(verb=Verb.NOTIFY, title="Down", services=services),
        EarlierNotices(incident=None, latest=None, ref="INC-9", sequence=1),
        replace(SETTINGS, services={}),
        DEPENDENCIES,
        NOW,
    ).incident
    begun = after_steps(announced("now", services=("checkout",)))
    before = replace(after(begun), beside=(outage,))
    over = compose(Request(verb=Verb.RESOLVE, maintenance=True), before, SETTINGS, DEPENDENCIES, NOW)

    text = RENDERER.render(over.facts, "customers", "en", ChannelKind.SMS).message.text
    assert ("Available again" in text) is said


def test_keys_of_notices_without_maintenance_keep_their_meaning():
    """An upgrade between two runs of one command under one key must not refuse the second."""
    digest = "d63f0c70930881013aa426a02fdc9829"
    assert Request(verb=Verb.NOTIFY, title="Down").inputs_hash().startswith(digest)
