"""How long from a key to the last byte of its answer, through a real pseudo-terminal; and how many bytes.

    python bench/key_to_paint.py [SCENARIO …] [--size 120x40] [--keys 100]

Without names, every built-in scenario. Also: how long from the start of the process to a full first paint, beside
a bare Textual app in the same run, and how a step's bytes compare with those of a full paint (ctrl+l). Unix only.
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

from dlsim.engine import builtin_scenarios, load
from dlsim.engine.errors import DlsimError

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
            os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # as installed: compiled once
            os.execvp(command[0], command)

    def answer(self, patience=10.0, quiet=QUIET):
        """(seconds to the last byte, bytes) of what comes until it has been quiet for a while."""
        start = self.last = time.perf_counter()
        count = 0
        while True:
            wait = quiet if count else patience
            ready, _, _ = select.select([self.file], [], [], wait)
            if not ready:
                return self.last - start, count
            try:
                count += len(os.read(self.file, 1 << 16))
            except OSError:  # the program has ended
                return self.last - start, count
            self.last = time.perf_counter()

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
    """(the program, still running; seconds from its start to the last byte before it fell silent)."""
    terminal = Terminal(command, columns, rows)
    terminal.answer(quiet=0.6)
    return terminal, terminal.last - terminal.started


def starts(commands, columns, rows, times):
    """Seconds to the first paint of each command, which take turns: the machine's speed drifts."""
    taken = [[] for _ in commands]
    for _ in range(times):
        for command, found in zip(commands, taken, strict=True):
            terminal, seconds = first_paint(command, columns, rows)
            terminal.close()
            found.append(seconds)
    return taken


def percentile(values, share):
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def measure(scenario, keys, columns, rows, times):
    """(start, the same ÷ a bare app's, first key, keys, bytes of each, bytes of a full paint) of one scenario."""
    command = [str(Path(sys.executable).with_name("dlsim")), scenario]
    bare, own = starts([[sys.executable, "-c", BARE], command], columns, rows, times)
    # Turn by turn: a machine that becomes slower for a while does so for both of a turn.
    ratio = statistics.median(one / other for one, other in zip(own, bare, strict=True))
    terminal, _ = first_paint(command, columns, rows)
    first, _ = terminal.press(" ")
    answers = [answer for answer in (terminal.press(" ") for _ in range(keys)) if answer[1]]
    _, full = terminal.press("\x0c")
    terminal.close()
    times, sizes = zip(*answers, strict=True)
    return statistics.median(own), ratio, first * 1000, [seconds * 1000 for seconds in times], sizes, full


def cells(text):
    """120x40 as (columns, rows); argparse says what is wrong with anything else."""
    columns, rows = map(int, text.split("x"))
    return columns, rows


def refuse_unreadable(parser, scenarios):
    """One message and status 2 for a scenario that cannot be opened, before anything is measured."""
    for scenario in scenarios:
        try:
            load(scenario)
        except (DlsimError, OSError) as error:
            parser.exit(2, f"{parser.prog}: {error}\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("scenarios", nargs="*")
    parser.add_argument("--size", type=cells, default="120x40")
    parser.add_argument("--keys", type=int, default=100)
    parser.add_argument("--starts", type=int, default=5)
    arguments = parser.parse_args()
    columns, rows = arguments.size
    refuse_unreadable(parser, arguments.scenarios)
    print(f"at {columns}x{rows}, {arguments.keys} keys each; beside a bare Textual app, turn by turn; medians")
    heads = ("start", "ratio", "first", "median", "95 %", "bytes", "full", "ratio")
    print(f"{'scenario':<28} " + " ".join(f"{head:>7}" for head in heads))
    for scenario in arguments.scenarios or builtin_scenarios():
        start, ratio, first, times, sizes, full = measure(scenario, arguments.keys, columns, rows, arguments.starts)
        size = statistics.median(sizes)
        print(
            f"{scenario:<28} {start:>6.3f}s {ratio:>7.2f} {first:>5.1f}ms {statistics.median(times):>5.1f}ms "
            f"{percentile(times, 0.95):>5.1f}ms {size:>7.0f} {full:>7} {size / full:>7.3f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
