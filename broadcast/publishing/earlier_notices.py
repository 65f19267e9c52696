"""The earlier notices of an incident, as the next notice needs them. Pure."""

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
    """The incident of a new notice, with its earlier notices; for a new incident, only the next free `ref`.

    `sequence` is the number of the new notice. `beside` are the other open incidents. `earlier` are the
    notices before `latest`, oldest first. `audiences` were told of the incident so far.
    """

    incident: Incident | None
    latest: Notice | None
    ref: str
    sequence: int
    beside: tuple[Incident, ...] = ()
    earlier: tuple[Notice, ...] = ()
    audiences: tuple[str, ...] = ()

    @property
    def facts(self) -> Facts | None:
        """The facts of the latest notice."""
        return self.latest.facts if self.latest else None

    @property
    def reopened(self) -> bool:
        """Whether the latest notice took an all-clear back."""
        facts = self.facts
        return facts is not None and facts.kind is NoticeKind.RETRACTION and not facts.phase.closed

    @property
    def open_facts(self) -> Facts | None:
        """The facts of the latest notice that was published while the incident was open."""
        return next((facts for facts in self._backwards() if not facts.phase.closed), None)

    @property
    def found(self) -> Phase:
        """The last phase before the repair: identified if the cause was found, or else investigating."""
        searching = {Phase.INVESTIGATING, Phase.IDENTIFIED}
        return next((one.phase for one in self._backwards() if one.phase in searching), Phase.INVESTIGATING)

    @property
    def works_again(self) -> datetime | None:
        """When readers were first told that it works again; None if a later notice said otherwise."""
        said = takewhile(lambda facts: facts.phase is Phase.MONITORING, self._backwards())
        return min((facts.as_of for facts in said), default=None)

    def _backwards(self) -> Iterator[Facts]:
        """Yield the facts of all notices, the latest first."""
        if self.latest:
            yield self.latest.facts
        yield from (notice.facts for notice in reversed(self.earlier))
