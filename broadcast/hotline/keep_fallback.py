"""Keep the static document current: people go off duty and incidents end without a notice, too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from broadcast.dispatch.stop import Stop
from broadcast.errors import ConfigError
from broadcast.hotline.write_fallback import FallbackFile

#: It is looked at once in this time, and its time is brought up to date after the longer one.
_LOOK_EVERY, _WRITE_EVERY = timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class KeepFallback:
    """The job."""

    file: FallbackFile
    name: str = "static document"

    async def run(self, now: datetime, stop: Stop) -> Sequence[str]:
        """Write the file anew if it says something else than is true now."""
        del stop
        try:
            age = now - datetime.fromtimestamp(self.file.path.stat().st_mtime, now.tzinfo)
        except OSError:
            age = _WRITE_EVERY
        if timedelta() <= age < _LOOK_EVERY:
            return ()
        try:
            changed = not self.file.current()
            if changed or age >= _WRITE_EVERY:
                self.file.write()
        except OSError as error:
            raise ConfigError(
                f"{self.file.path} cannot be written: {error.strerror}", hint="see [hotline] fallback"
            ) from None
        return [f"{self.file.path} says what is true now"] if changed else ()
