"""A run at full speed: how long a key waits for its paint, how fast the engine still is, how much memory grows.

    python bench/full_speed.py [SCENARIO …] [--size 120x40] [--seconds 10]

The app runs in a pseudo-terminal. A key is written, and the app itself (this file, as a child) notes on the same clock
when the paint that answers it has been written. The engine's share is its iterations a second beside those of
`Simulator.run` in a process of its own, right after. Unix only.
"""

from __future__ import annotations

import argparse
import inspect
import json
import os
import resource
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from statistics import median

from key_to_paint import Terminal, cells, percentile, refuse_unreadable

DEFAULT = ("backprop-2-2-2", "xor-train", "optimizers-on-a-network")


def child(scenario, file):
    """The app, which writes down when keys were answered, and how far it came."""
    from dlsim.tui.app import DlsimApp, Session  # noqa: PLC0415 -- each process needs its own
    from dlsim.tui.screens.simulator import Stepping  # noqa: PLC0415 -- each process needs its own

    answered, marks, waiting = [], [], []

    class Watched(DlsimApp):
        CSS_PATH = Path(inspect.getfile(DlsimApp)).with_name("dlsim.tcss")

        def _display(self, screen, renderable):
            super()._display(screen, renderable)
            if waiting:
                waiting.clear()
                answered.append(time.monotonic())

        def on_mount(self):
            self.set_interval(1, self.note)

        def note(self):
            memory = int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
            marks.append((time.monotonic(), self.screen.work.session.simulator.iteration, memory))

        def exit(self, *arguments, **named):
            Path(file).write_text(json.dumps([answered, marks]))
            super().exit(*arguments, **named)

    act = Stepping.grain

    def noted(self):
        waiting.append(True)
        act(self)

    Stepping.grain = noted
    Watched(Session(scenario)).run()


def headless(scenario, seconds):
    """Iterations a second with no screen, all variants of the scenario together."""
    from dlsim.engine import load  # noqa: PLC0415 -- each process needs its own
    from dlsim.engine.ensemble import Ensemble  # noqa: PLC0415 -- each process needs its own

    ensemble = Ensemble(load(scenario))
    start = time.perf_counter()
    while time.perf_counter() - start < seconds:
        ensemble.lead.run(iterations=1000)
        ensemble.follow()
    return ensemble.lead.iteration / (time.perf_counter() - start)


def drain(terminal, seconds):
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        terminal.answer(patience=left, quiet=min(left, 0.02))


def measure(scenario, seconds, columns, rows):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "noted.json")
        terminal = Terminal([sys.executable, __file__, "--child", scenario, str(file)], columns, rows)
        drain(terminal, 2)
        for key in "]" * 12 + "r":
            os.write(terminal.file, key.encode())
            drain(terminal, 0.05)
        drain(terminal, 2)
        os.write(terminal.file, b"r")  # it has paused where the scenario's epochs end, and goes on past them for ever
        drain(terminal, 1)
        pressed = []
        while len(pressed) < seconds * 5:
            pressed.append(time.monotonic())
            os.write(terminal.file, b"g")
            drain(terminal, 0.2)
        os.write(terminal.file, b"q")
        drain(terminal, 2)
        answered, marks = json.loads(file.read_text())
    waits = [(then - key) * 1000 for key, then in zip(pressed, answered, strict=False)]
    rates = [
        (last - first) / (end - start) for (start, first, _), (end, last, _) in pairwise(marks) if last > first > 0
    ]
    return waits, median(rates), (marks[-1][2] - marks[0][2]) / 2**20


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("scenarios", nargs="*", default=DEFAULT)
    parser.add_argument("--size", type=cells, default="120x40")
    parser.add_argument("--seconds", type=int, default=10)
    arguments = parser.parse_args()
    columns, rows = arguments.size
    refuse_unreadable(parser, arguments.scenarios)
    heads = ("median", "95 %", "iter/s", "share", "MiB")
    print(f"{'scenario':<28} " + " ".join(f"{head:>8}" for head in heads))
    for scenario in arguments.scenarios:
        waits, rate, growth = measure(scenario, arguments.seconds, columns, rows)
        share = rate / headless(scenario, 2)
        print(
            f"{scenario:<28} {percentile(waits, 0.5):>6.1f}ms {percentile(waits, 0.95):>6.1f}ms "
            f"{rate:>8,.0f} {share:>8.2f} {growth:>8.1f}",
            flush=True,
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(*sys.argv[2:])
    else:
        main()
