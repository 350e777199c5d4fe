"""textual-serve's server with a page of our own, for this machine's own pages alone, and quiet.

Its page loads a font from elsewhere, so it would wait where there is no network; its websocket starts a process for
whoever asks, and any page that is open in the same browser can ask. Here the page needs nothing from outside, and only
a page that came from here may open the websocket.
"""

from __future__ import annotations

import asyncio
import html
import ipaddress
import logging
import signal
import socket
from contextlib import suppress
from importlib.resources import files
from string import Template
from urllib.parse import urlsplit

from aiohttp import web
from textual_serve.server import Server

from dlsim.cli.output import write

PAGE = "page.html"
SECURITY = {
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}
FONT_SIZES = range(6, 61)


class WebServer(Server):
    """Serves one command."""

    def __init__(self, command: str, address: str, *, is_loopback: bool) -> None:
        super().__init__(command, public_url=address, title="dlsim")
        self._address = address
        self._is_loopback = is_loopback
        self._page = Template(files("dlsim.cli.serve").joinpath(PAGE).read_text(encoding="utf-8"))

    def initialize_logging(self) -> None:
        """Only what went wrong, to stderr."""
        logging.basicConfig(level=logging.ERROR, format="dlsim: %(message)s")

    async def on_startup(self, _app: web.Application) -> None:
        """Say where it is."""
        write(f"dlsim is at {self._address}/ (ctrl+c ends it)")

    async def handle_index(self, request: web.Request) -> web.Response:
        """The page, with addresses as the visitor wrote them: `localhost` and `127.0.0.1` are two to a browser."""
        self._refuse_strangers(request)
        wanted = request.query.get("fontsize", "")
        size = int(wanted) if wanted.isdecimal() and len(wanted) < 4 and int(wanted) in FONT_SIZES else 16
        page = self._page.substitute(websocket=html.escape(f"ws://{request.host}/ws"), font_size=size)
        return web.Response(text=page, content_type="text/html", headers=SECURITY)

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """A visitor's app. 400 for a visit that is no websocket's."""
        self._refuse_strangers(request)
        if not web.WebSocketResponse().can_prepare(request):
            raise web.HTTPBadRequest(text="this address is for the page's websocket; open the page instead")
        return await super().handle_websocket(request)

    def _refuse_strangers(self, request: web.Request) -> None:
        """403 for a page from elsewhere, and for a name from elsewhere that was made to point to this machine."""
        origin = request.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc.lower() != request.host.lower():
            raise web.HTTPForbidden(text="this address is for pages that came from it")
        if self._is_loopback and not is_loopback_name(urlsplit(f"//{request.host}").hostname or ""):
            raise web.HTTPForbidden(text="this address is for this machine alone")


def is_loopback_name(host: str) -> bool:
    """Whether a browser's `Host` means this very machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def serve(command: str, listener: socket.socket, host: str) -> None:
    """Serve until interrupted."""
    port = listener.getsockname()[1]
    name = f"[{host}]" if ":" in host else host
    is_loopback = ipaddress.ip_address(listener.getsockname()[0]).is_loopback
    server = WebServer(command, f"http://{name}:{port}", is_loopback=is_loopback)
    server.initialize_logging()
    asyncio.run(_serve(server, listener))


async def _serve(server: WebServer, listener: socket.socket) -> None:
    runner = web.AppRunner(await server._make_app(), shutdown_timeout=2.0)
    told_to_go = asyncio.Event()
    with suppress(NotImplementedError):  # on Windows an interrupt breaks in by itself
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, told_to_go.set)
    try:
        await runner.setup()
        await web.SockSite(runner, listener).start()
        await told_to_go.wait()
    finally:
        await runner.cleanup()
