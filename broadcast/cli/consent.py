"""Ask before an irreversible step: show it, and let the person type a phrase with its size."""

from __future__ import annotations

import contextlib
import sys
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from broadcast.cli.options import Common
from broadcast.cli.output.display import show
from broadcast.cli.output.page_blocks import Page
from broadcast.cli.output.preview import compact_page, preview_page, reach
from broadcast.cli.terminal import can_ask
from broadcast.errors import Interrupted, Refused
from broadcast.publishing.preview import Preview

_SHOWN = 40  # characters of a wrong answer that are shown that are shown


@dataclass(frozen=True, slots=True)
class ConsentPrompt:
    """Asks the person at the terminal; with `yes`, shows the preview and continues.

    `warned` collects the warnings that were shown with the question.
    """

    common: Common
    zone: ZoneInfo
    yes: bool
    warned: set[str] = field(default_factory=set)

    def __call__(self, preview: Preview) -> None:
        """Return to continue; raises `Refused` if the answer is no or there is no terminal."""
        if self.yes:
            if not self.common.quiet:
                show(compact_page(preview, self.zone), self.common.err)
            return
        if not can_ask():
            raise Refused(
                f"{reach(preview)}: this needs a confirmation, and there is no terminal; nothing was sent",
                hint=f"look at it with --dry-run, then send with --yes --max-recipients {preview.people}",
            )
        show(preview_page(preview, self.zone, everything=self.common.verbose), self.common.err)
        self.warned.update(preview.warnings)
        _SEND.ask(self.common, preview.phrase)


@dataclass(frozen=True, slots=True)
class Question:
    """`Type PHRASE to VERB`; `undone` says what was not done (`nothing was sent`)."""

    verb: str
    undone: str

    def show_and_ask(self, common: Common, phrase: str, page: Page, *, yes: bool) -> None:
        """Show the page and ask; with `yes`, continue. Raises `Refused`."""
        if yes:
            return
        if not can_ask():
            raise Refused(
                f"this needs a confirmation, and there is no terminal; {self.undone}",
                hint="look at it with --dry-run, then run it with --yes",
            )
        show(page, common.err)
        self.ask(common, phrase)

    def ask(self, common: Common, phrase: str) -> None:
        """Return after the phrase was typed; raises `Refused` for anything else."""
        stream = common.err
        _forget_typed_ahead()
        stream.write(f"\nType {phrase} to {self.verb}, or anything else to stop: ")
        try:
            answer = sys.stdin.readline()
        except KeyboardInterrupt:
            stream.write("\n")
            raise Interrupted(f"interrupted; {self.undone}", hint="correct it, then run it again") from None
        if answer.strip() != phrase:
            ended = "" if answer.endswith("\n") else "\n"
            stream.write(ended)
            raise Refused(
                self._declined(answer.strip(), phrase),
                hint="correct it, then run it again; --dry-run only shows it",
            )

    def _declined(self, typed: str, phrase: str) -> str:
        if not typed:
            return f"not confirmed, {self.undone}"
        shown = typed if len(typed) <= _SHOWN else f"{typed[:_SHOWN]}…"
        return f"you typed {shown}, not {phrase}; {self.undone}"


_SEND = Question("send", "nothing was sent")


def _forget_typed_ahead() -> None:
    """Discard input from before the question: it is not an answer."""
    import termios

    with contextlib.suppress(termios.error, ValueError, OSError):
        termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)
