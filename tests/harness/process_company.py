"""A company whose commands run as processes, and whose providers are as strict as their descriptions."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.fake_providers.strict_server import SECRETS, Strict
from tests.harness import fork_server
from tests.harness.company_folder import CompanyFolder
from tests.harness.configurations import STRICT_CHANNELS
from tests.harness.program import LONGEST, ROOT, Ended, command, start


@dataclass
class ProcessCompany(CompanyFolder):
    """Commands find nothing in their environment but the secrets."""

    def environment(self, **changes: str | None) -> dict[str, str]:
        """What commands find around them: nothing of ours but the path; None takes a variable away."""
        own = {"HOME": str(self.folder / "home"), "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)}
        around = {"PATH": os.environ.get("PATH", ""), **own, **SECRETS, **changes}
        return {name: value for name, value in around.items() if value is not None}

    def start(self, *arguments: str, **changes: str | None) -> subprocess.Popen[str]:
        """Start a command and leave it alone."""
        return start(arguments, self.folder, self.environment(**changes))

    def run(self, *arguments: str, stdin: str = "", **changes: str | None) -> Ended:
        """Run a command to its end; `changes` are of its environment, and ask for a new interpreter."""
        if not changes:
            done = fork_server.run(arguments, self.folder, self.environment(), stdin, LONGEST)
        else:
            done = subprocess.run(
                command(*arguments),
                cwd=self.folder,
                env=self.environment(**changes),
                input=stdin,
                capture_output=True,
                text=True,
                encoding="utf-8",
                timeout=LONGEST,
            )
        return Ended(done.returncode, done.stdout, done.stderr)

    def send(self, *arguments: str) -> Ended:
        """Run a command that publishes; its result is JSON."""
        return self.run(*arguments, "--yes", "-o", "json")


def process_company(folder: Path, providers: Strict, audiences: str) -> ProcessCompany:
    """Write the configuration: every channel, and these audiences."""
    folder.mkdir(parents=True, exist_ok=True)
    company = ProcessCompany(folder)
    company.config.write_text(STRICT_CHANNELS.format(**providers.addresses) + audiences, encoding="utf-8")
    return company
