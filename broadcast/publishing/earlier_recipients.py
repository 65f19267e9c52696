"""The recipients of an incident's earlier notices: those who were told, and those who still wait."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from broadcast.ledger.ledger import Ledger
from broadcast.model.forgotten import Forgotten
from broadcast.model.incident import Incident
from broadcast.model.previous_delivery import PreviousDelivery


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierRecipients:
    """The deliveries of an incident so far.

    `previous` were sent, or may have been; `waiting` were not sent yet. `audiences` are those of all its
    notices, reached or not. `threads` has the provider's first reference by publishing channel. `texts` are
    audience, locale and kind of every text. `forgotten` recognises people who were erased meanwhile.
    """

    previous: Sequence[PreviousDelivery] = ()
    waiting: Sequence[PreviousDelivery] = ()
    audiences: Sequence[str] = ()
    threads: Mapping[str, str] = field(default_factory=dict)
    texts: Sequence[tuple[str, str, str]] = ()
    forgotten: Forgotten | None = None

    @classmethod
    def by(cls, ledger: Ledger, incident: Incident | None) -> EarlierRecipients:
        """Read them from the ledger; without an incident there are none."""
        if incident is None:
            return cls()
        history = ledger.history
        return cls(
            previous=history.previous_deliveries(incident),
            waiting=history.waiting_deliveries(incident),
            audiences=history.audiences(incident),
            threads={name: root for name, (root, _) in history.threads(incident.id).items()},
            texts=history.texts(incident),
            forgotten=ledger.erasure.forgotten(incident.id),
        )

    def waiting_deliveries(self) -> list[PreviousDelivery]:
        """Return the waiting deliveries whose person was not told in the same lane."""
        previous = {(one.receiver, one.audience, one.lane) for one in self.previous}
        return [one for one in self.waiting if (one.receiver, one.audience, one.lane) not in previous]
