"""Send an exercise's updates only inside the organisation; others get its first and last notice. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from broadcast.config.settings import AudienceSettings
from broadcast.errors import NothingMatched
from broadcast.model.plan import Planned
from broadcast.model.previous_delivery import PreviousDelivery
from broadcast.rendering.text_draft import OUTSIDE


@dataclass(frozen=True, slots=True)
class OutsideReaders:
    """The readers outside the organisation that an update of an exercise leaves out.

    `audiences` are those that already know of the exercise. Audiences that are new to it get one notice.
    """

    audiences: Collection[str] = ()

    def others(self, audiences: Sequence[AudienceSettings]) -> list[AudienceSettings]:
        """Return the audiences that are told; raises `NothingMatched` if there are none."""
        others = [one for one in audiences if not self._spares(one.name, one.template_audience)]
        if audiences and not others:
            names = ", ".join(one.name for one in audiences)
            raise NothingMatched(
                f"an exercise is told to {names} with its first and its last notice only",
                hint="tell colleagues more with --audience, or end it: broadcast resolve",
            )
        return others

    def heard(self, previous: Iterable[PreviousDelivery]) -> list[PreviousDelivery]:
        """Return the earlier deliveries to everybody else."""
        return [one for one in previous if not self._spares(one.audience, one.template_audience)]

    def owed(self, plan: Iterable[Planned]) -> Iterable[Planned]:
        """Return the deliveries to everybody else; like a plan, they can be iterated more than once."""
        return _OwedDeliveries(plan, self) if self.audiences else plan

    def advisories(
        self, audiences: Iterable[AudienceSettings], previous: Iterable[PreviousDelivery]
    ) -> list[str]:
        """Return one warning that names the audiences and channels left out; none if all are told."""
        spared = [one.name for one in audiences if self._spares(one.name, one.template_audience)]
        posts = [
            one.channel
            for one in previous
            if not one.contact and self._spares(one.audience, one.template_audience)
        ]
        named = ", ".join(dict.fromkeys((*spared, *posts)))
        said = "readers outside get the first and the last notice of an exercise: left out"
        return [f"{said} {named}"] if named else []

    def spares(self, planned: Planned) -> bool:
        """Return whether this delivery is left out."""
        return self._spares(planned.audience, planned.template_audience)

    def _spares(self, audience: str, texts: str) -> bool:
        return texts in OUTSIDE and audience in self.audiences


@dataclass(frozen=True, slots=True)
class _OwedDeliveries:
    plan: Iterable[Planned]
    outside_readers: OutsideReaders

    def __iter__(self) -> Iterator[Planned]:
        return (planned for planned in self.plan if not self.outside_readers.spares(planned))
