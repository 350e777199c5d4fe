"""What the app's tests share: an app in a given size, and its screen as text."""

from __future__ import annotations

import pytest

from dlsim.tui.app import DlsimApp
from dlsim.tui.session import Session

SIZES = [(120, 40), (80, 24)]


@pytest.fixture
def open_at():
    """A function: (scenario or None, **settings) → an app on it."""

    def make(scenario: str | None = None, **settings) -> DlsimApp:
        return DlsimApp(None if scenario is None else Session(scenario, **settings))

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
