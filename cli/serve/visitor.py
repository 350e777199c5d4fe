"""The app for one visitor of `dlsim serve`: what that starts, with its pipes where a terminal would be.

    python -P -m dlsim.cli.serve.visitor SERVER CHOICE

SERVER is the server's process id, CHOICE a ScenarioChoice, or null for the browser, as JSON in base64. It ends when the
server does, even if that was killed: Textual alone would go on for ever.
"""

from __future__ import annotations

import os
import sys
from base64 import urlsafe_b64decode
from threading import Thread
from time import sleep

import msgspec

from dlsim.cli.command import resume_collection
from dlsim.cli.options import ScenarioChoice
from dlsim.tui.app import open_app

LOOK_SECONDS = 1.0


def main() -> int:
    """Open the app as the arguments say."""
    server = int(sys.argv[1])
    choice = msgspec.json.decode(urlsafe_b64decode(sys.argv[2]), type=ScenarioChoice | None)
    if os.name != "nt":  # Windows keeps telling the number of a parent that is gone
        Thread(target=watch, args=(server,), name="dlsim-watch", daemon=True).start()
    return open_app(choice.session() if choice else None, when_ready=resume_collection)


def watch(server: int) -> None:
    """Leave when the server is gone: this process is no child of it any more."""
    while os.getppid() == server:
        sleep(LOOK_SECONDS)
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
