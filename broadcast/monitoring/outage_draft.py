"""Draft a notice about channels that are down: a file with the command that would send it.

A draft has no names and no addresses, and the program never sends it: a person reads it and decides.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from broadcast.config.settings import Settings
from broadcast.ledger.health import Watched
from broadcast.localisation.phrase_book import PhraseBook
from broadcast.model.channel import ChannelKind
from broadcast.model.zone import with_zone
from broadcast.monitoring.backup import Backup, backup_lines, plan_backup
from broadcast.planning.planned_channel import PlannedChannel
from broadcast.publishing.draft_file import close_draft, drafts_folder, on_one_line, write_draft
from broadcast.publishing.observed_outages import found_down
from broadcast.publishing.what_if import WhatIf

_LONGEST = 60  # characters for the systems in a file's name
_AVOIDED = "Notices avoid what is down by themselves, until it works again, or with `--affects none`."
_BY_HAND = "Other notices avoid it with `--affects`, or by themselves with `[watch] activate = true`."
_UNSAFE = re.compile(r"[^\w-]+", re.ASCII)
PHRASES = PhraseBook(Path(__file__).with_name("phrases"))


@dataclass(frozen=True, slots=True)
class NoticeDraft:
    """A draft about the systems in `fallen`. `down` are all systems that are down; `name` is the file's."""

    name: str
    fallen: tuple[Watched, ...]
    down: tuple[Watched, ...]
    backup: Backup


@dataclass(frozen=True, slots=True)
class Drafter:
    """Writes drafts.

    `what_if` makes a planner for systems that are down (name to reason); `program` is how the program was
    called.
    """

    settings: Settings
    channels: Mapping[str, PlannedChannel]
    what_if: Callable[[Mapping[str, str]], WhatIf]
    program: str

    @property
    def folder(self) -> Path:
        """The folder of the drafts."""
        return drafts_folder(self.settings)

    def draft(self, fallen: Sequence[Watched], down: Sequence[Watched], now: datetime) -> NoticeDraft:
        """Return the draft of a notice; the draft of one outage always has the same name."""
        since = max(one.since for one in fallen).astimezone(self.settings.timezone)
        systems = _UNSAFE.sub("-", "-".join(one.system for one in fallen))[:_LONGEST]
        name = f"{since:%Y-%m-%d-%H%M%S}-{systems}.md"
        affects, found = self._affects(down), found_down(self.settings, down, now)
        backup = plan_backup(affects, lambda: self.what_if(found))
        return NoticeDraft(name, tuple(fallen), tuple(down), backup)

    def write(self, draft: NoticeDraft) -> Path:
        """Write the draft; raises `OSError`."""
        return write_draft(self.folder / draft.name, "\n".join(self._text(draft)))

    def close(self, name: str) -> Path | None:
        """Close a draft whose outage is over; None if the file is gone. Raises `OSError`."""
        return close_draft(self.folder / name)

    def command(self, draft: NoticeDraft) -> str:
        """Return the command that sends the notice, with a key so that a second run sends nothing twice."""
        # A link is not followed: contacts and ledger are found beside the link, not beside its target.
        config = ["--config", str(self.settings.path.absolute())] if self.settings.path else []
        affects = [part for system in self._affects(draft.down) for part in ("--affects", system)]
        key = ["--key", f"watch/{draft.name.removesuffix('.md')}"]
        title, translated = self._title(draft.fallen)
        words = [*self.program.split(), *config, "notify", title, *translated, *affects, *key]
        return shlex.join(words)

    def _affects(self, down: Sequence[Watched]) -> tuple[str, ...]:
        """Return the systems for `--affects`; none if notices avoid them without it."""
        return () if self.settings.watch.activate else tuple(one.system for one in down)

    def _title(self, fallen: Sequence[Watched]) -> tuple[str, list[str]]:
        """Return the title in the organisation's language, and the `-v` options for the other languages."""
        own = PHRASES.phrases(self.settings.locale).code
        kinds = list(dict.fromkeys(self.channels[one.system].capabilities.kind for one in fallen))
        others = (language for language in PHRASES.languages() if language != own)
        translated = [part for one in others for part in ("-v", f"title.{one}={_titled(kinds, one)}")]
        return _titled(kinds, own), translated

    def _text(self, draft: NoticeDraft) -> Iterator[str]:
        yield f"# Draft: {self._title(draft.fallen)[0]}\n\nWritten by `broadcast watch`. Nothing was sent.\n"
        for one in draft.down:
            since = with_zone(one.since.astimezone(self.settings.timezone))
            yield f"- {one.system}: down since {since}: {on_one_line(one.reason)}"
        yield "\n## Who would be told, and how\n"
        yield from backup_lines(draft.backup)
        command = self.command(draft)
        yield f"\n## To tell them\n\nLook at it first:\n\n    {command} --dry-run\n"
        yield f"Then, with words of your own (`-m`):\n\n    {command}\n"
        yield f"{_AVOIDED if self.settings.watch.activate else _BY_HAND}\n"


def _titled(kinds: Sequence[ChannelKind], language: str) -> str:
    phrases = PHRASES.phrases(language)
    names = dict.fromkeys(phrases(f"channels.{kind}") for kind in kinds)
    return phrases("title", systems=", ".join(names))
