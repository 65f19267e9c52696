"""Former names of shared template files that users may still include, with the present ones."""

from __future__ import annotations

from collections.abc import Mapping

#: The present names of renamed shared files, below the locale.
PARTS: Mapping[str, str] = {
    "_parts/again.txt.j2": "_parts/services.txt.j2",
    "_parts/away.txt.j2": "_parts/services.txt.j2",
    "_parts/call.social.txt.j2": "_parts/help.social.txt.j2",
    "_parts/call.txt.j2": "_parts/help.sms.txt.j2",
    "_parts/call.voice.txt.j2": "_parts/help.voice.txt.j2",
    "_parts/stays.txt.j2": "_parts/services.txt.j2",
    "_parts/ways.txt.j2": "_parts/help.txt.j2",
}
