"""Many small cases in one test: a case costs microseconds then, and a test of its own some milliseconds."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Any

Test = Callable[..., None]


def for_every(names: str | Sequence[str], values: Iterable[Any]) -> Callable[[Test], Test]:
    """Run a test for every value and tell all that fail; written like `pytest.mark.parametrize`.

    It is for pure tests, of which there are hundreds: fixtures are set up once for all cases.
    """
    fields = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
    cases = [value if len(fields) > 1 else (value,) for value in values]

    def decorate(test: Test) -> Test:
        signature = inspect.signature(test)
        assert set(fields) <= set(signature.parameters), f"{test.__name__} does not take {fields}"
        assert cases, f"{test.__name__} has no case"

        @wraps(test)
        def for_all(**others: Any) -> None:
            failures = []
            for case in cases:
                chosen = dict(zip(fields, case, strict=True))
                try:
                    test(**chosen, **others)
                except Exception as error:  # noqa: BLE001 - whatever it is, the other cases are told as well
                    shown = ", ".join(f"{name}={value!r}" for name, value in chosen.items())
                    failures.append((shown, error))
            if failures:
                told = "\n".join(f"{shown}: {type(error).__name__}: {error}" for shown, error in failures)
                raise AssertionError(f"{len(failures)} of {len(cases)} cases:\n{told}") from failures[0][1]

        left = [one for name, one in signature.parameters.items() if name not in fields]
        for_all.__signature__ = signature.replace(parameters=left)  # type: ignore[attr-defined]  # pytest reads it
        return for_all

    return decorate
