"""The people of an escalation step: who is on duty now, and who is in an audience."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from broadcast.config.settings import Settings
from broadcast.contacts.book import read_contacts
from broadcast.contacts.permission import Permission
from broadcast.errors import ConfigError, UsageError
from broadcast.ledger.ledger import Ledger
from broadcast.model.contact import Contact
from broadcast.model.escalation import AUDIENCE, ON_CALL, EscalationStep
from broadcast.planning.escalation_plan import StepRoster
from broadcast.publishing.on_duty import on_duty


@dataclass(frozen=True, slots=True)
class StepPeople:
    """Finds the people of steps; what is missing is a gap, never an error: others must still be asked."""

    settings: Settings
    ledger: Ledger

    def at(self, step: EscalationStep, now: datetime) -> StepRoster:
        """Return the people of a step at a time; they are on duty, so that they cannot unsubscribe."""
        people: list[tuple[str, Contact]] = []
        gaps: list[str] = []
        for spelled in step.to:
            found, missing = self.named(spelled, now)
            people += [(spelled.removeprefix(AUDIENCE), contact) for contact in found]
            gaps += missing
        return StepRoster(tuple(people), tuple(gaps))

    def named(self, spelled: str, now: datetime) -> tuple[Sequence[Contact], tuple[str, ...]]:
        """Return the people of `oncall:NAME` or `audience:NAME`, and what is missing."""
        try:
            found = self._found(spelled, now)
        except (ConfigError, UsageError) as error:
            return (), (f"{spelled}: {error}",)
        return found, () if found else (_nobody(spelled),)

    def _found(self, spelled: str, now: datetime) -> Sequence[Contact]:
        if spelled.startswith(ON_CALL):
            return on_duty(self.settings, self.ledger, spelled.removeprefix(ON_CALL), now)
        audience = self.settings.audiences.get(spelled.removeprefix(AUDIENCE))
        if audience is None:
            raise UsageError("the audience is not in the configuration any more")
        listed = read_contacts(audience.contacts, self.settings.region).contacts if audience.contacts else ()
        permission = Permission(suppressed=self.ledger.suppressions.suppressed(), internal=True)
        return [permission.unsuppressed(contact) for contact in listed]


def _nobody(spelled: str) -> str:
    return f"{spelled} has nobody on duty" if spelled.startswith(ON_CALL) else f"{spelled} has no people"
