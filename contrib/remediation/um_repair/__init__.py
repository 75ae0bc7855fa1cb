# SPDX-License-Identifier: GPL-3.0-or-later
"""um_repair -- an alarm starts a repair that its operator has signed."""

import os


class Unusable(Exception):
    """The command line, the configuration or a file of ours is no good."""


def plain(text, limit=255, keep=""):
    """Text of others, harmless in a log and on a terminal."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    kept = "".join(char if char.isprintable() or char in keep else "?"
                   for char in text[:limit])
    return kept if len(text) <= limit else kept + "..."


def say(line):
    """A line on standard output; that nobody listens must stop nothing."""
    try:
        os.write(1, line.encode("utf-8", "replace") + b"\n")
    except OSError:
        pass
