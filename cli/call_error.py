"""A call that is wrong, told in the one message that ends it."""

from __future__ import annotations


class CallError(Exception):
    """The message; whoever runs the command prints it and leaves with status 2."""
