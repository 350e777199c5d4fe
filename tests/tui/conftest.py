"""What the app's tests share: an app in a given size, and its screen as text."""

from __future__ import annotations

import asyncio
import math

import pytest
import textual.app
import textual.pilot
from textual._context import active_app
from textual.css.stylesheet import Stylesheet

from dlsim.tui.app import DlsimApp
from dlsim.tui.screens import view
from dlsim.tui.session.session import Session
from dlsim.tui.widgets import over_time

SIZES = [(120, 40), (80, 24)]


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """Whatever the app keeps, it keeps here."""
    folder = tmp_path / "home"
    monkeypatch.setenv("DLSIM_HOME", str(folder))
    return folder


@pytest.fixture(autouse=True, scope="session")
def style_sheets_are_parsed_once():
    """Not by every app again, where text and theme are the same: Textual shares the rules among screens likewise."""
    parsed = {}
    parse = Stylesheet._parse_rules

    def parse_once(self, css, read_from, is_default_rules=False, tie_breaker=0, scope=""):
        source = (css, read_from, is_default_rules, tie_breaker, scope)
        key = (*self._variables.items(), source)
        if key not in parsed:
            parsed[key] = parse(self, *source)
        return parsed[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stylesheet, "_parse_rules", parse_once)
        yield


@pytest.fixture
def open_at():
    """A function: (scenario or None, **settings) → an app on it, `values` of the first iteration computed."""

    def make(scenario: str | None = None, *, values: int = 0, **settings) -> DlsimApp:
        if scenario is None:
            return DlsimApp(None)
        session = Session(scenario, **settings)
        if values:
            session.simulator.seek(iteration=0, cursor=values)
            session.changed()
        return DlsimApp(session)

    return make


@pytest.fixture
def screen_text():
    """A function: app → every line on its screen."""

    def read(app: DlsimApp) -> list[str]:
        strips = app.screen._compositor.render_strips()
        return ["".join(segment.text for segment in strip) for strip in strips]

    return read


@pytest.fixture
def until():
    """A function that waits until a condition holds, and fails after many looks that it does not."""

    async def wait(pilot, condition, looks: int = 400) -> None:
        for _ in range(looks):
            if condition():
                return
            await pilot.pause(0.01)
        raise AssertionError("the condition never held")

    return wait


@pytest.fixture
def eager_curve(monkeypatch):
    """The loss curve is drawn with every change, however fast they come, and no variant lags behind."""
    monkeypatch.setattr(over_time, "PER_SECOND", 1e9)
    monkeypatch.setattr(view, "AT_ONCE_SECONDS", math.inf)


async def all_handled(min_sleep: float = 0.0, max_sleep: float = 1.0) -> None:
    """Wait until no message waits anywhere in the app and nothing else is about to run in its loop. Textual's own pilot
    guesses it from the clock, which costs 40 ms a key and depends on how busy the machine is.
    """
    app = active_app.get()
    loop = asyncio.get_running_loop()
    while app._exception is None:  # one that has failed handles nothing any more
        await asyncio.sleep(0)
        if loop._ready:
            continue
        screens = app.screen_stack
        pumps = [app, *screens, *(screens[-1].walk_children() if screens else ())]
        if any(pump.message_queue_size for pump in pumps):
            continue
        # What waits for a clock of Textual's, 8 or 16 ms away, need not.
        if app._resize_event is not None and screens:
            with app._context():
                app._check_resize()
        elif any(map(is_to_be_laid_out, screens[-1:])):
            with screens[-1]._context():
                screens[-1]._on_timer_update()
        else:
            return


def is_to_be_laid_out(screen) -> bool:
    """Whether the next look of the screen's own clock will arrange its widgets anew."""
    return bool(screen.is_current and (screen._layout_required or screen._scroll_required))


async def all_handled_on_screen(pilot, timeout: float = 30.0) -> bool:
    """In place of a message to every widget and its answer."""
    await all_handled()
    return pilot.app._exception is None


@pytest.fixture(autouse=True)
def pilot_waits_for_messages(monkeypatch):
    """Every press and every pause of a pilot ends when all messages are handled."""
    for module in (textual.app, textual.pilot):
        monkeypatch.setattr(module, "wait_for_idle", all_handled)
    monkeypatch.setattr(textual.pilot.Pilot, "_wait_for_screen", all_handled_on_screen)
