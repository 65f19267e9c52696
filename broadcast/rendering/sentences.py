"""State words, and sentences that need a fact, so that a template cannot state what is not known.

The words are in `templates/<locale>/_sentences.toml`. The rules are here, so that all languages say the
same. A template writes `{% if say.apology %}{{ say.apology }}{% endif %}`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from broadcast.errors import ConfigError
from broadcast.model.incident import Phase, Severity
from broadcast.model.notice import Facts
from broadcast.model.situation import Situation

if TYPE_CHECKING:
    from broadcast.rendering.fit import Room

#: The file with the words of one language, in its folder.
FILE = "_sentences.toml"
Table: TypeAlias = Mapping[str, Mapping[str, str]]
#: Returns the name of the wording that is true for these facts, or None.
Choice: TypeAlias = Callable[[Facts, Situation], str | None]

_MINOR = frozenset({Severity.SEV3, Severity.SEV4})
_REQUEST = re.compile(r"\b(?:bitte|please)\b", re.IGNORECASE)
_STATES = {
    Situation.INVESTIGATING: "down",
    Situation.IDENTIFIED: "still_down",
    Situation.UPDATE: "still_down",
    Situation.REOPENED: "still_down",
    Situation.DOWN_AGAIN: "down_again",
    Situation.MONITORING: "works_again",
    Situation.STILL_WORKING: "still_works",
    Situation.RESOLVED: "fixed",
    Situation.RETRACTION: "no_outage",
    Situation.DRILL: "test",
    Situation.DRILL_OVER: "test_over",
}
#: The state word of a correction of one fact, by the phase of the incident.
_CORRECTED = {Phase.MONITORING: "works_again", Phase.RESOLVED: "fixed"}


@dataclass(frozen=True, slots=True)
class Rule:
    """The rule of a sentence: how to choose its wording, the fact that it needs, and the room, if any."""

    choose: Choice
    fact: str
    room: str | None = None


class Sentences:
    """`say.<name>`: the sentence if its fact holds and there is room for it, else `Missing`."""

    def __init__(self, table: Table, facts: Facts, situation: Situation, room: Room) -> None:
        self._table, self._facts, self._situation, self._room = table, facts, situation, room

    def __getitem__(self, name: str) -> object:
        from broadcast.rendering.missing import Missing

        rule = RULES[name]
        wording = rule.choose(self._facts, self._situation)
        if wording is None:
            return Missing(f"say.{name} stands only with its fact: {rule.fact}", name=f"say.{name}")
        if rule.room and not getattr(self._room, rule.room):
            return Missing(f"there is no room for say.{name}", name=f"say.{name}")
        return self._table[name][wording]


def state_word(table: Table, facts: Facts, situation: Situation) -> str:
    """Return `Gestört`, `Still down`: by phase and severity; maintenance and corrections have their own."""
    return table["state"][state_of(facts, situation)]


def state_of(facts: Facts, situation: Situation) -> str:
    """Return the name of the state word in the table."""
    if situation.maintenance:
        return "maintenance"
    state = _STATES.get(situation, "down")
    if situation is Situation.CORRECTION:
        state = _CORRECTED.get(facts.phase, state)
    if situation is Situation.IDENTIFIED and facts.phase_before is None:
        state = "down"
    if facts.severity in _MINOR and "down" in state:
        return state.replace("down", "limited")
    return state


def checked(table: Mapping[str, object], where: str) -> Table:
    """Return the table of one language; raises `ConfigError` if an entry is no text."""
    for section, entries in table.items():
        if not isinstance(entries, dict) or not all(isinstance(text, str) for text in entries.values()):
            raise ConfigError(
                f"{where}: [{section}] has an entry that is no text", hint='write NAME = "text"'
            )
    return table  # type: ignore[return-value]  # looked at above


def _work(facts: Facts, situation: Situation) -> str | None:
    wording = "watching" if situation.works else _WORK.get(situation)
    return wording if wording and not _typed(facts, wording) else None


_WORK = {
    Situation.INVESTIGATING: "searching",
    Situation.IDENTIFIED: "fixing",
    Situation.DOWN_AGAIN: "fixing",
    Situation.UPDATE: "still_fixing",
    Situation.REOPENED: "still_fixing",
}


def _cause(facts: Facts, situation: Situation) -> str | None:
    found = situation is Situation.IDENTIFIED and facts.phase is Phase.IDENTIFIED
    return "found" if found and not _typed(facts, "found") else None


def _apology(facts: Facts, situation: Situation) -> str | None:
    wording = None if facts.drill else _APOLOGIES.get(situation)
    if wording is None or _typed(facts, "apology"):
        return None
    return "limited" if wording in {"outage", "end"} and facts.severity in _MINOR else wording


def _typed(facts: Facts, sentence: str) -> bool:
    """Return whether the commander's message already says the same."""
    said = _SAID.get(sentence)
    messages = (facts.message, *(words for (name, _), words in facts.wording if name == "message"))
    return said is not None and any(said.search(text) for text in messages if text)


_SAID = {
    "found": re.compile(r"ursache|\bcause\b", re.IGNORECASE),
    "searching": re.compile(r"ursache|\bcause\b", re.IGNORECASE),
    "watching": re.compile(r"beobacht|\bwatch|\bmonitor", re.IGNORECASE),
    "apology": re.compile(r"\b(?:leid|sorry|apolog\w*)\b|\bentschuldig", re.IGNORECASE),
}


