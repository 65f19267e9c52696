"""What an incident's earlier notices say, as the next notice finds it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from broadcast.ledger.records import Notice
from broadcast.model.incident import Incident, Phase
from broadcast.model.notice import Facts, NoticeKind


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierNotices:
    """What is known before a notice: its incident and the latest notice, or the next free reference.

    `beside` are the other open incidents. `earlier` are the notices before the latest, oldest first.
    """

    incident: Incident | None
    latest: Notice | None
    ref: str
    sequence: int
    beside: tuple[Incident, ...] = ()
    earlier: tuple[Notice, ...] = ()

    @property
    def facts(self) -> Facts | None:
        """What the latest notice said."""
        return self.latest.facts if self.latest else None

    @property
    def reopened(self) -> bool:
        """Whether the latest notice took an all-clear back."""
        facts = self.facts
        return facts is not None and facts.kind is NoticeKind.RETRACTION and not facts.phase.closed

    @property
    def open_facts(self) -> Facts | None:
        """What the latest notice said that was published while the incident was open."""
        return next((facts for facts in self._backwards() if not facts.phase.closed), None)

    @property
    def found(self) -> Phase:
        """The phase in which the cause stood before it was repaired: identified, or else investigating."""
        searching = {Phase.INVESTIGATING, Phase.IDENTIFIED}
        return next((one.phase for one in self._backwards() if one.phase in searching), Phase.INVESTIGATING)

    @property
    def works_again(self) -> datetime | None:
        """When readers were first told that it works again, if that is still what they know."""
        said = takewhile(lambda facts: facts.phase is Phase.MONITORING, self._backwards())
        return min((facts.as_of for facts in said), default=None)

    def _backwards(self) -> Iterator[Facts]:
        """Yield what was said, the latest first."""
        if self.latest:
            yield self.latest.facts
        yield from (notice.facts for notice in reversed(self.earlier))
