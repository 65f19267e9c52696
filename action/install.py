"""Install broadcast from this checkout, every package held to its hash; once for each machine.

What stands in the runner's tool cache is used again, so that a runner of one's own needs no package index
in an outage.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

INGREDIENTS = ("requirements.lock", "pyproject.toml", "README.md", "LICENSE", "broadcast", "templates")
PIP = ("-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check")


def main() -> int:
    """Install what is missing, and name the folder of its commands to the next step."""
    if sys.version_info < (3, 11):  # noqa: UP036 - it is the runner's own Python, whatever that is
        found = "{}.{}".format(*sys.version_info)
        print(f"::error title=broadcast::Python {found} is too old; set python-version, e.g. '3.13'")
        return 6
    source = Path(os.environ["GITHUB_ACTION_PATH"])
    shelf = Path(os.environ.get("RUNNER_TOOL_CACHE") or os.environ["RUNNER_TEMP"]) / "broadcast"
    shelf.mkdir(parents=True, exist_ok=True)
    folder = shelf / fingerprint(source)
    with (shelf / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "complete").exists() and not install(source, folder):
            print("::error title=broadcast::it could not be installed; nothing was sent")
            return 6
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as outputs:
        outputs.write(f"bin={folder / 'bin'}\n")
    return 0


def fingerprint(source: Path) -> str:
    """The same for the same Python, locks and program."""
    digest = hashlib.sha256(f"{sys.version} {sys.prefix}".encode())
    for name in INGREDIENTS:
        path = source / name
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and file.suffix != ".pyc":
                digest.update(f"{file.relative_to(source)} {file.stat().st_size}\n".encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()[:32]


def install(source: Path, folder: Path) -> bool:
    """A fresh environment in `folder`; whether all of it could be had, with the hashes that we locked."""
    try:
        venv.create(folder, with_pip=True, clear=True)
        python = folder / "bin" / "python"
        lock = source / "requirements.lock"
        subprocess.run([python, *PIP, "--require-hashes", "-r", lock], check=True)
        subprocess.run([python, *PIP, "--no-deps", "--no-build-isolation", source], check=True)
    except subprocess.CalledProcessError:
        return False
    (folder / "complete").touch()
    return True


if __name__ == "__main__":
    sys.exit(main())
