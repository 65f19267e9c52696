"""What was asked for, as it was typed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from enum import StrEnum

from broadcast.model.unknown import OnUnknown


class Verb(StrEnum):
    """The verbs that publish a notice."""

    NOTIFY = "notify"
    UPDATE = "update"
    RESOLVE = "resolve"
    RETRACT = "retract"


#: Verbs that end an incident.
CLOSING = frozenset({Verb.RESOLVE, Verb.RETRACT})
#: What only `maintenance` asks for.
OF_MAINTENANCE = frozenset({"maintenance", "window_from", "window_until"})
#: What could not be asked for at first: left out of the digest where nobody did.
LATER = frozenset({"ended", "corrects"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The inputs of a verb that publishes a notice, as given (`30m` stays `30m`).

    `incident` is a reference or None for the only open one. `variables` are the `-v` pairs and the vars
    file, in order. Times are spelled as typed. None means "not given". `maintenance` says that only announced
    work is meant; `window_from` and `window_until` are its announced beginning and end. `ended` is when an
    outage was over, `corrects` the words that put a wrong fact right.
    """

    verb: Verb
    incident: str | None = None
    title: str | None = None
    message: str | None = None
    severity: str | None = None
    phase: str | None = None
    services: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    not_channels: tuple[str, ...] = ()
    affects: tuple[str, ...] = ()
    started: str | None = None
    detected: str | None = None
    next_update: str | None = None
    variables: tuple[tuple[str, str], ...] = ()
    template: str | None = None
    lang: str | None = None
    key: str | None = None
    drill: bool = False
    maintenance: bool = False
    window_from: str | None = None
    window_until: str | None = None
    ended: str | None = None
    corrects: str | None = None

    def inputs_hash(self) -> str:
        """Return a digest of everything given, for "is this the same command?" under one key."""
        given = asdict(self)
        if not self.maintenance:
            # As it was before there was maintenance: keys that were used then stay good.
            given = {name: value for name, value in given.items() if name not in OF_MAINTENANCE}
        given = {name: value for name, value in given.items() if name not in LATER or value is not None}
        text = json.dumps(given, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a run may go: none of it changes what is said.

    `deadline` is in seconds. `max_recipients` None means what the configuration says.
    """

    deadline: float | None = None
    max_recipients: int | None = None
    on_unknown: OnUnknown = OnUnknown.OTHER_CHANNEL
    dry_run: bool = False
