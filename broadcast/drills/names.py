"""Find names in an exercise that its company does not have, before the exercise starts. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet

from broadcast.config.problems import Problems
from broadcast.config.settings import Settings
from broadcast.drills.exercise import Exercise, ExerciseStep
from broadcast.model.incident import Phase, Severity
from broadcast.model.nearest import suggest
from broadcast.model.system import NOTHING, system_name
from broadcast.planning.planned_channel import PlannedChannel
from broadcast.publishing.dependencies import dependencies


def check_names(exercise: Exercise, settings: Settings, channels: Mapping[str, PlannedChannel]) -> None:
    """Raise one `ConfigError` that lists every unknown name with file, line and step."""
    known = _known(settings, channels)
    problems = Problems(str(exercise.path))
    for step, place in zip(exercise.steps, exercise.places, strict=True):
        for key, name in _named(step):
            if key in known and known[key].isdisjoint({name, system_name(name)}):
                what = f'the company does not know "{name}" ({key})'
                problems.add(place.at(key), what, _fix(key, name, known[key]))
        if (step.callers or step.agents) and settings.calls is None:
            key = "callers" if step.callers else "agents"
            problems.add(place.at(key), "the company has no hotline", "add [hotline] to its broadcast.toml")
    problems.raise_any()


def _fix(key: str, name: str, known: AbstractSet[str]) -> str:
    """Return what to write instead; the severity of an outage must not be guessed from a spelling."""
    return "write sev1 (worst), sev2, sev3 or sev4" if key == "severity" else suggest(name, known)


def _known(settings: Settings, channels: Mapping[str, PlannedChannel]) -> Mapping[str, AbstractSet[str]]:
    """Return the possible values of each field of a step; a company without services takes any."""
    systems = set(dependencies(settings).known(channels.values()))
    return {
        "down": systems,
        "affects": systems | {NOTHING},
        **({"services": set(settings.services)} if settings.services else {}),
        "audiences": set(settings.audiences),
        "channels": set(settings.channels),
        "not_channels": set(settings.channels),
        "severity": set(Severity),
        "phase": set(Phase),
        "policy": set(settings.escalation),
    }


def _named(step: ExerciseStep) -> Iterator[tuple[str, str]]:
    """Yield every name in a step, with its field."""
    yield from (("down", name) for name in step.down or ())
    if step.escalation:
        yield "policy", step.escalation.policy
    if step.request is None:
        return
    lists = ("affects", "services", "audiences", "channels", "not_channels")
    yield from ((key, name) for key in lists for name in getattr(step.request, key))
    yield from ((key, name) for key in ("severity", "phase") if (name := getattr(step.request, key)))
