"""Calls whose memory was lost, and requests that come twice."""

from __future__ import annotations

import pytest

from broadcast.hotline.call_state import Step
from broadcast.model.call_document import Dial
from tests.hotline.telephone_call import (
    TelephoneCall,
    begun,
)


@pytest.mark.parametrize(
    "path",
    [
        "/voice/unheard-of/4?l=xx&r=-1&w=abc&t=nonsense",
        "/voice/answer/99999999999999999999?l=de",
        "/voice/menu/3",
        "/voice/reply/x?k=1e9&s=%00",
    ],
)
def test_a_call_whose_memory_was_lost_goes_on_from_its_path(path: str):
    call = TelephoneCall(path=path)

    assert call.request().state.step in {Step.NUDGE, Step.GOODBYE}
    assert call.press("0").document[-1].__class__ is Dial


def test_a_repeated_request_has_the_same_answer():
    call, again = begun(), begun()
    call.press("2")
    again.press("2")

    assert call.press("1") == again.press("1")
