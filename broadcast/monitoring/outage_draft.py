"""Draft a notice about channels that are down: a file with the command that would send it.

A draft has no names and no addresses, and the program never sends it: a person reads it and decides.
"""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from broadcast.config.atomic_file import write_atomically
from broadcast.config.settings import Settings
from broadcast.errors import BroadcastError
from broadcast.ledger.health import Watched
from broadcast.localisation.phrase_book import PhraseBook
from broadcast.model.channel import ChannelKind
from broadcast.model.counted import counted
from broadcast.model.text import printable
from broadcast.model.zone import with_zone
from broadcast.planning.planned_channel import PlannedChannel
from broadcast.publishing.observed_outages import found_down
from broadcast.publishing.recipients import Recipients
from broadcast.publishing.request import Request, Verb
from broadcast.publishing.what_if import WhatIf
from broadcast.sandbox.settings import sandbox_folder

FOLDER = "drafts"
_CLOSED = ".closed"
_LONGEST = 60  # characters for the systems in a file's name
_AVOIDED = "Notices avoid what is down by themselves, until it works again, or with `--affects none`."
_BY_HAND = "Other notices avoid it with `--affects`, or by themselves with `[watch] activate = true`."
_UNSAFE = re.compile(r"[^\w-]+", re.ASCII)
PHRASES = PhraseBook(Path(__file__).with_name("phrases"))


@dataclass(frozen=True, slots=True)
class LaneStep:
    """How many people of an audience have this route (channels in order); 0 for a post for everybody."""

    audience: str
    route: tuple[str, ...]
    people: int


@dataclass(frozen=True, slots=True)
class Backup:
    """How people would be reached without the systems that are down; `trouble` says why it is not known."""

    steps: tuple[LaneStep, ...] = ()
    unreachable: int = 0
    trouble: str = ""


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
        """The folder of the drafts: beside the configuration, or in the sandbox's folder."""
        beside = sandbox_folder(self.settings) if self.settings.sandbox else self.settings.folder
        return beside / FOLDER

    def draft(self, fallen: Sequence[Watched], down: Sequence[Watched], now: datetime) -> NoticeDraft:
        """Return the draft of a notice; the draft of one outage always has the same name."""
        since = max(one.since for one in fallen).astimezone(self.settings.timezone)
        systems = _UNSAFE.sub("-", "-".join(one.system for one in fallen))[:_LONGEST]
        name = f"{since:%Y-%m-%d-%H%M%S}-{systems}.md"
        return NoticeDraft(name, tuple(fallen), tuple(down), self._backup(down, now))

    def write(self, draft: NoticeDraft) -> Path:
        """Write the draft atomically, readable for this user only; raises `OSError`."""
        path = self.folder / draft.name
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomically(path, "\n".join(self._text(draft)).encode())
        return path

    def close(self, name: str) -> Path | None:
        """Rename a draft whose outage is over, and return its new path; None if the file is gone.

        Its text stays, because people may have edited it. Raises `OSError`.
        """
        path = self.folder / name
        closed = path.with_name(f"{path.stem}{_CLOSED}{path.suffix}")
        try:
            path.rename(closed)
        except FileNotFoundError:
            return None
        return closed

    def command(self, draft: NoticeDraft) -> str:
        """Return the command that sends the notice, with a key so that a second run sends nothing twice."""
        # A link is not followed: contacts and ledger are found beside the link, not beside its target.
        config = ["--config", str(self.settings.path.absolute())] if self.settings.path else []
        affects = [part for system in self._affects(draft.down) for part in ("--affects", system)]
        key = ["--key", f"watch/{draft.name.removesuffix('.md')}"]
        title, translated = self._title(draft.fallen)
        words = [*self.program.split(), *config, "notify", title, *translated, *affects, *key]
        return shlex.join(words)

    def _backup(self, down: Sequence[Watched], now: datetime) -> Backup:
        request = Request(verb=Verb.NOTIFY, affects=self._affects(down))
        try:
            recipients = self.what_if(found_down(self.settings, down, now)).recipients(request)
        except BroadcastError as error:
            return Backup(trouble=str(error))
        return Backup(tuple(_steps(recipients)), len(recipients.summary.unreachable))

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
            yield f"- {one.system}: down since {since}: {_on_one_line(one.reason)}"
        yield "\n## Who would be told, and how\n"
        yield from _plan(draft.backup)
        command = self.command(draft)
        yield f"\n## To tell them\n\nLook at it first:\n\n    {command} --dry-run\n"
        yield f"Then, with words of your own (`-m`):\n\n    {command}\n"
        yield f"{_AVOIDED if self.settings.watch.activate else _BY_HAND}\n"


def _on_one_line(text: str) -> str:
    return " ".join(printable(text).split())


def _titled(kinds: Sequence[ChannelKind], language: str) -> str:
    phrases = PHRASES.phrases(language)
    names = dict.fromkeys(phrases(f"channels.{kind}") for kind in kinds)
    return phrases("title", channels=", ".join(names))


def _steps(recipients: Recipients) -> Iterator[LaneStep]:
    routes: Counter[tuple[str, tuple[str, ...]]] = Counter()
    for share, count in recipients.summary.shares.items():
        routes[share.audience, share.route] += 0 if share.posts else count
    for (audience, route), people in routes.items():
        yield LaneStep(audience, route, people)


def _plan(backup: Backup) -> Iterator[str]:
    if backup.trouble:
        yield f"This could not be planned: {_on_one_line(backup.trouble)}"
        return
    yield "| audience | people | channels, in this order |\n|---|---|---|"
    for step in backup.steps:
        people = f"{step.people:,}" if step.people else "all"
        yield f"| {step.audience} | {people} | {' > '.join(step.route)} |"
    if backup.unreachable:
        lost = counted(backup.unreachable, "person has", "people have")
        yield f"\n{lost} no working channel; `broadcast plan --affects ...` names them."
