"""Claims as the ledger has them, mapped by column position for speed: there are thousands at a time."""

from __future__ import annotations

import json
from datetime import datetime
from functools import lru_cache

from broadcast.ledger.columns import contact, moment
from broadcast.ledger.records import Claim
from broadcast.ledger.store import Row
from broadcast.model.outcome import Thread


def claim_from(row: Row) -> Claim:
    """Return the claim a row holds, its columns in the order of `intended` and `claim_lookups`."""
    (
        attempt,
        started_at,
        delivery,
        notice,
        texts,
        locale,
        receiver,
        route,
        step,
        attempts,
        lookups,
        reason,
        audience,
        page,
        root,
        last,
        *known,
    ) = row
    return Claim(
        delivery=delivery,
        attempt=attempt,
        notice=notice,
        template_audience=texts,
        locale=locale,
        contact=contact(*known),
        receiver=receiver,
        route=_route(route),
        step=step,
        attempts=attempts,
        thread=None if root is None else Thread(root, last),
        started_at=_started_at(started_at),
        lookups=lookups,
        reason=reason,
        audience=audience,
        page=page,
    )


# Thousands of claims share a few routes and one time: they are converted once.
@lru_cache(maxsize=64)
def _route(spelled: str) -> tuple[str, ...]:
    return tuple(json.loads(spelled))


@lru_cache(maxsize=64)
def _started_at(epoch: float) -> datetime:
    return moment(epoch)
