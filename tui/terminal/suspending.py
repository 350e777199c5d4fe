"""Into the background and back: `ctrl+z`, and a process that was stopped and goes on.

A shell with job control takes the terminal while dlsim is stopped, and gives it back with `fg`. Textual does its part
of this, but expects nobody else to stop or wake it: after a SIGSTOP it would read the keyboard twice, and take the raw
terminal for the one that it found. So both signals are heard here.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType
from typing import Any

from textual.app import App


class Suspension:
    """Lets go of an app's terminal and takes it up again, where its driver can."""

    def __init__(self, app: App[Any]) -> None:
        driver = app._driver
        self._driver = driver if driver is not None and driver.can_suspend and sys.platform != "win32" else None

    def listen(self) -> None:
        """Hear the signals from now on."""
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
