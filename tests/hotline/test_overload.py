"""When call-backs are offered instead of ringing, and what callers hear then."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from broadcast.hotline.effects import RequestCallBack
from broadcast.hotline.overload import QueueLoad, overload
from broadcast.hotline.snapshot import Mode
from broadcast.model.call_document import Record
from tests.hotline.telephone_call import TelephoneCall, snapshot

LIMIT = 300.0


def load(**changes: Any) -> QueueLoad:
    return replace(QueueLoad(waiting=0, agents=4, busy=4), **changes)


def test_a_free_agent_is_no_overload():
    found = overload(load(busy=3, handling=[600.0] * 5), LIMIT, before=False)

    assert (found.active, found.wait) == (False, 0)


def test_it_begins_above_the_limit_and_ends_below_half_of_it():
    def active(waiting: int, *, before: bool) -> bool:
        found = load(waiting=waiting, handling=[600.0] * 5, gave_up=5, waited=5 * 3600.0)
        return overload(found, LIMIT, before=before).active

    # Four agents with ten minutes each: somebody is free every two and a half minutes.
    assert [active(waiting, before=False) for waiting in (0, 1, 2)] == [False, False, True]
    assert [active(waiting, before=True) for waiting in (0, 1, 2)] == [False, True, True]


def test_a_shift_without_people_is_overload_and_no_shift_is_none():
    ill = overload(load(agents=0, busy=0), LIMIT, before=False)
    night = overload(load(agents=0, busy=0, in_hours=False), LIMIT, before=True)

    assert (ill.active, night.active) == (True, False)
    assert "the shifts" in ill.why


def test_the_reason_has_the_figures():
    said = overload(load(waiting=12), LIMIT, before=False).why

    assert said == "expected wait 6.1 min, limit 5.0 min: 12 callers waiting, 4 agents, 4 busy"


def test_the_reason_says_what_follows_from_the_present_rate():
    said = overload(load(waiting=0, agents=10, busy=10, arrivals=2.0), LIMIT, before=False).why

    assert said.endswith("at 2.0 callers a minute 14% hang up, and agents talk 86% of the time")


def call(**known: object) -> TelephoneCall:
    return TelephoneCall(snapshot=snapshot(**known)).begin()


def test_an_overloaded_hotline_says_so_and_offers_a_call_back():
    caller = call(overloaded=True)
    caller.press("0")
    assert "Gerade rufen sehr viele Menschen an." in caller.words
    assert "Wir rufen Sie zurück" in caller.words

    caller.press("1")
    assert any(isinstance(effect, RequestCallBack) for effect in caller.effects)


@pytest.mark.parametrize("mode", [Mode.CALL_BACK, Mode.VOICEMAIL])
def test_a_chosen_mode_asserts_neither_many_callers_nor_an_empty_shift(mode):
    caller = call(mode=mode)
    caller.press("0")

    assert "Leider ist gerade niemand frei." in caller.words
    assert "viele" not in caller.words


def test_a_shift_whose_people_are_all_ill_offers_a_call_back():
    caller = call(agents=(), overloaded=True, in_hours=True)
    caller.press("0")

    assert "Leider ist gerade niemand frei." in caller.words
    assert "Wir rufen Sie zurück" in caller.words


def test_outside_of_all_shifts_a_message_is_recorded_at_once():
    caller = call(agents=())
    caller.press("0")

    assert "Gerade ist niemand im Dienst." in caller.words
    assert isinstance(caller.last.document[-1], Record)
