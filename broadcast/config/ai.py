"""`[ai]`: the model that chooses among our own sentences."""

from __future__ import annotations

from broadcast.config import keys
from broadcast.config.ai_settings import AiSettings
from broadcast.config.table import TomlTable

#: A caller hears nothing while the model is asked.
LONGEST = 5.0


def read_ai(table: TomlTable) -> AiSettings | None:
    """Return the table; None if there is none. Mistakes are noted."""
    table.check_keys(keys.AI.known)
    if not table.given():
        return None
    timeout = table.take(keys.AI_TIMEOUT)
    if timeout > LONGEST:
        table.wrong(keys.AI_TIMEOUT.name, f"{timeout:g} s is longer than a caller waits", 'write "2.5s"')
    faq = table.take(keys.FAQ)
    return AiSettings(
        origin=f"{table.source.document.label}: [ai]",
        base_url=table.require(keys.AI_URL, 'base_url = "https://api.openai.com/v1"'),
        model=table.require(keys.AI_MODEL, 'model = "..."'),
        api_key=table.secret(keys.AI_KEY),
        timeout=timeout,
        per_hour=table.take(keys.PER_HOUR),
        per_call=table.take(keys.PER_CALL),
        faq=table.source.folder / faq if faq else None,
        keep_questions=table.take(keys.KEEP_QUESTIONS),
    )
