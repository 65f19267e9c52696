"""What posts have in common on every network: each update is a reply to the one before."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from broadcast.channels.answers import text_of
from broadcast.channels.lookup import is_complete, moment, since
from broadcast.model.outcome import Accepted, NotSent, Outcome, Thread, Unknown
from broadcast.model.outgoing import Attempted


def posted(post: str, thread: Thread | None, detail: str | None = None) -> Accepted:
    """The post is out; the next one is to be a reply to it."""
    return Accepted(post, Thread(thread.root if thread else post, post), detail)


def found(
    posts: Sequence[Mapping[str, object]],
    attempt: Attempted,
    page: int,
    is_ours: Callable[[Mapping[str, object]], bool],
) -> Outcome:
    """What became of an attempt, by the account's own posts, newest first and cut off after `page`."""
    earliest = since(attempt)
    for post in posts:
        if is_ours(post) and moment(post, "created_at") >= earliest:
            return posted(text_of(post, "id"), attempt.outgoing.thread, "found among our posts")
    if is_complete(posts, page, "created_at", earliest):
        return NotSent("it is not among our posts")
    return Unknown("look-up failed: too many posts since")
