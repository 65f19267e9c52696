"""How news of alerts wait for their draft."""

from __future__ import annotations

from dataclasses import replace

import pytest

from broadcast.ledger.ledger import Ledger
from broadcast.model.alert import Alert, AlertGroup
from broadcast.testing.ledger_fixtures import LedgerFixtures
from broadcast.testing.ledger_samples import NOON, after

_FIRING = AlertGroup(
    digest="c0ffee",
    firing=True,
    alerts=(
        Alert(firing=True, labels={"service": "checkout"}, texts={"summary": "Down"}, since=NOON),
        Alert(firing=False),
    ),
    more=3,
)
_OVER = replace(_FIRING, firing=False, alerts=())


def _nothing() -> None:
    """Write no file."""


class AlertsContract(LedgerFixtures):
    """News wait until a draft says them; what alerts said is kept no longer than that."""

    def test_news_are_read_as_they_were_recorded(self, ledger: Ledger) -> None:
        ledger.alerts.record([_FIRING], NOON)

        (news,) = ledger.alerts.without_draft()

        assert (news.group, news.opened_at, news.written) == (_FIRING, NOON, "")

    def test_drafted_news_are_gone_and_later_ones_know_their_draft(self, ledger: Ledger) -> None:
        ledger.alerts.record([_FIRING], NOON)
        (news,) = ledger.alerts.without_draft()

        assert ledger.alerts.drafted(news, "digest", _nothing)
        assert ledger.alerts.without_draft() == []
        ledger.alerts.record([_FIRING], after(60))
        (later,) = ledger.alerts.without_draft()

        assert (later.opened_at, later.written) == (NOON, "digest")

    def test_a_draft_of_older_news_is_not_written(self, ledger: Ledger) -> None:
        ledger.alerts.record([_FIRING], NOON)
        (news,) = ledger.alerts.without_draft()
        ledger.alerts.record([_FIRING], after(1))
        called: list[str] = []

        assert not ledger.alerts.drafted(news, "digest", lambda: called.append("wrote"))
        assert called == []

    def test_two_processes_write_one_draft_once(self, ledger: Ledger) -> None:
        ledger.alerts.record([_FIRING], NOON)
        (news,) = ledger.alerts.without_draft()

        assert [ledger.alerts.drafted(news, "digest", _nothing) for _ in range(2)] == [True, False]

    def test_a_file_that_cannot_be_written_leaves_the_news(self, ledger: Ledger) -> None:
        ledger.alerts.record([_FIRING], NOON)
        (news,) = ledger.alerts.without_draft()

        def fail() -> None:
            raise OSError("no space")

        with pytest.raises(OSError, match="no space"):
            ledger.alerts.drafted(news, "digest", fail)
        assert ledger.alerts.without_draft() == [news]

    def test_a_group_that_is_over_is_removed_with_its_draft(self, ledger: Ledger) -> None:
        ledger.alerts.record([_FIRING], NOON)
        ledger.alerts.record([_OVER], after(1))
        (news,) = ledger.alerts.without_draft()

        assert not news.group.firing
        assert ledger.alerts.drafted(news, "", _nothing)
        ledger.alerts.record([_FIRING], after(2))
        (again,) = ledger.alerts.without_draft()

        assert again.opened_at == after(2)

    def test_the_end_of_an_unknown_group_changes_nothing(self, ledger: Ledger) -> None:
        ledger.alerts.record([_OVER], NOON)

        assert ledger.alerts.without_draft() == []
