"""Readers outside during an exercise: they are told that it is one, and that it is over; nothing between."""

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
    """Whom an update of an exercise leaves out: readers outside, of `audiences` that heard of it.

    Who never heard of it is told once, like everybody.
    """

    audiences: Collection[str] = ()

    def others(self, audiences: Sequence[AudienceSettings]) -> list[AudienceSettings]:
        """Return the audiences that are told; raises `NothingMatched` where there is none."""
        others = [one for one in audiences if not self._spares(one.name, one.template_audience)]
        if audiences and not others:
            names = ", ".join(one.name for one in audiences)
            raise NothingMatched(
                f"an exercise is told to {names} with its first and its last notice only",
                hint="tell colleagues more with --audience, or end it: broadcast resolve",
            )
        return others

    def heard(self, told: Iterable[PreviousDelivery]) -> list[PreviousDelivery]:
        """Return what was told before to everybody else."""
        return [one for one in told if not self._spares(one.audience, one.template_audience)]

    def owed(self, plan: Iterable[Planned]) -> Iterable[Planned]:
        """Return what is owed to everybody else, as often as it is gone through."""
        return _OwedDeliveries(plan, self) if self.audiences else plan

    def advisories(
        self, audiences: Iterable[AudienceSettings], told: Iterable[PreviousDelivery]
    ) -> list[str]:
        """Who is left out, in one line at most."""
        spared = [one.name for one in audiences if self._spares(one.name, one.template_audience)]
        posts = [
            one.channel
            for one in told
            if not one.contact and self._spares(one.audience, one.template_audience)
        ]
        named = ", ".join(dict.fromkeys((*spared, *posts)))
        said = "readers outside get the first and the last notice of an exercise: left out"
        return [f"{said} {named}"] if named else []

    def spares(self, planned: Planned) -> bool:
        """Return whether this message is left out."""
        return self._spares(planned.audience, planned.template_audience)

    def _spares(self, audience: str, texts: str) -> bool:
        return texts in OUTSIDE and audience in self.audiences


@dataclass(frozen=True, slots=True)
class _OwedDeliveries:
    plan: Iterable[Planned]
    outside_readers: OutsideReaders

    def __iter__(self) -> Iterator[Planned]:
        return (planned for planned in self.plan if not self.outside_readers.spares(planned))
