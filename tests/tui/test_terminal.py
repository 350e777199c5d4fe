"""Through a real pseudo-terminal: the terminal is found as it was left, however the app ends."""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from contextlib import suppress

import pytest

pty = pytest.importorskip("pty", reason="pseudo-terminals are a Unix thing")
termios = pytest.importorskip("termios", reason="pseudo-terminals are a Unix thing")

OPEN = "import sys; from dlsim.tui.app import Session, open_app; sys.exit(open_app(Session('xor-train')))"
PATIENCE = 20.0


class Session:
    """The app in a pseudo-terminal of 120 × 40."""

    def __init__(self):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm-256color", COLUMNS="120", LINES="40")
            os.execv(sys.executable, [sys.executable, "-c", OPEN])
        self.before = termios.tcgetattr(self.fd)
        self.output = b""

    def read_until(self, wanted: bytes) -> None:
        deadline = time.monotonic() + PATIENCE
        while wanted not in self.output:
            assert time.monotonic() < deadline, self.output[-2000:]
            self.read()

    def read(self) -> None:
        if select.select([self.fd], [], [], 0.05)[0]:
            with suppress(OSError):  # nobody holds the other end any more
                self.output += os.read(self.fd, 65536)

    def wait(self) -> int:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if self.fd >= 0:
                self.read()
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return os.waitstatus_to_exitcode(status)
        os.kill(self.pid, signal.SIGKILL)
        raise AssertionError("it never ended")


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGTERM, 143), (getattr(signal, "SIGHUP", signal.SIGTERM), 129), (None, 0)]
)
@pytest.mark.parametrize("keys", [b"", b"]]]]]]r"], ids=["waiting", "running"])
def test_the_terminal_is_restored(number, status, keys):
    session = Session()
    session.read_until(b"xor-train")
    session.read_until(b"palette")
    os.write(session.fd, keys)
    if keys:
        session.read_until(b"pause")
    if number is None:
        os.write(session.fd, b"q")
    else:
        os.kill(session.pid, number)
    assert session.wait() == status
    for mode in (b"1049", b"1000", b"1003", b"1006", b"1004", b"2004"):  # screen, mouse, focus, paste
        assert session.output.rfind(b"\x1b[?" + mode + b"l") > session.output.rfind(b"\x1b[?" + mode + b"h")
    assert session.output.rfind(b"\x1b[?25h") > session.output.rfind(b"\x1b[?25l")  # the cursor
    assert termios.tcgetattr(session.fd) == session.before
    os.close(session.fd)


@pytest.mark.parametrize("is_told", [False, True], ids=["silently", "with SIGHUP"])
def test_the_app_ends_when_its_terminal_is_gone(is_told):
    session = Session()
    session.read_until(b"palette")
    os.close(session.fd)
    session.fd = -1
    if is_told:
        os.kill(session.pid, signal.SIGHUP)
    assert session.wait() == 129
