"""One finding of `doctor`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CheckVerdict(StrEnum):
    """The verdict of a check."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Check:
    """One finding: subject, verdict, detail, and how to fix it ("" if there is nothing to fix)."""

    subject: str
    verdict: CheckVerdict
    detail: str
    fix: str = ""
