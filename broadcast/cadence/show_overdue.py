"""Say on the status page that a promised update is overdue, from the moment on that it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from broadcast.channels import registry
from broadcast.channels.base import ShowsOverdue
from broadcast.dispatch.stop import Stop
from broadcast.errors import ConfigError
from broadcast.publishing.channels import Channels


@dataclass(frozen=True, slots=True)
class ShowOverdue:
    """The job."""

    channels: Channels
    name: str = "page"

    async def run(self, now: datetime, stop: Stop) -> Sequence[str]:
        """Look at every page that is a file; a line for each that changed."""
        del stop
        pages = [
            name
            for name, settings in self.channels.settings.items()
            if issubclass(registry.adapter_for(settings), ShowsOverdue)
        ]
        lines, trouble = [], []
        for name, adapter in self.channels.adapters(pages).items():
            try:
                if isinstance(adapter, ShowsOverdue) and await adapter.show_overdue(now):
                    lines.append(f"{name}: the page says now what is overdue")
            except OSError as error:
                trouble.append(f"{name}: the page cannot say what is overdue: {error.strerror or error}")
        if trouble:
            raise ConfigError("; ".join(trouble), hint="check the folder of the page and its disk")
        return lines
