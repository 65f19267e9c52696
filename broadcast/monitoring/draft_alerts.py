"""Keep a draft for each group of alerts that goes on, as the ledger has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from broadcast.dispatch.stop import Stop
from broadcast.errors import ConfigError
from broadcast.ledger.alerts import UndraftedAlerts
from broadcast.ledger.ledger import Ledger
from broadcast.monitoring.alert_draft import AlertDrafter
from broadcast.publishing.draft_file import close_draft, drafts_folder, write_draft


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftAlerts:
    """Writes, updates and closes drafts; as a job of the clock, it finishes what a killed process left."""

    drafter: AlertDrafter
    ledger: Ledger
    name: str = "alerts"

    async def run(self, now: datetime, stop: Stop) -> Sequence[str]:
        """Draft what came since the last time."""
        del now, stop
        return self.draft()

    def draft(self) -> list[str]:
        """Bring the drafts up to date; return a line for each; raises `ConfigError` and `LedgerError`."""
        lines = [self._keep(news) for news in self.ledger.alerts.without_draft()]
        return [line for line in lines if line]

    def _keep(self, news: UndraftedAlerts) -> str:
        path = drafts_folder(self.drafter.settings) / self.drafter.name(news.group.digest, news.opened_at)
        try:
            return self._write(path, news) if news.group.firing else self._close(path, news)
        except OSError as error:
            raise ConfigError(
                f"cannot write in {path.parent}: {error.strerror}",
                hint="check the permissions of that folder, and the space on its disk",
            ) from None

    def _write(self, path: Path, news: UndraftedAlerts) -> str:
        """Write the draft, unless a person has edited or removed it."""
        group = news.group
        text = self.drafter.text(self.drafter.propose(path.name, group.current or group.alerts, group.more))
        written = _digest(text.encode())
        # The second: a process was killed after it wrote the file, and before it recorded that.
        ours = not news.written or _digest_of(path) in {news.written, written}
        if not ours:
            kept = self.ledger.alerts.drafted(news, news.written, _leave)
            return f"{path} was edited or removed, and stays as it is" if kept else ""
        kept = self.ledger.alerts.drafted(news, written, lambda: _put(path, text))
        return f"{'updated' if news.written else 'wrote'} {path}" if kept else ""

    def _close(self, path: Path, news: UndraftedAlerts) -> str:
        kept = self.ledger.alerts.drafted(news, "", lambda: _rename(path))
        return f"closed {path}" if kept else ""


def _leave() -> None:
    """Change no file."""


def _put(path: Path, text: str) -> None:
    write_draft(path, text)


def _rename(path: Path) -> None:
    close_draft(path)


def _digest_of(path: Path) -> str:
    return _digest(path.read_bytes()) if path.is_file() else ""


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()
