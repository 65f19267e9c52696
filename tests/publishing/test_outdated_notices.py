"""Warnings about a notice that is sent long after it was written."""

from __future__ import annotations

from datetime import timedelta

import pytest

from broadcast.publishing.outdated_notices import lateness
from broadcast.publishing.request import Verb
from tests.publishing.test_compose import NOW, after, composed

MINUTE = timedelta(minutes=1)


def written(**given):
    return after(composed(**given)).latest


@pytest.mark.parametrize(("minutes", "said"), [(10, None), (11, "was written"), (31, "has passed")])
def test_a_retry_warns_about_outdated_facts(minutes, said):
    remarks = list(lateness(written(severity="sev2"), NOW + minutes * MINUTE))

    assert [said in remark for remark in remarks] == ([True] if said else [])
    assert all("update INC-1" in remark for remark in remarks)


def test_an_end_is_true_whenever_it_is_heard():
    over = after(composed(Verb.RESOLVE, after(composed()))).latest

    assert list(lateness(over, NOW + 90 * MINUTE)) == []


def test_without_a_promise_nothing_is_said_of_one():
    [remark] = lateness(written(next_update="none"), NOW + 90 * MINUTE)

    assert "was written at 2026-05-04 14:07" in remark
