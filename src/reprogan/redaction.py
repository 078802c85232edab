"""Addresses as they may be shown and kept: without what lets somebody in."""

from __future__ import annotations

import re

HIDDEN = "***"
"""What stands in place of a secret."""

UNCLEAR = re.compile(r"(?<=://)[^\s?#]*[?#]\S*@\S*")
"""An @ after ? or #: nobody can tell a password from a query here, or a host from either."""

CREDENTIALS = re.compile(r"(?<=://)[^\s?#]*@")
"""All up to the last @, for a password that nobody has escaped may hold / and @ itself."""

QUERY = re.compile(r"(://[^\s?#]*)[?#]\S+")
"""All that follows ? or # in an address: tokens and signatures stand there."""

BARE_QUERY = re.compile(r"\?[^\s=]+=\S*")
"""The same of an address whose host has been left out, as in the errors of requests."""


def redacted(text: str) -> str:
    """An address, or a text with addresses in it, without users, passwords, queries and fragments.

    https://me:secret@host/path?token=1 becomes https://***@host/path?***; what holds no secret is
    left as it is, and so is an address that has been through this before.
    """
    text = UNCLEAR.sub(HIDDEN, text)
    text = CREDENTIALS.sub(f"{HIDDEN}@", text)
    text = QUERY.sub(rf"\1?{HIDDEN}", text)
    return BARE_QUERY.sub(f"?{HIDDEN}", text)
