"""Remove people from prose: providers quote addresses in errors, and results name who was not reached."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from broadcast.ledger.store import Connection, Row
from broadcast.model.mask import HIDDEN
from broadcast.model.redaction import FEWEST_DIGITS, redact_addresses

#: Quotation marks and full stops around a word are none of it; an apostrophe or a hyphen in it is.
_WORD = re.compile(r"\w+(?:['’.-]\w+)*")
_NO_DIGITS = re.compile(r"\D+")
_LONGEST_NAME = 6  # words
#: Statements that read prose which may quote an address, each with the one that writes it.
_OF_INCIDENT = (
    ("reasons_of_erased", "write_delivery_reason"),
    ("attempts_of_erased", "write_attempt_reason"),
    ("details_of_incident", "write_event_detail"),
    ("receipts_of_erased", "write_receipt_reason"),
    ("notes_of_incident", "write_confirmation_note"),
    ("other_notes_of_incident", "write_other_note"),
)
_OF_CHANNELS = (
    ("breaker_reasons", "write_breaker_reason"),
    ("pause_reasons", "write_pause_reason"),
    ("health_reasons", "write_health_reason"),
)
_EVERYWHERE = (
    ("delivery_reasons", "write_delivery_reason"),
    ("attempt_reasons", "write_attempt_reason"),
    ("event_details", "write_event_detail"),
    ("receipt_reasons", "write_receipt_reason"),
    ("confirmation_notes", "write_confirmation_note"),
    ("confirmation_authors", "write_confirmation_author"),
    ("other_answer_notes", "write_other_note"),
    ("other_answer_authors", "write_other_author"),
    ("absence_notes", "write_absence_note"),
    ("inbound_texts", "write_inbound_text"),
    ("call_texts", "write_call_text"),
    ("lost_call_texts", "drop_lost_call_text"),
    ("follow_up_notes", "write_follow_up_note"),
    ("ticket_notes", "write_ticket_note"),
    ("hand_over_notes", "write_hand_over_note"),
    ("feedback_texts", "write_feedback_text"),
)
#: Begins, or nearly begins, every warning that names a person.
NOT_REACHED = "not reached: "


class Scrubber:
    """Removes every address, and the names of these people, from prose.

    `addresses` are theirs, numbers in E.164: they tell where they are mentioned beside others.
    """

    def __init__(self, names: Iterable[str], addresses: Iterable[str] = ()) -> None:
        self._names = {_comparable(_WORD.findall(name)) for name in names} - {""}
        self._addresses = [address.lower() for address in addresses]
        self.prose = lru_cache(maxsize=4096)(self._prose)
        self.prose_elsewhere = lru_cache(maxsize=4096)(self._prose_elsewhere)

    def _prose(self, text: str | None) -> str | None:
        """Return the prose with a mark in the place of each name and address."""
        return None if text is None else self._without_names(redact_addresses(text))

    def mentions(self, text: str) -> bool:
        """Return whether it has a name or an address of these people, however a number is written."""
        folded, digits = text.lower(), _NO_DIGITS.sub("", text)
        # The last digits are the same in every spelling of a number; its prefix is +49, 0049 or 0.
        addressed = (
            address in folded if "@" in address else address[-FEWEST_DIGITS:] in digits
            for address in self._addresses
        )
        return any(addressed) or self._without_names(text) != text

    def result_elsewhere(self, stored: str) -> str:
        """Return the stored result of a run, which stays as it is unless it mentions them."""
        fields: dict[str, Any] = json.loads(stored)
        reasons = (entry["reason"] or "" for entry in (*fields["channels"], *fields["failovers"]))
        return self.result(stored) if any(map(self.mentions, (*fields["warnings"], *reasons))) else stored

    def result(self, stored: str) -> str:
        """Return the stored result of a run: its lines that name people go, the counts stay."""
        fields: dict[str, Any] = json.loads(stored)
        said = (
            line
            for line in fields["warnings"]
            if not line.startswith((NOT_REACHED, f"perhaps {NOT_REACHED}"))
        )
        fields["warnings"] = [self.prose(line) for line in said]
        for entry in (*fields["channels"], *fields["failovers"]):
            entry["reason"] = self.prose(entry["reason"])
        return json.dumps(fields)

    def _prose_elsewhere(self, text: str | None) -> str | None:
        """Return the prose; with a mark for each name and address, if it mentions these people."""
        return self.prose(text) if text is not None and self.mentions(text) else text

    def texts_elsewhere(self, stored: str) -> str:
        """Return a JSON document without these people in its texts; other documents are unchanged."""
        document = json.loads(stored)
        without = self._in_texts(document)
        return stored if without == document else json.dumps(without)

    def _in_texts(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.prose_elsewhere(value)
        if isinstance(value, Mapping):
            return {name: self._in_texts(within) for name, within in value.items()}
        return [self._in_texts(within) for within in value] if isinstance(value, list) else value

    def _without_names(self, text: str) -> str:
        words = list(_WORD.finditer(text))
        kept, written, index = [], 0, 0
        while index < len(words):
            length = self._name_at(words, index)
            if length:
                kept += [text[written : words[index].start()], HIDDEN]
                written = words[index + length - 1].end()
            index += length or 1
        return "".join([*kept, text[written:]])

    def _name_at(self, words: list[re.Match[str]], start: int) -> int:
        """Return how many words make up the longest name that begins there."""
        # The longest first: of "Anna Maria Muster" no part must be left.
        for length in range(min(_LONGEST_NAME, len(words) - start), 0, -1):
            if _comparable([word.group() for word in words[start : start + length]]) in self._names:
                return length
        return 0


def _comparable(words: Sequence[str]) -> str:
    """Return words as names are compared: one alone with its capitals, as `mark` is no name and `Mark` is."""
    name = " ".join(words)
    return name.casefold() if len(words) > 1 else name


def scrub_erased(connection: Connection, scrubber: Scrubber, where: Mapping[str, object]) -> None:
    """Take people out of the prose of an incident, and out of what is said of channels; `where` is which."""
    connection.execute("forget_refs", where)
    connection.execute("forget_receipts", where)
    for texts, write in _OF_INCIDENT:
        _rewrite(connection, connection.execute(texts, where), write, scrubber.prose)
    for texts, write in _OF_CHANNELS:
        _rewrite(connection, connection.execute(texts), write, scrubber.prose)
    _rewrite(connection, connection.execute("results_of_incident", where), "write_result", scrubber.result)
    _scrub_failovers(connection, where, scrubber.prose)


def scrub_elsewhere(connection: Connection, scrubber: Scrubber) -> None:
    """Take people out of what was said of others: an answer to a batch may quote any of its addresses."""
    for texts, write in _EVERYWHERE:
        _rewrite(connection, connection.execute(texts), write, scrubber.prose_elsewhere)
    _rewrite(connection, connection.execute("results"), "write_result", scrubber.result_elsewhere)
    _rewrite(
        connection, connection.execute("alert_documents"), "write_alert_document", scrubber.texts_elsewhere
    )
    reasons = connection.execute("failover_reasons")
    named = {row[0] for row in reasons if scrubber.prose_elsewhere(row[1]) != row[1]}
    for incident in sorted(named):
        _scrub_failovers(connection, {"incident": incident}, scrubber.prose_elsewhere)


def _rewrite(
    connection: Connection, texts: Iterable[Row], write: str, scrubbed: Callable[[str], str | None]
) -> None:
    """Write each text without the people in it, if it names any."""
    changed = [{"id": id, "text": without} for id, text in texts if (without := scrubbed(text)) != text]
    connection.executemany(write, changed)


def _scrub_failovers(
    connection: Connection, where: Mapping[str, object], scrubbed: Callable[[str], str | None]
) -> None:
    """Take people out of the reasons for failovers; those that differed by an address only become one."""
    found: dict[tuple[object, ...], tuple[int, float]] = {}
    for notice, origin, destination, reason, count, first_at in connection.execute(
        "failovers_of_incident", where
    ):
        key = (notice, origin, destination, scrubbed(reason))
        before, since = found.get(key, (0, first_at))
        found[key] = (before + count, min(since, first_at))
    connection.execute("clear_failovers", where)
    connection.executemany("insert_failover", ((*key, *counted) for key, counted in found.items()))
