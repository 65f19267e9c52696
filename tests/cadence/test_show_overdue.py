"""The page says, without a script, that a promised update is overdue, from that second on."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from broadcast.channels.page.site.ownership import STATE
from broadcast.publishing.request import Verb
from tests.cadence.conftest import Clockwork
from tests.harness.company import completed

SECOND = timedelta(seconds=1)


@pytest.fixture
def page(company) -> Clockwork:
    """A company that publishes on its own page."""
    company.configure([["site"]], extra='[channels.site]\nadapter = "site"\npath = "public"\n')
    return Clockwork(company)


def said(page, name="index.html") -> bool:
    """Whether a reader without scripts sees that the page is out of date."""
    text = (page.company.folder / "public" / name).read_text(encoding="utf-8")
    found = re.search(r'<div class="stale" id="stale" role="alert"( hidden)?>', text)
    assert found
    return not found[1]


def test_it_says_so_from_the_second_on_that_was_promised(page):
    page.company.notify(next_update="30m")
    due = page.company.incident().next_update_at

    assert page.round(due - SECOND * 20).done == ()
    assert not said(page)

    assert page.round(due).done == ("page: site: the page says now what is overdue",)
    assert said(page)
    assert page.round(due + SECOND).done == ()


def test_an_update_takes_it_away(page):
    page.company.notify(next_update="30m")
    page.round(page.company.incident().next_update_at)

    page.company.follow_up(Verb.UPDATE, next_update="5h")

    assert not said(page)
    assert page.round().done == ()


def test_a_page_that_cannot_be_written_is_trouble_and_the_next_round_tries_again(page):
    page.company.notify(next_update="30m")
    due = page.company.incident().next_update_at
    state = page.company.folder / "public" / STATE
    kept = state.read_text(encoding="utf-8")
    state.write_text("{", encoding="utf-8")

    (trouble,) = page.round(due).trouble
    state.write_text(kept, encoding="utf-8")

    assert trouble.startswith("page: site: the page cannot say what is overdue")
    assert page.round(due).done == ("page: site: the page says now what is overdue",)


def test_a_clock_that_was_wrong_does_not_stay_on_the_page(page):
    page.company.notify(next_update="30m")
    fast = page.company.incident().next_update_at + timedelta(days=1)
    page.round(fast)
    assert said(page)

    right = Clockwork(page.company)

    assert completed(right_round(right)).done == ("page: site: the page says now what is overdue",)
    assert not said(page)


async def right_round(clockwork):
    from broadcast.cadence.tick import tick
    from broadcast.dispatch.stop import Stop
    from broadcast.jobs import make_jobs

    with clockwork.company.ledger() as ledger:
        jobs = [job for job in make_jobs(clockwork.company.settings, ledger) if job.name == "page"]
        return await tick(jobs, clockwork.clock, Stop())
