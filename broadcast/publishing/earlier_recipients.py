"""The people of an incident so far: told already or still waiting, with the channels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from broadcast.ledger.ledger import Ledger
from broadcast.model.forgotten import Forgotten
from broadcast.model.incident import Incident
from broadcast.model.previous_delivery import PreviousDelivery


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierRecipients:
    """Who was told of an incident, or may have been, and for whom an earlier notice still waits.

    `audiences` are those that its notices were meant for, reached or not. `threads` has the provider's first
    reference by channel, for channels that publish. `texts` are audience, locale and kind of every text so
    far. `forgotten` knows who asked to be forgotten in the meantime.
    """

    told: Sequence[PreviousDelivery] = ()
    waiting: Sequence[PreviousDelivery] = ()
    audiences: Sequence[str] = ()
    threads: Mapping[str, str] = field(default_factory=dict)
    texts: Sequence[tuple[str, str, str]] = ()
    forgotten: Forgotten | None = None

    @classmethod
    def by(cls, ledger: Ledger, incident: Incident | None) -> EarlierRecipients:
        """As the ledger has it; nobody if there is no incident yet."""
        if incident is None:
            return cls()
        history = ledger.history
        return cls(
            told=history.told(incident),
            waiting=history.to_be_told(incident),
            audiences=history.audiences(incident),
            threads={name: root for name, (root, _) in history.threads(incident.id).items()},
            texts=history.texts(incident),
            forgotten=ledger.erasure.forgotten(incident.id),
        )

    def to_be_told(self) -> list[PreviousDelivery]:
        """Those who wait and were not told in the same lane."""
        told = {(one.receiver, one.audience, one.lane) for one in self.told}
        return [one for one in self.waiting if (one.receiver, one.audience, one.lane) not in told]
