"""What one `space` key sets going: files, calls of functions, and calls to and fro between the engine and the rest.

    python bench/one_key.py [SCENARIO] [--size 120x40] [--before 19] [--files] [--list]

The app runs in a Pilot, and paints as for a terminal; the key is profiled until that is done. After 19 others it is the
key that computes ∂E/∂W5 in `backprop-2-2-2`. Counted are calls of functions in dlsim's own files, each time that a
generator is taken up again among them. A crossing is a call from a file of the engine to another of dlsim, or back.
Status 1 if one of the three is above its limit. Before the engine and the app were rebuilt they were 84, 7,990 and 297.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections import Counter
from pathlib import Path

from key_to_paint import cells, refuse_unreadable

import dlsim.cli
import dlsim.engine
import dlsim.tui
from dlsim.tui.app import DlsimApp
from dlsim.tui.session.session import Session

LIMITS = {"files": 40, "calls": 2_500, "crossings": 60}
ROOMS = {str(Path(package.__file__).parent): package.__name__ for package in (dlsim.engine, dlsim.tui, dlsim.cli)}


class Profile:
    """Counts what is called while it is on."""

    def __init__(self):
        self.calls, self.crossings = Counter(), Counter()
        self._rooms = {}

    def room(self, file):
        """Which of dlsim's packages a file belongs to; "" for all others."""
        if file not in self._rooms:
            self._rooms[file] = next((name for folder, name in ROOMS.items() if file.startswith(folder)), "")
        return self._rooms[file]

    def note(self, frame, event, _argument):
        if event != "call" or not (room := self.room(frame.f_code.co_filename)):
            return
        called, calling = frame.f_code, frame.f_back and frame.f_back.f_code
        self.calls[called.co_filename, called.co_qualname] += 1
        caller = self.room(calling.co_filename) if calling else ""
        if caller and (caller == "dlsim.engine") != (room == "dlsim.engine"):
            self.crossings[calling.co_filename, calling.co_qualname, called.co_filename, called.co_qualname] += 1

    @property
    def files(self):
        """Calls by file."""
        found = Counter()
        for (file, _), number in self.calls.items():
            found[file] += number
        return found


async def profiled(scenario, columns, rows, before):
    """What a key does after `before` others."""
    DlsimApp.is_headless = property(lambda _app: False)  # or nothing would be painted
    profile, app = Profile(), DlsimApp(Session(scenario))
    async with app.run_test(size=(columns, rows)) as pilot:
        await pilot.pause()
        for _ in range(before):
            await pilot.press("space")
        await pilot.pause()
        sys.setprofile(profile.note)
        await pilot.press("space")
        await pilot.pause()
        sys.setprofile(None)
    return profile


def short(file):
    folder, name = next((folder, name) for folder, name in ROOMS.items() if file.startswith(folder))
    return f"{name.removeprefix('dlsim.')}{file.removeprefix(folder)}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("scenario", nargs="?", default="backprop-2-2-2")
    parser.add_argument("--size", type=cells, default="120x40")
    parser.add_argument("--before", type=int, default=19, help="so many keys are pressed first")
    parser.add_argument("--files", action="store_true", help="list the files")
    parser.add_argument("--list", action="store_true", help="list calls by function and crossings by pair, most first")
    arguments = parser.parse_args()
    refuse_unreadable(parser, [arguments.scenario])
    profile = asyncio.run(profiled(arguments.scenario, *arguments.size, arguments.before))
    if arguments.files:
        for file, number in profile.files.most_common():
            print(f"{number:>7,}  {short(file)}")
    if arguments.list:
        for (file, name), number in profile.calls.most_common():
            print(f"{number:>7,}  {short(file)}: {name}")
        for (calling, caller, file, name), number in profile.crossings.most_common():
            print(f"{number:>7,}  {short(calling)}: {caller} → {short(file)}: {name}")
    found = {"files": len(profile.files), "calls": profile.calls.total(), "crossings": profile.crossings.total()}
    for name, number in found.items():
        print(f"{name:<10} {number:>7,}   limit {LIMITS[name]:,}")
    return int(any(number > LIMITS[name] for name, number in found.items()))


if __name__ == "__main__":
    sys.exit(main())
