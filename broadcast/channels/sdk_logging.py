"""SDKs that write credentials into their debug log are kept from it."""

from __future__ import annotations

import logging


def silence(*loggers: str) -> None:
    """Let these loggers and those below them say nothing less than a warning.

    At level DEBUG python_http_client logs the API key, tweepy the Authorization header and oauthlib what it
    signs with; none of them can be told to leave that out.
    """
    for name in loggers:
        logging.getLogger(name).setLevel(logging.WARNING)
