"""Through a real pseudo-terminal: the terminal is found as it was left, however the app ends."""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from contextlib import suppress

import pytest
from support.scenarios import thinned

pty = pytest.importorskip("pty", reason="pseudo-terminals are a Unix thing")
termios = pytest.importorskip("termios", reason="pseudo-terminals are a Unix thing")

OPEN = "import sys; from dlsim.tui.app import Session, open_app; sys.exit(open_app(Session('xor-train')))"
PATIENCE = 20.0


class Session:
    """The app in a pseudo-terminal of 120 × 40."""

    def __init__(self, command=(sys.executable, "-c", OPEN), **environment):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm-256color", COLUMNS="120", LINES="40", **environment)
            os.execvp(command[0], command)
        self.before = termios.tcgetattr(self.fd)
        self.output = b""

    def read_until(self, wanted: bytes) -> None:
        deadline = time.monotonic() + PATIENCE
        while wanted not in self.output:
            assert time.monotonic() < deadline, self.output[-2000:]
            self.read()

    def press(self, keys: bytes, wanted: bytes) -> None:
        """Send keys, and read what they lead to."""
        self.output = b""
        os.write(self.fd, keys)
        self.read_until(wanted)

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


def assert_restored(output: bytes) -> None:
    for mode in (b"1049", b"1000", b"1003", b"1006", b"1004", b"2004"):  # screen, mouse, focus, paste
        assert output.rfind(b"\x1b[?" + mode + b"l") > output.rfind(b"\x1b[?" + mode + b"h")
    assert output.rfind(b"\x1b[?25h") > output.rfind(b"\x1b[?25l")  # the cursor


def signals(*names: str) -> list[int]:
    """Those that this system has."""
    return [getattr(signal, name) for name in names if hasattr(signal, name)]


WAITING, RUNNING = b"", b"]]]]]]r"


@thinned(
    ("keys", "number"),
    [
        *((WAITING, number) for number in [*signals("SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT"), None]),
        *((RUNNING, number) for number in [*signals("SIGTERM", "SIGINT"), None]),
    ],
    [(WAITING, None), *((WAITING, number) for number in signals("SIGHUP")), (RUNNING, signal.SIGTERM)],
)
def test_the_terminal_is_restored(keys, number):
    session = Session()
    session.read_until(b"xor-train")
    session.read_until(b"palette")
    os.write(session.fd, keys)
    if keys:
        session.read_until(b"pause")
    assert_ends(session, number)


@thinned("number", signals("SIGUSR1", "SIGALRM", "SIGXCPU"), signals("SIGUSR1"))
def test_a_signal_that_nobody_expects_restores_the_terminal_too(number):
    session = Session()
    session.read_until(b"palette")
    assert_ends(session, number)


@thinned("number", signals("SIGSTOP", "SIGCONT"), signals("SIGSTOP"))
def test_after_being_stopped_from_outside_it_goes_on_and_leaves_the_terminal_as_it_was(number):
    session = Session()
    session.read_until(b"palette")
    os.kill(session.pid, number)
    if number == signal.SIGSTOP:
        os.waitpid(session.pid, os.WUNTRACED)
    session.output = b""
    os.kill(session.pid, signal.SIGCONT)
    session.read_until(b"palette")
    session.press(b" ", b"z1")
    assert_ends(session, None)


def assert_ends(session: Session, number: int | None) -> None:
    """By a signal, or without one by its key: with the status that says so, and the terminal as it was."""
    if number is None:
        os.write(session.fd, b"q")
    else:
        os.kill(session.pid, number)
    assert session.wait() == (0 if number is None else 128 + number)
    assert_restored(session.output)
    assert termios.tcgetattr(session.fd) == session.before
    os.close(session.fd)


def test_ctrl_z_gives_the_terminal_to_the_shell_and_fg_takes_it_back(tmp_path):
    script = tmp_path / "open.py"
    script.write_text(OPEN, encoding="utf-8")
    shell = Session(["sh", "-i"], PS1="ready> ", ENV="", APP=f"{sys.executable} {script}")
    shell.read_until(b"ready> ")
    shell.press(b"$APP\n", b"palette")
    shell.press(b"\x1a", b"ready> ")
    assert_restored(shell.output.replace(b"\x1b[?2004h", b""))  # a shell may turn that one on for itself
    shell.press(b"echo $((6 * 7))\n", b"42")
    shell.press(b"fg\n", b"palette")
    assert b"XOR" in shell.output
    shell.press(b" ", b"z1")
    shell.press(b"q", b"ready> ")
    shell.press(b"exit\n", b"")
    assert shell.wait() == 0
    os.close(shell.fd)


def test_where_no_shell_could_bring_it_back_ctrl_z_says_so():
    session = Session()
    session.read_until(b"palette")
    session.press(b"\x1a", b"no shell")
    assert_ends(session, None)


@thinned("is_told", [False, True], [False], ids=["silently", "with SIGHUP"])
def test_the_app_ends_when_its_terminal_is_gone(is_told):
    session = Session()
    session.read_until(b"palette")
    os.close(session.fd)
    session.fd = -1
    if is_told:
        os.kill(session.pid, signal.SIGHUP)
    assert session.wait() == 129
