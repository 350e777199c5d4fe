"""The app for one visitor of `dlsim serve`: what that starts, with its pipes where a terminal would be.

    python -P -m dlsim.cli.visitor WISH      # {"scenario": …, "variant": …, "overrides": …} as JSON, in base64

Ends when the server does, even if that was killed: Textual alone would go on for ever.
"""

from __future__ import annotations

import json
import os
import sys
from base64 import urlsafe_b64decode
from threading import Thread
from time import sleep

LOOK_SECONDS = 1.0


def main() -> int:
    """Open the app as the argument says."""
    from dlsim.tui.app import open_app  # noqa: PLC0415 -- after the watch has begun: importing it takes a while
    from dlsim.tui.session.session import Session  # noqa: PLC0415

    wish = json.loads(urlsafe_b64decode(sys.argv[1]))
    scenario = wish["scenario"]
    return open_app(None if scenario is None else Session(scenario, wish["variant"], wish["overrides"] or None))


def watch(parent: int) -> None:
    """Leave when the process that started this one is gone."""
    while os.getppid() == parent:
        sleep(LOOK_SECONDS)
    os._exit(0)


if __name__ == "__main__":
    if os.name != "nt":  # Windows keeps telling the number of a parent that is gone
        Thread(target=watch, args=(os.getppid(),), name="dlsim-watch", daemon=True).start()
    sys.exit(main())
