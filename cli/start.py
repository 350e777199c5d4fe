"""The start of the app, on the browser or on a scenario. No click here: it would be a thirtieth of the start.

The one module that imports the app, but for the page's visitors.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from dlsim.cli.call_error import CallError
from dlsim.cli.streams import has_signs
from dlsim.cli.verbs import VERBS
from dlsim.engine.scenario.load import load


def is_bare(arguments: Sequence[str]) -> bool:
    """Whether a call is nothing, or nothing but what can only be a scenario."""
    return not arguments or (len(arguments) == 1 and not arguments[0].startswith("-") and arguments[0] not in VERBS)


def start(source: str | None = None, variant: str | None = None, overrides: Mapping[str, Any] | None = None) -> int:
    """Open the app; the exit status.

    Raises DlsimError and CallError before the terminal changes, if the scenario or the terminal is not fit for it.
    """
    scenario = None if source is None else load(source, variant=variant, overrides=overrides)
    if not (_is_terminal(sys.stdin) and _is_terminal(sys.stdout)):
        raise CallError("the app needs a terminal, and this is none; try 'dlsim list', 'dlsim run' or 'dlsim trace'")
    if os.environ.get("TERM") == "dumb":
        raise CallError("the app needs a cursor that moves, and TERM is dumb; try 'dlsim walk'")
    if not _is_terminal(sys.__stderr__):
        sys.__stderr__ = sys.__stdout__  # type: ignore[misc]  # Textual draws there, and messages may go elsewhere
    gc.disable()  # nothing that a start makes is garbage; the app takes it up again
    from dlsim.tui.app import open_app  # noqa: PLC0415 -- headless verbs never import the app
    from dlsim.tui.session.session import Session  # noqa: PLC0415

    session = None if source is None else Session(source, variant, overrides or None, scenario=scenario)
    return open_app(session, only_ascii=not has_signs(sys.stdout))


def _is_terminal(stream: Any) -> bool:
    return stream is not None and stream.isatty()
