"""What stands where on the simulator's screen, for any size, and how a snapshot comes to be seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from textual import events
from textual.app import ComposeResult
from textual.geometry import Size
from textual.widget import AwaitMount, Widget

from dlsim.engine.numbers import fixed
from dlsim.engine.program import Op
from dlsim.engine.scenario.spec import Scenario
from dlsim.engine.snapshot import Snapshot
from dlsim.tui.drawing.conventions import convention_lines
from dlsim.tui.drawing.diagram.glyphs import ASCII, UNICODE
from dlsim.tui.drawing.lines import cut
from dlsim.tui.drawing.pictures.catalogue import PICTURES
from dlsim.tui.drawing.pictures.scene import Look, Scene
from dlsim.tui.drawing.variants import NOTHING_BESIDE, Beside, variants, variants_of
from dlsim.tui.screens.first import FirstScreen
from dlsim.tui.screens.moment import CAPS
from dlsim.tui.session.answer import other_row
from dlsim.tui.session.preferences import preferences_of
from dlsim.tui.session.selection import Selection
from dlsim.tui.session.tabs import Tabs
from dlsim.tui.session.variants import Member
from dlsim.tui.widgets.formula import FormulaView
from dlsim.tui.widgets.header import Header
from dlsim.tui.widgets.keyline import KeyLine
from dlsim.tui.widgets.lines import LineWidget
from dlsim.tui.widgets.loss_curve import LossCurve
from dlsim.tui.widgets.network_diagram import NetworkDiagram
from dlsim.tui.widgets.panel import Ground, Panel, has_room_for
from dlsim.tui.widgets.picture import PictureView
from dlsim.tui.widgets.prompt import Prompt
from dlsim.tui.widgets.reading import Reading
from dlsim.tui.widgets.scrolling import ScrollingLines
from dlsim.tui.widgets.table import NumberTable
from dlsim.tui.widgets.timeline_strip import TimelineStrip
from dlsim.tui.widgets.variants_table import VariantsTable
from dlsim.tui.words import words

SAY = words()
WIDE = (100, 30)
ROOMY = 116
"""From so many cells on, the network gets the wider half."""
LEAST_WITH_STRIP = 20
LEAST_TABBED = 16
"""With fewer lines than this there is room for the formula alone."""


class SimulatorView(FirstScreen, is_layer=True):
    """All the widgets that there will ever be: none comes or goes with a step, another size or another scenario."""

    def __init__(self) -> None:
        super().__init__()
        self.tabs = Tabs()
        self.selection = Selection()
        self._form = ""
        self._arranged_for = Size(0, 0)
        self._shown: Snapshot | None = None
        self._ruled: Scenario | None = None

    def compose(self) -> ComposeResult:
        """All the widgets that there will ever be, those first that can be seen at once."""
        self.preferences = preferences_of(self.app)
        glyphs = ASCII if self.preferences.is_plain else UNICODE
        self.look = Look(glyphs)
        self.header = Header(SAY, id="header")
        self.banner = LineWidget(id="banner")
        self.strip = TimelineStrip(SAY, glyphs=glyphs, id="strip")
        self.diagram = NetworkDiagram(glyphs=glyphs, id="diagram")
        self.picture = PictureView(say=SAY, glyphs=glyphs, id="picture")
        self.formula = FormulaView(SAY, CAPS, id="equation")
        self.table = NumberTable(SAY, id="numbers")
        self.variants = VariantsTable(SAY, id="variants")
        self.curve = LossCurve(glyphs=glyphs, lesson=CAPS["look.lesson"], id="curve")
        self.lesson = Reading(id="lesson")
        self.rules = Reading(id="rules")
        self.keyline = KeyLine(id="keyline")
        self.prompt = Prompt(id="prompt")
        self._contents: dict[str, tuple[Widget, ...]] = {
            "network": (self.diagram, self.picture),
            "formula": (self.formula,),
            "tables": (self.table, self.variants),
            "side": (self.curve, self.lesson, self.rules),
        }
        self._choose_contents()
        self.panels = {
            name: Panel(*(content for content in contents if content.display), id=name)
            for name, contents in self._contents.items()
        }
        self.lay_out_for(self.app.size)
        yield self.header
        yield self.strip
        with Ground(id="body"):
            yield from self.panels.values()
        yield self.keyline

    def mount_rest(self) -> Iterator[AwaitMount]:
        """What stands behind a tab, and what is shown only when something is asked or wrong."""
        yield from super().mount_rest()
        for name, contents in self._contents.items():
            yield self.panels[name].mount(*(content for content in contents if not content.is_attached))
        yield self.mount(self.banner, before=self.strip)
        yield self.mount(self.prompt, before=self.keyline)

    def on_resize(self, event: events.Resize) -> None:
        """Choose the arrangement for the size there is."""
        if event.size != self._arranged_for:
            self.lay_out_for(event.size)
            if self._shown is not None:
                self.show(self._shown)

    def lay_out_for(self, size: Size) -> None:
        """Choose the arrangement for a size. Done before there is anything to arrange, it spares a second one."""
        self._arranged_for = size
        width, height = size
        form = "wide" if width >= WIDE[0] and height >= WIDE[1] else "tabbed" if height >= LEAST_TABBED else "small"
        self.tabs.is_wide = form == "wide"
        forms = {name: name == form for name in ("wide", "tabbed", "small")}
        classes = {**forms, "roomy": form == "wide" and width >= ROOMY}
        self.update_classes(classes, update=self.is_mounted)  # at once: each time costs a restyling
        self.panels["formula"].styles.height = min(max((height - 2) // 2, 8), 15) if form == "tabbed" else None
        self._form = form

    @property
    def digits(self) -> int:
        """How many decimals numbers have at present: all that shows or tells one gets it from here."""
        return self.preferences.digits

    def show(self, snapshot: Snapshot) -> None:
        """Show this moment. Each widget repaints what changed of it."""
        self.show_curve(snapshot, self.show_numbers(snapshot))

    def show_numbers(self, snapshot: Snapshot) -> tuple[Member, ...]:
        """All but the loss curve, which takes longer than all else together; the variants as they were then."""
        self._shown, digits = snapshot, self.digits
        self.selection = self.selection.within(snapshot)
        if not self.selection:
            self.tabs.follow(snapshot)
        members = self.members_now()
        self.header.show(snapshot, self.variant_name(snapshot))
        self.strip.display = self._arranged_for.height >= LEAST_WITH_STRIP and snapshot.position.epochs > 0
        self.strip.show(snapshot, self.stops())
        self._show_banner(snapshot)
        self._show_titles(snapshot)
        self.formula.show(snapshot, self.selection, digits, self._other_pictures(), self.whole_op(snapshot))
        if self.panels["network"].display:
            if self.tabs.picture in PICTURES:
                self.picture.choose(PICTURES[self.tabs.picture])
                self.picture.show(snapshot, members, self.selection.ref, digits)
            else:
                self.diagram.show(snapshot, self.selection.ref, digits, self.whole_op(snapshot))
        if self.panels["tables"].display:
            if self.tabs.table == "variants":
                told = variants(Scene(snapshot, members, look=self.look, say=SAY))
                beside = self.beside_losses(members)
                self.variants.show(
                    variants_of(SAY, told, self.apart(), digits, beside), beside.head, self.selection.ref
                )
            else:
                self.table.show(snapshot, self.tabs.table, self.selection.ref, digits)
        if snapshot.scenario is not self._ruled:
            self._ruled = snapshot.scenario
            self.rules.show(partial(convention_lines, SAY, snapshot.scenario))
        return members

    def show_curve(self, snapshot: Snapshot, members: tuple[Member, ...] | None = None) -> None:
        """The loss curve, if it is on screen."""
        if self.panels["side"].display and self.tabs.side == "loss":
            members = self.members_now() if members is None else members
            told = variants(Scene(snapshot, members, look=self.look, say=SAY)) if members else []
            self.curve.show(snapshot, told, self.digits)

    def scrolling(self) -> Sequence[ScrollingLines]:
        """What is on screen and scrolls: what is said about a selected number, then the chosen panel's first."""
        held: dict[str, tuple[ScrollingLines, ...]] = {
            "tables": (self.table, self.variants),
            "side": (self.lesson, self.rules),
        }
        areas = sorted(held, key=lambda area: area != self.tabs.area)
        shown = [one for area in areas if self.panels[area].display for one in held[area] if one.display]
        return [self.formula, *shown]

    def members_now(self) -> tuple[Member, ...]:
        """All variants of the scenario at this moment; none where there is one only."""
        return ()

    def variant_name(self, snapshot: Snapshot) -> str:
        """What the variant under the lens is called; "" where there is one only."""
        return snapshot.scenario.variant or ""

    def apart(self) -> Sequence[Sequence[str]]:
        """What sets each variant of the scenario apart."""
        return ()

    def beside_losses(self, members: Sequence[Member]) -> Beside:
        """What stands beside the losses of the variants in their table."""
        return NOTHING_BESIDE

    def whole_op(self, snapshot: Snapshot) -> Op | None:
        """What the formula panel shows whole; None where it shows one number."""
        return None

    def stops(self) -> Sequence[str]:
        """The conditions at which runs stop."""
        return ()

    def _show_banner(self, snapshot: Snapshot) -> None:
        trouble = snapshot.trouble
        self.banner.display = trouble is not None
        if trouble is not None:
            value = fixed(trouble.value, self.digits)
            text = SAY("banner.trouble", symbol=trouble.symbol, value=value, iteration=trouble.iteration)
            self.banner.show_lines([cut(((f" {text}", "trouble"),), max(self.size.width, 1))])

    def _show_titles(self, snapshot: Snapshot) -> None:
        is_wide = self.tabs.is_wide
        symbol = SAY("panel.formula") if snapshot.event is None else snapshot.symbol(snapshot.event.ref)
        op = self.whole_op(snapshot)
        if op is not None:
            symbol, _, _ = snapshot.tape.op_formula(op)
        if self.selection.ref is not None:
            row, symbol = other_row(snapshot, self.selection.ref), snapshot.symbol(self.selection.ref)
            key = "answer.selected" if row is None else "answer.selected_of_sample"
            symbol = SAY(key, symbol=symbol, sample=(row or 0) + 1)
        self.panels["formula"].entitle([("", symbol)], current=False, framed=is_wide)
        for name in ("network", "tables", "side"):
            panel = self.panels[name]
            panel.display = self._form != "small" and self.tabs.is_shown(name)
            areas = self.tabs.areas
            names = areas[name] if is_wide else [tab for tabs in areas.values() for tab in tabs]
            if not is_wide:  # one tab for all pictures
                names = sorted(
                    (tab for tab in names if tab not in self.tabs.pictures or tab == self.tabs.picture),
                    key=self.key_of,
                )
            titles: Sequence[tuple[str, str]] = [(tab, self._title_with_key(tab)) for tab in names]
            if not is_wide:
                titles = self._with_next_picture(titles)
            chosen = self.tabs.chosen_in(name)
            panel.entitle(titles, chosen, current=self.tabs.panel in names and is_wide, framed=is_wide)
        self._choose_contents()

    def _choose_contents(self) -> None:
        """Of what shares a panel, show the one whose tab is open."""
        self.curve.display = self.tabs.side == "loss"
        self.lesson.display = self.tabs.side == "lesson"
        self.rules.display = self.tabs.side == "conventions"
        self.diagram.display = self.tabs.picture not in PICTURES
        self.picture.display = not self.diagram.display
        self.variants.display = self.tabs.table == "variants"
        self.table.display = not self.variants.display

    def _other_pictures(self) -> Sequence[str]:
        """What the pictures are called that are not shown, those that come next first."""
        return [title_of(self.tabs.picture_after(by)) for by in range(1, len(self.tabs.pictures))]

    def _with_next_picture(self, titles: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
        """Where one tab stands for all pictures: while it is open, it says what turns to the next, and to which."""
        if self.tabs.panel != self.tabs.picture or len(self.tabs.pictures) == 1:
            return titles
        key, following = CAPS["look.picture"], title_of(self.tabs.picture_after(1))
        for form in ("title.next_picture", "title.more_pictures"):
            told = [
                (tab, SAY(form, title=title, key=key, picture=following) if tab == self.tabs.picture else title)
                for tab, title in titles
            ]
            if has_room_for(told, self.size.width):
                return told
        return titles

    def _title_with_key(self, tab: str) -> str:
        """A tab's title and the key that opens it; the pictures' is for the one that was shown last."""
        is_turned_to = tab in self.tabs.pictures and tab != self.tabs.picture
        return title_of(tab) if is_turned_to else f"{self.key_of(tab)} {title_of(tab)}"

    def key_of(self, tab: str) -> str:
        """The key that opens a tab."""
        if tab in self.tabs.tables:
            return CAPS[f"look.table-{self.tabs.tables.index(tab) + 1}"]
        if tab in self.tabs.pictures:
            return CAPS["look.network"]
        return CAPS[f"look.{tab}"]


def title_of(tab: str) -> str:
    """A panel's title; a table that the catalogue does not know goes by its own name."""
    return SAY(f"panel.{tab}") if f"panel.{tab}" in SAY else tab
