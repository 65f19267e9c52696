"""Four eyes: which notices need the approval of a second person, and what exactly was approved."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from broadcast.config.settings import ApprovalSettings
from broadcast.errors import Refused
from broadcast.model.notice import Facts
from broadcast.model.plan import Planned
from broadcast.publishing.prepare import PreparedNotice, headline

_HINT = "propose it with --propose; another person releases it with `broadcast approve`"


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """An approved proposal.

    `mark` is its notice (`INC-7/2`), which is prepared as it was at `at`. `ref` is its incident; `reserved`
    says that the number waits for it. `digest` is that of what was approved, and `author` names both people.
    """

    mark: str
    ref: str
    reserved: bool
    at: datetime
    digest: str
    author: str


def check_approval(prepared: PreparedNotice, approval: ApprovalSettings, release: Release | None) -> None:
    """Raise `Refused` if the notice needs an approval, or is not exactly what was approved."""
    if release is None:
        missing = lacks_approval(prepared, approval)
        if missing:
            raise Refused(missing, hint=_HINT)
    elif digest(prepared) != release.digest:
        raise Refused(
            f"this is not any more what was proposed as {release.mark}: a text, a "
            "recipient or a channel changed, or another notice was published; nothing was sent",
            hint="propose it again: repeat the command with --propose",
        )


def lacks_approval(prepared: PreparedNotice, approval: ApprovalSettings) -> str:
    """Return why the notice needs the approval of a second person; empty if it does not."""
    severity = prepared.facts.severity
    audiences = dict.fromkeys(share.audience for share in prepared.recipients.shares)
    needed = [name for name in audiences if f"{severity}:{name}" in approval.needed_for]
    if not needed:
        return ""
    return f"a notice of {severity} to {', '.join(needed)} needs the approval of a second person"


def digest(prepared: PreparedNotice) -> str:
    """Return a digest of exactly what would be sent: facts, texts, recipients and channels.

    The order of the channels does not count: it depends on what fails at the time of sending.
    """
    hashed = hashlib.sha256()
    for part in _parts(prepared):
        hashed.update(json.dumps(part, ensure_ascii=False, default=str).encode() + b"\n")
    return hashed.hexdigest()


def outdated(prepared: PreparedNotice, now: datetime) -> str:
    """Return why a notice may no longer be sent as it was proposed; empty if it may."""
    for moment, what in deadlines(prepared.facts):
        if moment.astimezone(UTC).timestamp() <= now.timestamp():
            return f"{what} has passed"
    return ""


def deadlines(facts: Facts) -> Iterator[tuple[datetime, str]]:
    """Yield the times from which these facts say what is not true any more, with what each of them is."""
    if facts.next_update:
        yield facts.next_update, "the promised time of the next update"
    if facts.window_starts and facts.phase == "scheduled":
        yield facts.window_starts, "the announced beginning of the work"


def _parts(prepared: PreparedNotice) -> Iterator[object]:
    # What is in no text: pages show it. Other facts count only where a text says them.
    yield asdict(headline(prepared.facts, None))
    for text in prepared.texts:
        message = text.message
        yield [text.template_audience, text.kind, message.locale, message.subject, message.text, message.html]
    yield from map(_receiver, prepared.recipients.everybody)


def _receiver(planned: Planned) -> list[object]:
    contact = planned.contact
    values = sorted(contact.template_values().items()) if contact else []
    return [planned.audience, planned.receiver, planned.locale, planned.state, sorted(planned.route), values]
