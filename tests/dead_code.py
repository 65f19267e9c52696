"""Find dead code with vulture, whose list gets the adapters and the wires: both are loaded by name."""

from __future__ import annotations

import subprocess
import sys
import tomllib

from broadcast.channels import registry
from broadcast.sandbox import providers
from tests.architecture.tree import ROOT


def loaded_by_name() -> set[str]:
    adapters = {registry.adapter_class(name).__name__ for name in registry.names()}
    return adapters | {cls.__name__ for cls in providers.wire_classes().values()}


def main() -> int:
    known = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["vulture"][
        "ignore_names"
    ]
    names = ",".join((*known, *sorted(loaded_by_name())))
    return subprocess.run([sys.executable, "-m", "vulture", "--ignore-names", names], cwd=ROOT).returncode


if __name__ == "__main__":
    raise SystemExit(main())
