"""A real browser without a window, driven over its own debugging protocol: a page, its keys, its terminal's text."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import re
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
WHICH = "DLSIM_BROWSER"
HOLD_TERMINAL = """
Object.defineProperty(Object.prototype, "webglAddon", {configurable: true, set(value) {
  Object.defineProperty(this, "webglAddon", {value, writable: true, configurable: true});
  window.heldTerminal = this.terminal;
}});
"""
"""textual.js keeps its terminal to itself; this notes it when the first thing is put beside it."""
READ_TERMINAL = """
(() => {
  const terminal = window.heldTerminal;
  if (!terminal) return [];
  const lines = [...Array(terminal.rows).keys()];
  return lines.map(line => terminal.buffer.active.getLine(line).translateToString(true));
})()
"""


def find() -> str | None:
    """Chromium or one of its kin; None where there is none."""
    names = [os.environ[WHICH]] if os.environ.get(WHICH) else list(NAMES)
    return next(filter(None, map(shutil.which, names)), None)


class Page:
    """One tab."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._calls = 0
        self.requests: list[str] = []
        self.errors: list[str] = []

    async def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """One call of the protocol; events that come before its answer are noted."""
        self._calls += 1
        await self._socket.send_json({"id": self._calls, "method": method, "params": parameters})
        while True:
            answer = await self._socket.receive_json(timeout=30)
            match answer.get("method"):
                case "Network.requestWillBeSent":
                    self.requests.append(answer["params"]["request"]["url"])
                case "Runtime.exceptionThrown":
                    self.errors.append(str(answer["params"]["exceptionDetails"]))
            if answer.get("id") == self._calls:
                assert "error" not in answer, answer
                return answer["result"]

    async def open(self, address: str) -> None:
        """Go there."""
        for domain in ("Page", "Runtime", "Network"):
            await self.call(f"{domain}.enable")
        await self.call("Page.addScriptToEvaluateOnNewDocument", source=HOLD_TERMINAL)
        await self.call("Page.navigate", url=address)

    async def evaluate(self, script: str) -> Any:
        """What a piece of JavaScript comes to."""
        answer = await self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        return answer["result"].get("value")

    async def lines(self) -> list[str]:
        """What stands in the terminal."""
        return await self.evaluate(READ_TERMINAL)

    async def press(self, key: str, code: int) -> None:
        """A key that writes a character."""
        common = {"key": key, "windowsVirtualKeyCode": code}
        await self.call("Input.dispatchKeyEvent", type="keyDown", text=key, **common)
        await self.call("Input.dispatchKeyEvent", type="keyUp", **common)

    async def until(self, holds: Callable[[str], bool], looks: int = 300) -> str:
        """The terminal's text once it is as wanted."""
        text = ""
        for _ in range(looks):
            text = "\n".join(await self.lines())
            if holds(text):
                return text
            await asyncio.sleep(0.05)
        raise AssertionError(f"the page never came to that; it shows:\n{text}\n{self.errors}")

    async def picture(self, file: Path) -> None:
        """A picture of it, for looking at."""
        answer = await self.call("Page.captureScreenshot", format="png")
        file.write_bytes(base64.b64decode(answer["data"]))


@contextlib.asynccontextmanager
async def browsing(program: str, profile: Path) -> AsyncIterator[Page]:
    """A browser with one empty page."""
    arguments = [
        "--headless=new",
        "--no-first-run",
        "--disable-gpu",
        "--remote-debugging-port=0",
        "--window-size=1280,800",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--no-sandbox")  # it refuses to run as root with one
    process = subprocess.Popen(
        [program, *arguments, f"--user-data-dir={profile}", "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        port = await asyncio.wait_for(asyncio.to_thread(_port, process), 60)
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{port}/json") as answer:
                tabs = await answer.json()
            address = next(tab["webSocketDebuggerUrl"] for tab in tabs if tab["type"] == "page")
            async with session.ws_connect(address, max_msg_size=0) as socket:
                yield Page(socket)
    finally:
        process.terminate()
        process.communicate(timeout=30)


def _port(process: subprocess.Popen[str]) -> int:
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        if match := re.search(r"DevTools listening on ws://[^:]+:(\d+)/", line):
            return int(match[1])
    raise AssertionError(f"the browser did not start: {''.join(said)[-2000:]}")
