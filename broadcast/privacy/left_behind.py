"""Find and remove a person's data outside the ledger: in the sandbox and in bug reports."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import NamedTemporaryFile

from broadcast.config.settings import Settings
from broadcast.errors import UsageError
from broadcast.ledger.erasure import Author
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.scrub import Scrubber
from broadcast.privacy.find_person import FoundPerson, find_person
from broadcast.privacy.forget import forgetting
from broadcast.sandbox.client import SandboxClient
from broadcast.sandbox.daemon import LOG, RECEIVED, find
from broadcast.sandbox.settings import sandbox_folder


def forget_rehearsed(
    settings: Settings,
    asked: Sequence[str],
    person: FoundPerson,
    by: Author,
    record_waiting: Callable[[Settings, Ledger], None],
) -> list[Path]:
    """Remove a person from the sandbox; return the files that still mention them. Raises `LedgerError`.

    `record_waiting` records what waits beside a ledger, so that it is found there. All messages that the
    sandbox received are deleted, also those of other people: they are only rehearsals.
    """
    words = {address for _, address in person.writes_from} - person.others_addresses
    found = _rehearsed(settings, words)
    ledger = sandbox_folder(settings) / "broadcast.db"
    if not settings.sandbox and any(path.name.startswith(ledger.name) for path in found):
        _forget_in(replace(settings, ledger=ledger), asked, by, record_waiting)
    address = find(sandbox_folder(settings))
    if address:
        SandboxClient(address.url).clear_received()
    elif any(path.name == RECEIVED for path in found):
        (sandbox_folder(settings) / RECEIVED).unlink(missing_ok=True)
    return _rehearsed(settings, words)


def scrub_reports(reports: Iterable[Path], person: FoundPerson) -> None:
    """Remove a person from this program's bug reports, which quote error messages."""
    names = {entry.identifiers.name for entry in person.entries}
    scrubber = Scrubber(names, [address for _, address in person.addresses])
    for path in reports:
        text = path.read_text(encoding="utf-8", errors="replace")
        if scrubber.mentions(text):
            # Replaced as a whole, because a half-written report would still have the name.
            with NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as temporary:
                temporary.write(scrubber.prose(text) or "")
            Path(temporary.name).replace(path)


def _rehearsed(settings: Settings, words: Iterable[str]) -> list[Path]:
    """Return the files of the sandbox that mention any of these words."""
    folder = sandbox_folder(settings)
    spelled = {form for word in words for form in _spellings(word)}
    files = (*folder.glob("broadcast.db*"), folder / RECEIVED, folder / LOG)
    return [path for path in files if path.is_file() and _mentions(path, spelled)]


def _forget_in(
    settings: Settings,
    asked: Sequence[str],
    by: Author,
    record_waiting: Callable[[Settings, Ledger], None],
) -> None:
    ledger = Ledger.open(settings.ledger)
    try:
        record_waiting(settings, ledger)
        person = find_person(ledger, settings, asked[0], asked[1:])
        # Also if it knows them only by their number: they may only have called or written.
        ledger.erasure.forget(forgetting(person, ledger.secret()), ledger.secret(), by)
        ledger.erasure.rewrite()
    except UsageError:
        return  # several people match there; the caller names the file
    finally:
        ledger.close()


def _spellings(word: str) -> Iterable[bytes]:
    yield word.encode().lower()
    yield json.dumps(word)[1:-1].encode().lower()


def _mentions(path: Path, spelled: Iterable[bytes]) -> bool:
    raw = path.read_bytes().lower()
    return any(form in raw for form in spelled)
