"""The request for a notice, as the commander typed it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from enum import StrEnum

from broadcast.model.reach_level import ReachLevel
from broadcast.model.unknown import OnUnknown


class Verb(StrEnum):
    """The verbs that publish a notice."""

    NOTIFY = "notify"
    UPDATE = "update"
    RESOLVE = "resolve"
    RETRACT = "retract"


#: Verbs that end an incident.
CLOSING = frozenset({Verb.RESOLVE, Verb.RETRACT})
#: Fields about announced work that the clock drives.
OF_THE_CLOCK = frozenset({"auto", "remind_before", "reminds"})
#: Fields that only `maintenance` sets.
OF_MAINTENANCE = frozenset({"maintenance", "window_from", "window_until", *OF_THE_CLOCK})
#: Fields that earlier versions did not have. Unset, they stay out of the digest, so that old keys still fit.
LATER = frozenset({"ended", "corrects", "confirm_within", "policy", "expires", *OF_THE_CLOCK})
#: Seconds that a run waits for deliveries or confirmations if nothing else is said.
WITHIN = 900.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The inputs for one notice, as typed. None or an empty tuple means "not given".

    Nothing is checked here: `compose` reads the fields and raises `UsageError` for invalid ones.

    Attributes:
        incident: A reference such as `INC-7`; None for the only open incident.
        severity: `sev1` (worst) to `sev4`.
        services, audiences, channels, not_channels: Names from the configuration.
        affects: Systems that are down, so that channels that need them come last; `none` takes them back.
        started, detected, next_update, window_from, window_until, ended: Times as typed, such as `14:05`,
            `10m ago` or `30m`.
        variables: The `-v` options and the file of variables, as pairs in their order.
        template: The phase whose templates are used instead.
        key: The idempotency key.
        maintenance: Only announced maintenance is meant.
        window_from, window_until: Its announced beginning and end.
        auto: Whether the clock begins and ends it at its times; None leaves that as it was.
        remind_before: How long before its beginning readers are reminded, as typed; `none` for never.
        reminds: This is that reminder.
        ended: When the outage was over.
        corrects: The words that correct a wrong fact of the latest notice.
        expires: Seconds after which what could not be sent is given up; None for the default of the severity.
        confirm_within: Seconds in which the receivers are asked to confirm; None if they are not asked.
        policy: The escalation policy that begins if somebody has not confirmed by then; None for none.

    Example:
        Request(verb=Verb.NOTIFY, title="Checkout down", severity="sev2", next_update="30m")
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
    auto: bool | None = None
    remind_before: str | None = None
    reminds: bool | None = None
    ended: str | None = None
    corrects: str | None = None
    confirm_within: float | None = None
    policy: str | None = None
    expires: float | None = None

    def inputs_hash(self) -> str:
        """Return a digest of all fields: two requests under one key are the same command if it is equal."""
        given = asdict(self)
        if not self.maintenance:
            # As before `maintenance` existed, so that keys from then still fit.
            given = {name: value for name, value in given.items() if name not in OF_MAINTENANCE}
        given = {name: value for name, value in given.items() if name not in LATER or value is not None}
        text = json.dumps(given, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of a run; they do not change what a notice says.

    `deadline` is in seconds; None means no limit. `max_recipients` None means the configured number. `until`
    is what the run waits for once everything is sent, for `within` seconds at most. A run `in_background` is
    the clock's: nobody waits for it. So it cuts off no request at its deadline, and leaves to other processes
    the channels on which they are sending the notice.
    """

    deadline: float | None = None
    in_background: bool = False
    max_recipients: int | None = None
    on_unknown: OnUnknown = OnUnknown.OTHER_CHANNEL
    dry_run: bool = False
    until: ReachLevel = ReachLevel.ACCEPTED
    within: float = WITHIN
