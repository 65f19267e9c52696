"""Everything that can go wrong on our side, as one tree.

    BroadcastError                     .exit_status  .hint
    ├─ UsageError             2  the command contradicts itself or names something unknown
    │   ├─ UnknownIncident       no incident with that reference
    │   ├─ AmbiguousIncident     several incidents are open and none was named
    │   └─ PhaseError            the incident cannot change to that phase
    ├─ NothingMatched         3  no contact, audience or channel is left to tell
    ├─ ConfigError            6  a setting, a secret or a contacts file is wrong
    ├─ TemplateError          7  a text cannot be rendered, lacks a value or contradicts the facts
    │   └─ TooLong               a text does not fit its channel even when shortened
    ├─ Refused                8  not confirmed, or a limit was exceeded
    │   └─ Overtaken             another notice was recorded first: this one must be prepared again
    ├─ KeyReused              9  the idempotency key belongs to another content
    └─ LedgerError           12  the ledger is locked, full or damaged
        ├─ LedgerBusy            another process holds it
        └─ LedgerDamaged         it is not a ledger, or not intact

What a provider answers is never an exception: it is an `Outcome` (see `broadcast.model.outcome`). Each of
these errors is raised before anything is recorded or sent, so none of these exit codes means that a
message left the machine. An error after that point is `Unfinished`, which is not in the tree.
"""

from __future__ import annotations

from typing import ClassVar


class BroadcastError(Exception):
    """Something prevented the command from being carried out.

    `hint` is one sentence that says how to correct it; it is printed as `hint: ...`.

    Example:
        >>> raise ConfigError("[channels.sms] has no `from`", hint='add from = "+15005550006"')
    """

    exit_status: ClassVar[int] = 2

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(BroadcastError):
    """The command contradicts itself or names something unknown."""


class UnknownIncident(UsageError):
    """No incident with that reference."""


class AmbiguousIncident(UsageError):
    """Several incidents are open and none was named."""


class PhaseError(UsageError):
    """The incident cannot change from its phase to the one that was asked for."""


class NothingMatched(BroadcastError):
    """No contact, audience or channel is left to tell."""

    exit_status = 3


class ConfigError(BroadcastError):
    """A setting, a secret or a contacts file is wrong.

    Example:
        >>> raise ConfigError(f"{settings.origin}: base_url is missing", hint='write base_url = "https://..."')
    """

    exit_status = 6


class TemplateError(BroadcastError):
    """A text cannot be rendered, lacks a value, or contradicts the facts."""

    exit_status = 7


class TooLong(TemplateError):
    """A text does not fit its channel even when shortened."""


class Refused(BroadcastError):
    """Not confirmed, or a limit was exceeded."""

    exit_status = 8


class Overtaken(Refused):
    """Another notice was recorded while this one was prepared; nothing was recorded or sent.

    Prepare it again from the present state of the ledger.
    """


class KeyReused(BroadcastError):
    """The idempotency key belongs to another content."""

    exit_status = 9


class LedgerError(BroadcastError):
    """The ledger is locked, full or damaged."""

    exit_status = 12


class LedgerBusy(LedgerError):
    """Another process holds the ledger."""


class UnknownCommit(LedgerError):
    """The ledger gave no answer to a commit: all of the transaction was written, or nothing."""


class LedgerDamaged(LedgerError):
    """The file is not a ledger, or not an intact one."""


class Interrupted(Exception):
    """Ctrl-C before anything was recorded or sent. After that, the run ends in good order instead.

    It is not a `BroadcastError`: its exit code, 130, is also used by runs that have sent something.
    """

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class Unfinished(Exception):
    """An error after a notice was recorded, when messages may have left the machine.

    Its `__cause__` is the original error, whose exit code would say that nothing was sent. `hint` says that
    `retry` continues.
    """

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.hint = hint
