"""A thread that keeps what the hotline knows in memory, so that no caller waits for the ledger."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta

from broadcast.errors import BroadcastError, ConfigError
from broadcast.hotline.snapshot import Agent, Snapshot
from broadcast.ledger.ledger import Ledger
from broadcast.model.clock import Clock

#: Seconds between two looks at the ledger.
EVERY = 2.0
#: After this time without a new reading, the time of the facts is said.
_STALE_AFTER = timedelta(minutes=2)


class Snapshots:
    """Reads a snapshot again and again, from `start` to `close`.

    `catch_up` records what callers did while the ledger could not be written. If that fails, what is known is
    read all the same. `read` gets the agents who are on duty, or None: then it reads the rota. If that cannot
    be read, those of the last rota stay on duty, at the start nobody: callers must hear of an incident all
    the same.

    Example:
        >>> snapshots = Snapshots(open_ledger, replay, read, clock, trouble)
        >>> snapshots.start()
        >>> snapshots.latest().incidents
    """

    def __init__(
        self,
        open_ledger: Callable[[], Ledger],
        catch_up: Callable[[Ledger], object],
        read: Callable[[Ledger, Sequence[Agent] | None], Snapshot],
        clock: Clock,
        trouble: Callable[[str], None],
        every: float = EVERY,
    ) -> None:
        self._open = open_ledger
        self._catch_up = catch_up
        self._read = read
        self._clock = clock
        self._trouble = trouble
        self._every = every
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="hotline snapshot", daemon=True)
        self._latest: Snapshot | None = None
        self._failing: dict[str, str] = {}

    def start(self) -> None:
        """Read the first snapshot, then keep it current; raises `BroadcastError` if it cannot be read."""
        with closing(self._open()) as ledger:
            with self._reported("calls"):
                self._catch_up(ledger)
            self._latest = self._read_now(ledger)
        self._thread.start()

    def latest(self) -> Snapshot:
        """Return what is known; it is marked as stale if it could not be read again for two minutes."""
        if self._latest is None:
            raise RuntimeError("the first snapshot has not been read")
        stale = self._clock.now() - self._latest.taken_at > _STALE_AFTER
        return replace(self._latest, stale=True) if stale else self._latest

    def close(self) -> None:
        """Stop reading."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._closing.wait(self._every):
            with self._reported("ledger"), closing(self._open()) as ledger:
                with self._reported("calls"):
                    self._catch_up(ledger)
                with self._reported("snapshot"):
                    self._latest = self._read_now(ledger)

    def _read_now(self, ledger: Ledger) -> Snapshot:
        try:
            snapshot = self._read(ledger, None)
        except ConfigError as error:
            self._report("rota", str(error))
            return self._read(ledger, self._latest.agents if self._latest else ())
        self._failing.pop("rota", None)
        return snapshot

    @contextmanager
    def _reported(self, what: str) -> Iterator[None]:
        """Report trouble once, as long as it stays the same; the next round tries again."""
        try:
            yield
        except (BroadcastError, OSError) as error:
            self._report(what, str(error))
        except Exception as error:  # noqa: BLE001 - the next round may read again what callers have to hear
            self._report(what, f"{type(error).__name__} while the state was read")
        else:
            self._failing.pop(what, None)

    def _report(self, what: str, line: str) -> None:
        if line != self._failing.get(what):
            self._failing[what] = line
            self._trouble(f"hotline: {line}")
