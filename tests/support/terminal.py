"""A command on a pseudo-terminal: what it writes where it is watched."""

from __future__ import annotations

import os
import select
import struct
import subprocess
import time
from collections.abc import Sequence

import pytest

unix_only = pytest.mark.skipif(os.name == "nt", reason="pseudo-terminals are a Unix thing")

LOCALE = ("LC_ALL", "LC_CTYPE", "PYTHONIOENCODING", "PYTHONUTF8", "PYTHONCOERCECLOCALE", "COLUMNS", "LINES")
PATIENCE = 30


def on_terminal(
    command: Sequence[object], keys: bytes = b"", *, once: bytes = b"", columns: int = 200, **environment: str
) -> tuple[int, bytes]:
    """(status, output) of a command on a terminal so wide, in a locale with UTF-8 unless `environment` says another,
    after these lines or keys have been typed; `once` something has been written, or at the beginning.
    """
    import fcntl
    import pty
    import termios

    outer, inner = pty.openpty()
    fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 30, columns, 0, 0))
    kept = {name: value for name, value in os.environ.items() if name not in LOCALE}
    process = subprocess.Popen(
        [str(word) for word in command],
        stdin=inner,
        stdout=inner,
        stderr=inner,
        env={**kept, "TERM": "xterm", "LANG": "C.UTF-8", **environment},
    )
    os.close(inner)
    output, is_typed, deadline = b"", False, time.monotonic() + PATIENCE
    while process.poll() is None or not is_typed or select.select([outer], [], [], 0)[0]:
        if not is_typed and once in output:
            os.write(outer, keys)
            is_typed = True
        if select.select([outer], [], [], 0.05)[0]:
            try:
                output += os.read(outer, 65536)
            except OSError:  # nobody holds the other end any more
                break
        if time.monotonic() > deadline:
            process.kill()
            raise AssertionError(f"it never ended: {output[-2000:]!r}")
    os.close(outer)
    return process.wait(timeout=PATIENCE), output.replace(b"\r\n", b"\n")
