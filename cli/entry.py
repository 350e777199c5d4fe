"""From an argument list to an exit status: whatever goes wrong ends as one message on stderr.

0 done · 1 a check failed, or a number was not finite · 2 the call or a file is wrong · 130 interrupted from
the keyboard · 141 whoever read the output went away. The last two say nothing: whoever caused them knows.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from typing import TextIO

from dlsim.cli.call_error import CallError
from dlsim.cli.start import is_bare, start
from dlsim.cli.streams import prepare_streams
from dlsim.engine.errors import DlsimError, UnknownNameError, reason_of
from dlsim.engine.text import shorten

DONE, REFUSED, INTERRUPTED, PIPE_CLOSED = 0, 2, 130, 141
LONGEST_MESSAGE = 2_000
_LONG_WORD = r"\S{400,}"
COMPLETION = "_DLSIM_COMPLETE"
"""What a shell that has been told sets when it wants to know what may come next."""


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit status."""
    prepare_streams()
    try:
        status = _answer(sys.argv[1:] if arguments is None else arguments)
        sys.stdout.flush()  # here, where a closed pipe is still caught
    except BrokenPipeError:
        _forget(sys.stdout)
        return PIPE_CLOSED
    except OSError as error:  # a full disk under what is written to
        _forget(sys.stdout)
        what = "the output cannot be written" if error.filename is None else shorten(str(error.filename), 200)
        return _refuse(f"{what}: {reason_of(error)}")
    except (CallError, DlsimError) as error:
        return _refuse(str(error))
    except KeyboardInterrupt:
        return INTERRUPTED
    return DONE if status is None else status


def _answer(arguments: Sequence[str]) -> int | None:
    """A scenario's name alone opens the app at once; all else is read by click, which no start waits for."""
    wish = os.environ.get(COMPLETION)
    if is_bare(arguments) and not wish:
        try:
            return start(next(iter(arguments), None))
        except UnknownNameError:  # click's way knows which verb may have been meant
            pass
    from dlsim.cli.command_line import answer, complete  # noqa: PLC0415

    return complete(wish, COMPLETION) if wish else answer(arguments)


def _refuse(message: str) -> int:
    """One line; what it repeats of a call may be as long as a command line."""
    short = re.sub(_LONG_WORD, lambda word: shorten(word[0]), message)
    try:
        print(f"dlsim: {shorten(short, LONGEST_MESSAGE)}", file=sys.stderr, flush=True)
    except OSError:  # nobody can be told
        _forget(sys.stderr)
    return REFUSED


def _forget(stream: TextIO) -> None:
    """Point a stream nowhere: flushing it at exit would raise once more."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
