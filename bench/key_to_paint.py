"""How long from a key to the last byte of its answer, through a real pseudo-terminal; and how many bytes.

    python bench/key_to_paint.py [SCENARIO …] [--size 120x40] [--keys 100]

Also: how long from the start of the process to a full first paint, beside a bare Textual app in the same run.
Unix only.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pty
import select
import signal
import statistics
import struct
import sys
import termios
import time
from pathlib import Path

QUIET = 0.12  # seconds without output after which an answer counts as complete
BARE = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("ready")
Bare().run()
"""


class Terminal:
    """A program in a pseudo-terminal of a given size."""

    def __init__(self, command, columns, rows):
        self.started = time.perf_counter()
        self.process, self.file = pty.fork()
        if self.process == 0:
            # The size first: a program that starts at 80×24 and is resized paints everything twice.
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
            os.execvp(command[0], command)

    def answer(self, patience=10.0, quiet=QUIET):
        """(seconds to the last byte, bytes) of what comes until it has been quiet for a while."""
        start = last = time.perf_counter()
        count = 0
        while True:
            wait = quiet if count else patience
            ready, _, _ = select.select([self.file], [], [], wait)
            if not ready:
                return last - start, count
            try:
                count += len(os.read(self.file, 1 << 16))
            except OSError:  # the program has ended
                return last - start, count
            last = time.perf_counter()

    def press(self, key):
        os.write(self.file, key.encode())
        return self.answer(patience=1.0)

    def close(self):
        os.kill(self.process, signal.SIGTERM)
        end = time.time() + 5
        while time.time() < end:
            try:
                select.select([self.file], [], [], 0.05)[0] and os.read(self.file, 1 << 16)
            except OSError:
                break
        os.waitpid(self.process, 0)
        os.close(self.file)


def first_paint(command, columns, rows):
    terminal = Terminal(command, columns, rows)
    _, count = terminal.answer(quiet=0.6)
    seconds = time.perf_counter() - terminal.started - 0.6
    return terminal, seconds, count


def percentile(values, share):
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("scenarios", nargs="*", default=["backprop-2-2-2"])
    parser.add_argument("--size", default="120x40")
    parser.add_argument("--keys", type=int, default=100)
    arguments = parser.parse_args()
    columns, rows = map(int, arguments.size.split("x"))
    terminal, bare, _ = first_paint([sys.executable, "-c", BARE], columns, rows)
    terminal.close()
    print(f"bare Textual app: {bare:.2f} s to its first paint; all at {arguments.size}")
    heads = ("start", "ratio", "first key", "median", "95 %", "bytes/key", "full")
    print(f"{'scenario':<28} " + " ".join(f"{head:>7}" for head in heads))
    for scenario in arguments.scenarios:
        command = [str(Path(sys.executable).with_name("dlsim")), scenario]
        terminal, start, full = first_paint(command, columns, rows)
        first, _ = terminal.press(" ")
        answers = [terminal.press(" ") for _ in range(arguments.keys)]
        terminal.close()
        times = [seconds * 1000 for seconds, count in answers if count]
        sizes = [count for _, count in answers if count]
        print(
            f"{scenario:<28} {start:>5.2f}s {start / bare:>6.2f} {first * 1000:>7.1f}ms "
            f"{statistics.median(times):>5.1f}ms {percentile(times, 0.95):>5.1f}ms "
            f"{statistics.median(sizes):>9.0f} {full:>7}"
        )


if __name__ == "__main__":
    main()
