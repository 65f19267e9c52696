"""Draft the update that says that nothing has changed, for a promise that is about to be due.

Like every draft, it is a file with the command that would send it. The program never sends it.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from broadcast.config.settings import Settings
from broadcast.localisation.phrase_book import PhraseBook
from broadcast.model.zone import with_zone
from broadcast.publishing.draft_file import close_draft, drafts_folder, write_draft
from broadcast.reports.due import Due, DueKind

PHRASES = PhraseBook(Path(__file__).with_name("phrases"))
_NAME = re.compile(r"promise-(INC-\d+)-(\d+)\.md", re.ASCII)


@dataclass(frozen=True, slots=True)
class NoChangeDrafts:
    """The drafts of these settings; `program` is how the program was called."""

    settings: Settings
    program: str

    def write(self, promise: Due) -> Path | None:
        """Write the draft for a promised update; None if it was written before, or it is about work.

        Raises `OSError`.
        """
        path = drafts_folder(self.settings) / f"promise-{promise.incident}-{promise.notice}.md"
        if promise.kind is not DueKind.UPDATE or path.exists():
            return None
        return write_draft(path, "\n".join(_text(promise, self.command(promise), self.settings.timezone)))

    def close(self, promised: Collection[Due]) -> list[Path]:
        """Close the drafts of all promises but these, and return their new paths; raises `OSError`."""
        wanted = {(one.incident, str(one.notice)) for one in promised}
        drafts = sorted(drafts_folder(self.settings).glob("promise-*.md"))
        named = ((path, _NAME.fullmatch(path.name)) for path in drafts)
        over = [path for path, name in named if name and name.groups() not in wanted]
        return [closed for path in over if (closed := close_draft(path))]

    def command(self, promise: Due) -> str:
        """Return the command that sends the update, with a key so that a second run sends nothing twice."""
        config = ["--config", str(self.settings.path.absolute())] if self.settings.path else []
        own = PHRASES.phrases(self.settings.locale).code
        others = [language for language in PHRASES.languages() if language != own]
        translated = [
            part for one in others for part in ("-v", f"message.{one}={PHRASES.phrases(one)('no_change')}")
        ]
        key = ["--key", f"no-change/{promise.incident}/{promise.notice}"]
        message = ["-m", PHRASES.phrases(own)("no_change")]
        words = [*self.program.split(), *config, "update", promise.incident, *message, *translated, *key]
        return shlex.join(words)


def _text(promise: Due, command: str, zone: ZoneInfo) -> Iterator[str]:
    then = with_zone(promise.due_at.astimezone(zone))
    yield f"# Draft: update of {promise.incident}, promised for {then}\n"
    yield "Written by `broadcast tick`. Nothing was sent.\n"
    yield "If there is news, tell it with `broadcast update` and words of your own. Readers also want to hear"
    yield "that nothing has changed. Look at it first:\n"
    yield f"    {command} --dry-run\n\nThen:\n\n    {command}\n"
