"""The screen one works on: the network, the formula, tables, the loss curve, the lesson."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container
from textual.screen import Screen

from dlsim.engine.numerals import fixed
from dlsim.engine.scenario import in_language
from dlsim.engine.simulator import Grain
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.keys import APP_KEYS, SIMULATOR_KEYS, bindings, caps
from dlsim.tui.running import Running
from dlsim.tui.screens.gradients import GradientScreen
from dlsim.tui.session import Hint, Session
from dlsim.tui.tabs import Tabs
from dlsim.tui.widgets.formula import FormulaView, text_of
from dlsim.tui.widgets.header import Header
from dlsim.tui.widgets.keyline import KeyCap, KeyLine
from dlsim.tui.widgets.lines import LineWidget, cut
from dlsim.tui.widgets.markdown import markdown_lines
from dlsim.tui.widgets.panel import Panel, TitleEdge
from dlsim.tui.widgets.reading import Reading
from dlsim.tui.widgets.table import NumberTable
from dlsim.tui.words import words

try:
    from dlsim.tui.widgets.loss_curve import LossCurve
    from dlsim.tui.widgets.network_diagram import NetworkDiagram
except ImportError:

    class LossCurve(LineWidget):
        def show(self, snapshot):
            pass

        def toggle_log(self):
            pass

    NetworkDiagram = LossCurve

SAY = words()
WIDE = (100, 30)
TABLES = 3
"""As many have a key."""
LEAST_TABBED = 16
"""With fewer lines than this there is room for the formula alone."""
SAMPLED_SECONDS = 1 / 25

KEYS_OF_THE_MOMENT = (
    "step.forward",
    "step.back",
    "time.iteration",
    "time.epoch",
    "run.toggle",
    "step.grain",
    "scenario.open",
    "app.help",
    "app.palette",
)
KEYS_WITHOUT_TRAINING = (
    "step.forward",
    "step.back",
    "look.next-sample",
    "step.grain",
    "run.toggle",
    "scenario.open",
    "app.help",
    "app.palette",
)
KEYS_WHILE_RUNNING = ("run.toggle", "run.slower", "run.faster", "app.quit", "app.palette")


class SimulatorScreen(Screen[None]):
    """Shows one snapshot; a key moves the run and shows the next one. No widget comes or goes with a step."""

    BINDINGS = bindings(SIMULATOR_KEYS, SAY)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.tabs = Tabs()
        self.running = Running(session)
        self._caps = caps(SAY, (*SIMULATOR_KEYS, *APP_KEYS))
        self._actions = {key.id: key.action for key in (*SIMULATOR_KEYS, *APP_KEYS)}
        self._hint = ""
        self._form = ""

    # what stands where

    def compose(self) -> ComposeResult:
        """All the widgets that there will ever be."""
        self.header = Header(SAY, id="header")
        self.banner = LineWidget(id="banner")
        self.diagram = NetworkDiagram(id="diagram")
        self.formula = FormulaView(SAY, self._caps, id="equation")
        self.table = NumberTable(SAY, id="numbers")
        self.curve = LossCurve(id="curve")
        self.lesson = Reading(id="lesson")
        self.keyline = KeyLine(id="keyline")
        self.panels = {
            "network": Panel(self.diagram, id="network"),
            "formula": Panel(self.formula, id="formula"),
            "tables": Panel(self.table, id="tables"),
            "side": Panel(self.curve, self.lesson, id="side"),
        }
        yield self.header
        yield self.banner
        with Container(id="body"):
            yield from self.panels.values()
        yield self.keyline

    def on_mount(self) -> None:
        """Begin."""
        self._clock = self.set_interval(SAMPLED_SECONDS, self._sample_run, pause=True)
        self.open(self.session)

    def on_unmount(self) -> None:
        """Let go of the simulator."""
        self.running.stop()

    def open(self, session: Session) -> None:
        """Show another scenario, in the same widgets."""
        self._pause()
        self.session = session
        self.running = Running(session)
        tables = [table.key for table in session.snapshot.tables][:TABLES]
        self.tabs.open(tables, forward_only=not session.simulator.trains)
        self._hint = ""
        lesson = in_language(session.scenario.lesson, SAY.language)
        self.lesson.show(partial(markdown_lines, lesson))
        self._show()

    def on_resize(self, event: events.Resize) -> None:
        """Choose the arrangement for the size there is."""
        width, height = event.size
        form = "wide" if width >= WIDE[0] and height >= WIDE[1] else "tabbed" if height >= LEAST_TABBED else "small"
        self.tabs.is_wide = form == "wide"
        for name in ("wide", "tabbed", "small"):
            self.set_class(name == form, name)
        self.panels["formula"].styles.height = min(max((height - 2) // 2, 8), 15) if form == "tabbed" else None
        if form != self._form:
            self._form = form
        if self.is_mounted and hasattr(self, "_clock"):
            self._show()

    # showing

    def _show(self, snapshot: Snapshot | None = None) -> None:
        """Show this moment (the session's own unless given). Each widget repaints what changed of it."""
        snapshot = self.session.snapshot if snapshot is None else snapshot
        self.tabs.follow(snapshot)
        self.header.show(snapshot)
        self._show_banner(snapshot)
        self._show_titles(snapshot)
        self.formula.show(snapshot)
        if self.panels["network"].display:
            self.diagram.show(snapshot)
        if self.panels["tables"].display:
            self.table.show(snapshot, self.tabs.table)
        if self.panels["side"].display and self.tabs.side == "loss":
            self.curve.show(snapshot)
        self._show_keys()

    def _show_banner(self, snapshot: Snapshot) -> None:
        trouble = snapshot.trouble
        self.banner.display = trouble is not None
        if trouble is not None:
            value = fixed(trouble.value)
            text = SAY("banner.trouble", symbol=trouble.symbol, value=value, iteration=trouble.iteration)
            self.banner.show_lines([cut(((f" {text}", "trouble"),), max(self.size.width, 1))])

    def _show_titles(self, snapshot: Snapshot) -> None:
        is_wide = self.tabs.is_wide
        symbol = SAY("panel.formula") if snapshot.event is None else snapshot.symbol(snapshot.event.ref)
        self.panels["formula"].entitle([("", symbol)], current=False, framed=is_wide)
        for name in ("network", "tables", "side"):
            panel = self.panels[name]
            panel.display = self._form != "small" and self.tabs.is_shown(name)
            areas = self.tabs.areas
            names = areas[name] if is_wide else [tab for tabs in areas.values() for tab in tabs]
            titles = [(tab, _title(tab)) for tab in names]
            if not is_wide:
                titles = [(tab, f"{self._key_of(tab)} {title}") for tab, title in titles]
            chosen = self.tabs.chosen_in(name)
            panel.entitle(titles, chosen, current=self.tabs.panel in names and is_wide, framed=is_wide)
        self.curve.display = self.tabs.side == "loss"
        self.lesson.display = self.tabs.side == "lesson"

    def _key_of(self, tab: str) -> str:
        if tab in self.tabs.tables:
            return self._caps[f"look.table-{self.tabs.tables.index(tab) + 1}"]
        return self._caps[f"look.{tab}"]

    def _show_keys(self) -> None:
        hint = self._hint
        ids: tuple[str, ...]
        if self.running.is_running:
            ids = KEYS_WHILE_RUNNING
            hint = hint or SAY("hint.running", speed=self._speed())
        else:
            ids = KEYS_OF_THE_MOMENT if self.session.simulator.trains else KEYS_WITHOUT_TRAINING
        keys = []
        for id_ in ids:
            name = SAY(f"key.{id_}.name")
            if id_ == "step.grain":
                name = SAY("grain.by", grain=SAY(f"grain.{self.session.grain}"))
            elif id_ == "run.toggle" and self.running.is_running:
                name = SAY("key.run.pause")
            keys.append(KeyCap(self._caps[id_], name, self._actions[id_]))
        self.keyline.show(keys, hint)

    def _speed(self) -> str:
        speed = self.session.speed
        if speed.is_stepwise:
            grain = SAY(f"grain.{self.session.grain}")
            return SAY(
                "speed.step" if speed.per_second == 1 else "speed.steps",
                number=f"{speed.per_second:g}",
                grain=grain,
            )
        if speed.per_second == float("inf"):
            return SAY("speed.top")
        return SAY("speed.iterations", number=f"{speed.per_second:,.0f}")

    # keys

    def _move(self, move: Callable[[], Hint | None]) -> None:
        """Pause, do it, show what came of it; a hint says why nothing did."""
        self._pause()
        self._tell(move())
        self._show()

    def _tell(self, hint: Hint | None) -> None:
        self._hint = "" if hint is None else SAY(hint.key, **hint.values)

    def action_step(self) -> None:
        """One step at the chosen grain."""
        self._move(self.session.forward)

    def action_back(self) -> None:
        """One step back."""
        self._move(self.session.back)

    def action_forward(self, grain: Grain) -> None:
        """One step at the given grain."""
        self._move(partial(self.session.forward, grain))

    def action_backward(self, grain: Grain) -> None:
        """One step back at the given grain."""
        self._move(partial(self.session.back, grain))

    def action_home(self) -> None:
        """To the very start."""
        self._move(self.session.home)

    def action_lens(self, by: int) -> None:
        """Another sample of the batch."""
        self._move(partial(self.session.move_lens, by))

    def action_variant(self) -> None:
        """The next variant, from its start."""
        self._pause()
        hint = self.session.next_variant()
        self.running = Running(self.session)
        self._tell(hint)
        self._show()

    def action_grain(self) -> None:
        """Finer or coarser steps."""
        self._tell(Hint("hint.grain", {"grain": SAY(f"grain.{self.session.next_grain()}")}))
        self._show_keys()

    def action_run(self) -> None:
        """Run, or pause."""
        if self.running.is_running:
            self._pause()
            self._tell(None)
            self._show()
            return
        hint = self.running.start()
        self._tell(hint)
        if hint is None:
            self._clock.resume()
        self._show_keys()

    def action_speed(self, by: int) -> None:
        """Faster or slower; a run goes on at the new speed."""
        hint = self.running.change_speed(by)
        self._tell(hint or Hint("hint.speed", {"speed": self._speed()}))
        self._show_keys()

    def _pause(self) -> None:
        if self.running.is_running:
            self._clock.pause()
            self.running.stop()

    def _sample_run(self) -> None:
        """Show how far the run has come."""
        snapshot, hint = self.running.look()
        if not self.running.is_running:
            self._clock.pause()
            self._tell(hint)
            self._show()
        elif snapshot is not None:
            self._tell(None)
            self._show(snapshot)

    def action_panel(self, tab: str) -> None:
        """Show a panel, and choose it."""
        self._tell(self.tabs.choose(tab, _title(tab)))
        self._show(self.running.latest)

    def action_table(self, number: int) -> None:
        """Show one of the tables."""
        if number < len(self.tabs.tables):
            self.action_panel(self.tabs.tables[number])
        else:
            self._tell(Hint("hint.no_table"))
            self._show_keys()

    def action_scroll(self, by: int) -> None:
        """Scroll the chosen panel by about its height."""
        if self.tabs.area == "tables":
            self.table.scroll_lines(by * max(self.table.size.height - 2, 1))
        elif self.tabs.area == "side":
            self.lesson.scroll_lines(by * max(self.lesson.size.height - 2, 1))

    def action_log(self) -> None:
        """Logarithmic or linear loss."""
        if not self.session.simulator.trains:
            self._tell(Hint("hint.no_curve"))
        else:
            self.curve.toggle_log()
            self._tell(None)
        self._show(self.running.latest)

    def action_copy(self) -> None:
        """Copy the formula and its numbers."""
        text = text_of(self.running.latest or self.session.snapshot)
        if text is None:
            self._tell(Hint("hint.nothing_to_copy"))
        else:
            self.app.copy_to_clipboard(text)
            self._tell(Hint("hint.copied", {"what": text}))
        self._show_keys()

    def action_check(self) -> None:
        """Check the gradients."""
        self._pause()
        self._tell(None)
        self._show()
        if not self.session.simulator.trains:
            self._tell(Hint("hint.no_check"))
            self._show_keys()
            return
        self.app.push_screen(GradientScreen(self.session))

    def on_screen_suspend(self) -> None:
        """Whatever is read over this screen, the run waits."""
        if self.running.is_running:
            self._pause()
            self._tell(None)
            self._show()

    # mouse

    @on(TitleEdge.Chosen)
    def _choose_tab(self, message: TitleEdge.Chosen) -> None:
        if message.tab:
            self.action_panel(message.tab)

    @on(KeyLine.Clicked)
    async def _press(self, message: KeyLine.Clicked) -> None:
        await self.run_action(message.action)


def _title(tab: str) -> str:
    """A panel's title; a table that the catalogue does not know goes by its own name."""
    return SAY(f"panel.{tab}") if f"panel.{tab}" in SAY else tab
