"""What a notice asks: its receivers are to confirm it in time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from broadcast.config.settings import Settings
from broadcast.model.question import NoticeQuestion
from broadcast.publishing.plan_summary import Share
from broadcast.publishing.request import Request

#: Seconds that people have for an answer on each channel, at least.
SHORTEST_WAIT = 60.0


def question(request: Request, shares: Iterable[Share], now: datetime) -> NoticeQuestion | None:
    """Return what the notice asks, None if it asks nothing.

    The time is divided evenly among the channels of the longest route, so that everybody can be told on every
    channel in time.
    """
    within = request.confirm_within
    if within is None:
        return None
    longest = max((len(share.route) for share in shares if not share.posts), default=1)
    return NoticeQuestion(
        asked_at=now,
        answer_by=now + timedelta(seconds=within),
        wait=max(SHORTEST_WAIT, within / longest),
        policy=request.policy,
    )


def unheard(request: Request, settings: Settings) -> Iterator[str]:
    """Yield a warning if no process of ours could hear an answer, so that no text asks for one."""
    if request.confirm_within is not None and settings.serve.url is None:
        yield (
            "no text asks for a confirmation, because [serve] url is not set and no answer could arrive; "
            "enter what people tell you with `confirm`"
        )
