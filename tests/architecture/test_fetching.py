"""If `make interop` cannot fetch a server, it shows the error and nothing else."""

from __future__ import annotations

from tests.interop.programs import reason

NPM = """
npm warn deprecated glob@7.2.3: Glob versions prior to v9 are no longer supported
npm error code 1
npm error path /x/node_modules/better-sqlite3
npm error command failed
npm error gyp ERR! stack Error: 404 status code downloading headers
npm error gyp ERR! not ok
npm notice
npm notice New major version of npm available! 10.8.2 -> 11.6.4
npm notice Changelog: https://github.com/npm/cli/releases/tag/v11.6.4
npm notice
"""
PIP = """
ERROR: Could not find a version that satisfies the requirement matrix-synapse==9
ERROR: No matching distribution found for matrix-synapse==9
[notice] A new release of pip is available: 24.0 -> 25.3
"""


def test_the_error_is_the_reason_and_not_the_notice_of_a_newer_version():
    told = reason(NPM)

    assert "downloading headers" in told
    assert "notice" not in told
    assert "deprecated" not in told
    assert reason(PIP).splitlines() == PIP.splitlines()[1:3]


def test_output_without_an_error_is_shown_unchanged():
    assert reason("npm notice new\nit stopped\n") == "it stopped"
