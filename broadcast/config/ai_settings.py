"""The `[ai]` table as it is used."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from broadcast.config.secret import Reference


@dataclass(frozen=True, slots=True, kw_only=True)
class AiSettings:
    """A model that chooses among our own sentences; the hotline is complete without it.

    Attributes:
        origin: The place of the table, for errors.
        base_url: Where `/chat/completions` is.
        model: The name of the model.
        api_key: The key, if the service wants one.
        timeout: Seconds for an answer.
        per_hour: The most questions of all callers within an hour.
        per_call: The most questions of one call.
        faq: The file of further answers.
        keep_questions: Whether the ledger keeps what was asked, without addresses.
    """

    origin: str
    base_url: str
    model: str
    api_key: Reference | None = field(default=None, repr=False)
    timeout: float = 2.5
    per_hour: int = 200
    per_call: int = 3
    faq: Path | None = None
    keep_questions: bool = False
