"""`[hotline] crm` as it is used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from broadcast.config.secret import Reference


@dataclass(frozen=True, slots=True, kw_only=True)
class CrmSettings:
    """`[hotline] crm`: where the hotline looks up who calls.

    One of `contacts`, `url`, `sql` and `channel` is set.

    Attributes:
        origin: The place of the key, for errors.
        timeout: Seconds for one look-up.
        contacts: Contacts files.
        url: An address that answers with JSON; `{phone}` is the number.
        body: What is posted as JSON, `{phone}` in one of its values; without it, it is a GET.
        headers: Further headers; secrets are references.
        fields: The path of each field in the answer.
        sql: A query with `:phone`; its columns have the names of the fields.
        database: The SQLite file that it is put to.
        states: What the source's own words for the state of an order mean.
        channel: The channel of a service desk.
    """

    origin: str
    timeout: float
    contacts: tuple[Path, ...] = ()
    url: str = ""
    body: Mapping[str, object] = field(default_factory=dict)
    headers: Mapping[str, str | Reference] = field(default_factory=dict, repr=False)
    fields: Mapping[str, str] = field(default_factory=dict)
    states: Mapping[str, str] = field(default_factory=dict)
    sql: str = ""
    database: Path | None = None
    channel: str = ""
