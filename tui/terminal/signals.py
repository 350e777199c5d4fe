"""What happens to the terminal when a signal tells dlsim to go, to stop or to go on, or when the terminal is gone.

Textual leaves a terminal raw on a signal, and can wait for ever, or spin, when there is nobody left to write to. Here a
signal ends the app the ordinary way, which restores the terminal; and a watching thread ends the process if that does
not come to an end, or if the terminal has vanished.

A shell with job control takes the terminal while dlsim is stopped, and gives it back with `fg`. Textual does its part
of this, but expects nobody else to stop or wake it: after a SIGSTOP it would read the keyboard twice, and take the raw
terminal for the one that it found. So both signals are heard here.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from threading import Event, Thread
from types import FrameType
from typing import Any

from textual.app import App

if sys.platform != "win32":
    import termios

LOOK_SECONDS = 0.5
GRACE_SECONDS = 2.0
TOLD_TO_GO = (
    *("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGVTALRM", "SIGPROF", "SIGXCPU"),
    *("SIGPOLL", "SIGPWR", "SIGSTKFLT"),
)
"""Every signal that would end the process where it stands, and that can be heard; a system may lack some."""


class Terminal:
    """Restores the terminal and ends the app when it is told to, or has to."""

    def __init__(self) -> None:
        self._fd = sys.__stdin__.fileno() if sys.__stdin__ is not None and sys.__stdin__.isatty() else None
        self._attributes = _attributes(self._fd)
        self._leave: Callable[[int], None] = lambda _status: None
        self._over = Event()

    @contextmanager
    def guarded(self, leave: Callable[[int], None]) -> Iterator[None]:
        """While an app runs in this loop: `leave(exit status)` is called, in the loop, when it has to end."""
        self._leave = leave
        loop = asyncio.get_running_loop()
        before: dict[int, Any] = {}
        for name in TOLD_TO_GO:
            number = getattr(signal, name, None)
            if number is not None:
                # Windows has few of these signals; a thread may not set any. Not the loop's own way: of each signal it
                # makes a list of all that there are.
                with suppress(ValueError, OSError):
                    before[number] = signal.signal(number, partial(self._told_to_go, loop))
        watch = Thread(target=self._watch, args=(loop,), name="dlsim-terminal", daemon=True)
        if self._attributes is not None:
            watch.start()
        try:
            yield
        finally:
            self._over.set()
            for number, handler in before.items():
                signal.signal(number, signal.SIG_DFL if handler is None else handler)  # None: it was not Python's

    def end_if_gone(self, status: int) -> None:
        """Once the app has ended: where its terminal has vanished, end the process here and now.

        Textual's input thread may then never have been told to stop: it would read nothing, for ever and at full speed.
        """
        if self._attributes is not None and _attributes(self._fd) is None:
            os._exit(status)

    def _told_to_go(self, loop: asyncio.AbstractEventLoop, number: int, _frame: FrameType | None) -> None:
        """In the loop, as soon as it comes to it; and in the end without it."""
        status = 128 + number
        Thread(target=self._insist, args=(status,), name="dlsim-insist", daemon=True).start()
        loop.call_soon_threadsafe(self._leave, status)

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        while not self._over.wait(LOOK_SECONDS):
            if _attributes(self._fd) is None:
                status = 128 + getattr(signal, "SIGHUP", 1)
                with suppress(RuntimeError):
                    loop.call_soon_threadsafe(self._leave, status)
                self._insist(status)

    def _insist(self, status: int) -> None:
        if not self._over.wait(GRACE_SECONDS):
            self._restore()
            os._exit(status)

    def _restore(self) -> None:
        """Last resort: Textual could not do it itself."""
        if self._fd is None or self._attributes is None:
            return
        with suppress(Exception):
            # Off: mouse, focus, bracketed paste, keyboard protocol; back: main screen, cursor, line wrap.
            os.write(
                self._fd,
                b"\x1b[?1000l\x1b[?1003l\x1b[?1006l\x1b[?1004l\x1b[?2004l\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?7h",
            )
            termios.tcsetattr(self._fd, termios.TCSANOW, self._attributes)


def _attributes(fd: int | None) -> Any:
    """The terminal's settings; None where there is no terminal, or no longer."""
    if fd is None or sys.platform == "win32":
        return None
    try:
        return termios.tcgetattr(fd)
    except (termios.error, OSError, ValueError):
        return None


class Suspension:
    """Into the background and back: lets go of an app's terminal and takes it up again, where its driver can. It hears
    the signals from the first moment on.
    """

    def __init__(self, app: App[Any]) -> None:
        driver = app._driver
        self._driver = driver if driver is not None and driver.can_suspend and sys.platform != "win32" else None
        if self._driver is not None:
            signal.signal(signal.SIGTSTP, self._stop)
            signal.signal(signal.SIGCONT, self._go_on)

    @property
    def can_come_back(self) -> bool:
        """Whether there is a shell that can bring dlsim back: such a shell gives every job a group of its own."""
        return self._driver is not None and os.getpgrp() != os.getsid(0)

    def suspend(self) -> None:
        """Stop, and with it whatever was started along with it, as the terminal's own ctrl+z would."""
        self._let_go()  # first: once the others have stopped, the shell takes the terminal
        os.kill(0, signal.SIGTSTP)

    def _let_go(self) -> None:
        writer = getattr(self._driver, "_writer_thread", None)
        if self._driver is not None and writer is not None and writer.is_alive():
            self._driver.suspend_application_mode()

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._let_go()
        os.kill(os.getpid(), signal.SIGSTOP)

    def _go_on(self, _number: int, _frame: FrameType | None) -> None:
        self._let_go()
        if self._driver is not None:
            self._driver._must_signal_resume = True  # type: ignore[attr-defined]  # what was painted is gone
            self._driver.resume_application_mode()
