"""Common to posts on every network: each update is a reply to the one before."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence

from broadcast.channels.lookup import Listed, ListPage, likeness, look_through, moment
from broadcast.channels.responses import text_of
from broadcast.channels.transport import Answer
from broadcast.model.outcome import Accepted, Outcome, Thread
from broadcast.model.outgoing import Attempted, Outgoing


def posted(post: str, thread: Thread | None, detail: str | None = None) -> Accepted:
    """Return `Accepted` for a post; the next one will be a reply to it."""
    return Accepted(post, Thread(thread.root if thread else post, post), detail)


async def found(
    attempt: Attempted, ask: Callable[[str], Awaitable[Answer]], read: Callable[[Answer], ListPage | None]
) -> Outcome:
    """Return the outcome of an attempt, judged by the account's own posts."""
    post = await look_through(attempt, ask, read, "it is not among our posts")
    if not isinstance(post, Listed):
        return post
    return posted(text_of(post.document, "id"), attempt.outgoing.thread, "found among our posts")


def listed(
    posts: Sequence[Mapping[str, object]], outgoing: Outgoing, shown: Callable[[Mapping[str, object]], str]
) -> Iterator[Listed]:
    """Yield the posts of one page; `shown` returns the text of a post as people read it."""
    for post in posts:
        text = shown(post)
        yield Listed(post, moment(post, "created_at"), likeness(outgoing, text, keeps_words=True))