_APOLOGIES = {
    Situation.INVESTIGATING: "first",
    Situation.DOWN_AGAIN: "first",
    Situation.IDENTIFIED: "outage",
    Situation.MONITORING: "outage",
    Situation.UPDATE: "long",
    Situation.RESOLVED: "end",
    Situation.RETRACTION: "error",
    Situation.REOPENED: "error",
    Situation.CORRECTION: "error",
}


def _no_outage(facts: Facts, situation: Situation) -> str | None:
    denied = situation is Situation.RETRACTION and not facts.others_open and not facts.drill
    return "nothing" if denied else None


def _no_action(facts: Facts, situation: Situation) -> str | None:
    """Say that there is nothing to do, unless readers are asked for something or something else is down."""
    if facts.drill and situation in _IDLE:
        return "nothing"  # readers of an exercise get neither message nor instruction
    asked = facts.instruction or _REQUEST.search(facts.message or "")
    elsewhere = facts.others_open or facts.outage_open
    return "nothing" if situation in _IDLE and not asked and not elsewhere else None


_IDLE = frozenset({Situation.DRILL, Situation.DRILL_OVER, Situation.RETRACTION, Situation.CANCELLED})


def _tell_us(facts: Facts, situation: Situation) -> str | None:
    over = situation.works or situation in {Situation.RESOLVED, Situation.COMPLETED}
    return "contact" if over and not facts.drill and (facts.hotline or facts.alternatives) else None


def _was(facts: Facts, situation: Situation) -> str | None:
    """Say since when it was down, after it works again, if the beginning is known."""
    over = situation.works or situation in {Situation.RESOLVED, Situation.CORRECTION}
    if not over or facts.begins is None or facts.phase not in _CORRECTED:
        return None
    return "limited" if facts.severity in _MINOR else "down"


def _no_calls(facts: Facts, situation: Situation) -> str | None:
    """Ask people not to call if no number works; if only a region is affected, it may work elsewhere."""
    concerns = situation.down or situation in _UNAVAILABLE
    return "phone" if concerns and facts.phone_down and not facts.scope and not facts.drill else None


def _unreachable(facts: Facts, situation: Situation) -> str | None:
    return "customers" if facts.cut_off and situation.down else None


def _unavailable(_: Facts, situation: Situation) -> str | None:
    return _UNAVAILABLE.get(situation)


_UNAVAILABLE = {
    Situation.SCHEDULED: "then",
    Situation.MOVED: "then",
    Situation.REMINDER: "then",
    Situation.IN_PROGRESS: "now",
    Situation.LONGER: "now",
    Situation.SHORTER: "now",
    Situation.OVERDUE: "now",
}


def _available(facts: Facts, situation: Situation) -> str | None:
    """Say that the service is available again, unless an outage affects it."""
    return None if facts.outage_open else _AVAILABLE.get(situation)


_AVAILABLE = {
    Situation.COMPLETED: "again",
    Situation.ABANDONED: "again",
    Situation.CANCELLED: "still",
}


def _apart(facts: Facts, situation: Situation) -> str | None:
    return "outage" if facts.outage_open and situation in _AVAILABLE else None


def _if_asked(facts: Facts, situation: Situation) -> str | None:
    """Choose what colleagues may tell a customer who asks about an exercise."""
    if not facts.drill:
        return None
    return "over" if situation is Situation.DRILL_OVER else "test"


def _only(situation: Situation, wording: str) -> Choice:
    return lambda _, found: wording if found is situation else None


#: The rule of every sentence in the table, by its name.
RULES: dict[str, Rule] = {
    "work": Rule(_work, "the phase of an open incident"),
    "work_short": Rule(_work, "the phase of an open incident", room="cause"),
    "cause": Rule(_cause, "phase identified"),
    "cause_short": Rule(_cause, "phase identified", room="cause"),
    "apology": Rule(_apology, "a real outage, or a wrong statement of ours", room="pleasantry"),
    "no_outage": Rule(_no_outage, "a false alarm, while no other incident is open"),
    "no_action": Rule(_no_action, "an exercise, a false alarm or cancelled work, and no instruction"),
    "no_action_short": Rule(_no_action, "an exercise, a false alarm or cancelled work, and no instruction"),
    "tell_us": Rule(_tell_us, "it works, and there is a way to reach us"),
    "unchanged": Rule(_only(Situation.DRILL, "test"), "an exercise"),
    "unchanged_short": Rule(_only(Situation.DRILL, "test"), "an exercise", room="second"),
    "under_test": Rule(_only(Situation.DRILL, "test"), "an exercise"),
    "test_over": Rule(_only(Situation.DRILL_OVER, "test"), "an exercise that is over"),
    "was_short": Rule(_was, "it is over, and somebody said when it began"),
    "was": Rule(_was, "it works again, and somebody said when it began"),
    "no_calls": Rule(_no_calls, "no phone number works, and the outage is not limited to some readers"),
    "unreachable": Rule(_unreachable, "no way to reach us works while something is down", room="cause"),
    "unavailable": Rule(_unavailable, "maintenance that is announced or goes on"),
    "available": Rule(_available, "maintenance is over or cancelled, and no outage has the services down"),
    "apart": Rule(_apart, "maintenance is over or cancelled, and another incident is open", room="cause"),
    "if_asked": Rule(_if_asked, "an exercise"),
}
