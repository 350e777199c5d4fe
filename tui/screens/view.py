"""What stands where on the simulator's screen, for any size, and how a moment comes to be seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from textual.geometry import Size
from textual.screen import Screen
from textual.widget import Widget

from dlsim.engine.numbers import fixed
from dlsim.engine.program import Op
from dlsim.engine.scenario.spec import Scenario
from dlsim.engine.snapshot import Snapshot
from dlsim.engine.text import in_language
from dlsim.tui.drawing.canvas import ASCII, UNICODE
from dlsim.tui.drawing.header import header_line
from dlsim.tui.drawing.pictures.catalogue import PICTURES
from dlsim.tui.drawing.pictures.scene import PictureLook, Scene
from dlsim.tui.drawing.reports import convention_lines, markdown_lines
from dlsim.tui.drawing.text import cut
from dlsim.tui.drawing.variants import NOTHING_BESIDE, Beside, Variant, last_of, variants, variants_of
from dlsim.tui.drawing.whole_op import op_shown
from dlsim.tui.session.selection import other_row
from dlsim.tui.session.session import Hint
from dlsim.tui.session.variants import Member
from dlsim.tui.session.workspace import Workspace
from dlsim.tui.widgets.keyline import CAPS, Footer, KeyLine
from dlsim.tui.widgets.moment import FormulaView, NetworkDiagram, NumberTable, PictureView, VariantsTable
from dlsim.tui.widgets.over_time import LossCurve, TimelineStrip
from dlsim.tui.widgets.prompt import Prompt
from dlsim.tui.widgets.rows import Ground, Panel, Rows, as_text, has_room_for
from dlsim.tui.words import words

SAY = words()
WIDE = (100, 30)
ROOMY = 116
"""From so many cells on, the network gets the wider half."""
LEAST_WITH_STRIP = 20
LEAST_TABBED = 16
"""With fewer lines than this there is room for the formula alone."""
AT_ONCE_SECONDS = 0.004
"""So long a key waits for the other variants; they go the rest afterwards, bit by bit."""
SLICE_SECONDS, PAUSE_SECONDS = 0.012, 0.015


class View:
    """All the widgets that there will ever be: none comes or goes with a step, another size or another scenario."""

    def __init__(self, work: Workspace) -> None:
        self._work = work
        self._form = ""
        self._arranged_for = Size(0, 0)
        self._titled: tuple[object, ...] = ()
        """What the tabs and the panels on screen depend on, as it was when they were shown."""
        self._shown: Snapshot | None = None
        self._ruled: Scenario | None = None
        self._is_catching_up = False
        self.without_curve: Snapshot | None = None
        """What is on screen but for the loss curve, which is drawn with the next look at a run."""
        glyphs = ASCII if work.preferences.is_plain else UNICODE
        self._look = PictureLook(glyphs)
        self.header = Rows(id="header")
        self.banner = Rows(id="banner")
        self.strip = TimelineStrip(glyphs=glyphs, id="strip")
        self.diagram = NetworkDiagram(glyphs=glyphs, id="diagram")
        self.picture = PictureView(glyphs=glyphs, id="picture")
        self.formula = FormulaView(id="equation")
        self.table = NumberTable(id="numbers")
        self.variants = VariantsTable(id="variants")
        self.curve = LossCurve(glyphs=glyphs, lesson=CAPS["look.lesson"], id="curve")
        self.lesson = Rows(id="lesson")
        self.rules = Rows(id="rules")
        self.keyline = KeyLine(id="keyline")
        self.prompt = Prompt(id="prompt")
        self.footer = Footer(work, self.keyline)
        contents: dict[str, Sequence[Widget]] = {
            "network": (self.diagram, self.picture),
            "formula": (self.formula,),
            "tables": (self.table, self.variants),
            "side": (self.curve, self.lesson, self.rules),
        }
        self._choose_contents()
        self.panels = {name: Panel(*held, id=name, choosing="looking.panel") for name, held in contents.items()}

    def widgets(self) -> Sequence[Widget]:
        """From above to below."""
        body = Ground(*self.panels.values(), id="body")
        return (self.header, self.banner, self.strip, body, self.prompt, self.keyline)

    # arranging

    def arrange(self, screen: Widget, size: Size) -> None:
        """Choose the arrangement for the size there is."""
        if size == self._arranged_for:
            return
        self._arranged_for = size
        width, height = size
        form = "wide" if width >= WIDE[0] and height >= WIDE[1] else "tabbed" if height >= LEAST_TABBED else "small"
        self._work.tabs.is_wide = form == "wide"
        classes = {name: name == form for name in ("wide", "tabbed", "small")}
        classes["roomy"] = form == "wide" and width >= ROOMY
        screen.update_classes(classes, update=screen.is_mounted)  # at once: each time costs a restyling
        self.panels["formula"].styles.height = min(max((height - 2) // 2, 8), 15) if form == "tabbed" else None
        self._form = form
        if self._shown is not None:
            self._show_all(self._shown)

    # showing

    def begin(self) -> None:
        """Show the lesson and the first moment of a session."""
        lesson = in_language(self._work.session.scenario.lesson, SAY.language)
        self.lesson.fill(as_text(partial(markdown_lines, lesson)))
        self.show()

    def show(self) -> None:
        """Show the moment, and what there is to say. Each widget repaints what changed of it."""
        self.without_curve = None
        self._show_all(self._work.moment)
        self.footer.show()

    def tell(self, hint: Hint | None) -> None:
        """Show the moment, and say this or nothing until the next key."""
        self.footer.tell(hint)
        self.show()

    def _show_all(self, snapshot: Snapshot) -> None:
        self.show_curve(snapshot, self.show_numbers(snapshot))

    def show_numbers(self, snapshot: Snapshot) -> tuple[Member, ...]:
        """All but the loss curve, which takes longer than all else together; the variants as they were then."""
        work, tabs, digits = self._work, self._work.tabs, self._work.digits
        self._shown = snapshot
        work.selection = work.selection.within(snapshot)
        if not work.selection:
            tabs.follow(snapshot)
        members = self.members_now()
        variant = self._variant_name(snapshot)
        self.header.fill(lambda cells: [header_line(SAY, snapshot, cells, variant)])
        self.strip.display = self._arranged_for.height >= LEAST_WITH_STRIP and snapshot.position.epochs > 0
        self.strip.show(snapshot, work.stops)
        self._show_banner(snapshot)
        self._show_titles(snapshot)
        pictures = [title_of(tabs.picture_after(by)) for by in range(1, len(tabs.pictures))]
        self.formula.show(snapshot, work.selection, digits, pictures, self.whole_op(snapshot))
        if self.panels["network"].display:
            if tabs.picture in PICTURES:
                self.picture.choose(PICTURES[tabs.picture])
                self.picture.show(snapshot, members, work.selection.ref, digits)
            else:
                self.diagram.show(snapshot, work.selection.ref, digits, self.whole_op(snapshot))
        if self.panels["tables"].display:
            if tabs.table == "variants":
                beside = self.beside_losses(members)
                rows = variants_of(SAY, self.told(snapshot, members), work.session.apart, digits, beside)
                self.variants.show(rows, beside.head, work.selection.ref)
            else:
                self.table.show(snapshot, tabs.table, work.selection.ref, digits)
        if snapshot.scenario is not self._ruled:
            self._ruled = snapshot.scenario
            self.rules.fill(as_text(partial(convention_lines, SAY, snapshot.scenario)))
        return members

    def show_curve(self, snapshot: Snapshot, members: tuple[Member, ...] | None = None) -> None:
        """The loss curve, if it is on screen."""
        if self.panels["side"].display and self._work.tabs.side == "loss":
            members = self.members_now() if members is None else members
            self.curve.show(snapshot, self.told(snapshot, members) if members else [], self._work.digits)

    def whole_op(self, snapshot: Snapshot) -> Op | None:
        """What the formula panel shows whole: where a step is an op, or a phase, the last op; None where it shows one
        number.
        """
        return None if self._work.session.grain == "value" else op_shown(snapshot, self._work.selection)

    def scrolling(self) -> Sequence[Rows]:
        """What is on screen and scrolls: what is said about a selected number, then the chosen panel's first."""
        held: dict[str, Sequence[Rows]] = {"tables": (self.table, self.variants), "side": (self.lesson, self.rules)}
        areas = sorted(held, key=lambda area: area != self._work.tabs.area)
        shown = [one for area in areas if self.panels[area].display for one in held[area] if one.display]
        return [self.formula, *shown]

    def _show_banner(self, snapshot: Snapshot) -> None:
        trouble = snapshot.trouble
        self.banner.display = trouble is not None
        if trouble is not None:
            value = fixed(trouble.value, self._work.digits)
            text = SAY("banner.trouble", symbol=trouble.symbol, value=value, iteration=trouble.iteration)
            self.banner.fill(lambda cells: [cut(((f" {text}", "trouble"),), cells)])

    # the variants of the scenario

    def members_now(self) -> tuple[Member, ...]:
        """All variants at the moment that is shown; those that need long come after it."""
        if not self._work.running.is_running and not self._work.session.follow(AT_ONCE_SECONDS):
            self._catch_up_later()
        return self._work.running.members or self._work.session.members

    def told(self, snapshot: Snapshot, members: tuple[Member, ...]) -> list[Variant]:
        """The variants as they are drawn and told of."""
        return variants(Scene(snapshot, members, look=self._look, say=SAY))

    def beside_losses(self, members: Sequence[Member]) -> Beside:
        """How each variant does on the data that was kept back; where a batch is a part of it, on all data. On a
        surface the rate by which it moves x.
        """
        losses: Sequence[float | None] = [None] * len(members)
        if any("validation" in member.snapshot.curves for member in members):
            name = "validation"
            losses = [last_of(member.snapshot, name) for member in members]
        elif self._work.session.compares_over_all:
            name = "over_all"
            losses = losses if self._work.running.is_running else self._work.session.losses_over_all()
        elif members and members[0].snapshot.scenario.coordinates:
            return Beside("rate", [last_of(member.snapshot, "η_x") for member in members])
        else:
            return NOTHING_BESIDE
        return Beside(name, losses, next((member.snapshot.curve_numbers.get(name) for member in members), None))

    def _variant_name(self, snapshot: Snapshot) -> str:
        """What the variant under the lens is called; "" where there is one only."""
        if not self._work.tabs.has_variants:
            return ""
        return self._work.session.name_of(snapshot.scenario.variant) or self.footer.text("picture.as_written")

    def _catch_up_later(self) -> None:
        if not self._is_catching_up:
            self._is_catching_up = True
            self.header.set_timer(PAUSE_SECONDS, self._catch_up)

    def _catch_up(self) -> None:
        self._is_catching_up = False
        if self._work.running.is_running:
            return  # they go with the run
        if not self._work.session.follow(SLICE_SECONDS):
            self._catch_up_later()
        self._show_all(self._work.session.snapshot)

    # titles and tabs

    def _show_titles(self, snapshot: Snapshot) -> None:
        tabs, selected = self._work.tabs, self._work.selection.ref
        symbol = SAY("panel.formula") if snapshot.event is None else snapshot.symbol(snapshot.event.ref)
        op = self.whole_op(snapshot)
        if op is not None:
            symbol, _, _ = snapshot.tape.op_formula(op)
        if selected is not None:
            row = other_row(snapshot, selected)
            key = "answer.selected" if row is None else "answer.selected_of_sample"
            symbol = SAY(key, symbol=snapshot.symbol(selected), sample=(row or 0) + 1)
        self.panels["formula"].entitle([("", symbol)], current=False, framed=tabs.is_wide)
        chosen = (tabs.tables, tabs.pictures, tabs.has_variants, tabs.panel, tabs.table, tabs.side, tabs.picture)
        titled = (self._form, self._arranged_for, *chosen)
        if titled == self._titled:
            return
        self._titled = titled
        for name in ("network", "tables", "side"):
            panel = self.panels[name]
            panel.display = self._form != "small" and tabs.is_shown(name)
            titles = self._titles_of(name)
            is_current = tabs.is_wide and tabs.panel in tabs.areas[name]
            panel.entitle(titles, tabs.chosen_in(name), current=is_current, framed=tabs.is_wide)
        self._choose_contents()

    def _titles_of(self, area: str) -> Sequence[tuple[str, str]]:
        """The (key, title) tabs of an area's panel; where there is room for one panel only, those of all."""
        tabs = self._work.tabs
        if tabs.is_wide:
            return [(tab, self._title_with_key(tab)) for tab in tabs.areas[area]]
        names = [tab for held in tabs.areas.values() for tab in held]
        one_for_all_pictures = [tab for tab in names if tab not in tabs.pictures or tab == tabs.picture]
        ordered = sorted(one_for_all_pictures, key=self.key_of)
        return self._with_next_picture([(tab, self._title_with_key(tab)) for tab in ordered])

    def _choose_contents(self) -> None:
        """Of what shares a panel, show the one whose tab is open."""
        tabs = self._work.tabs
        self.curve.display = tabs.side == "loss"
        self.lesson.display = tabs.side == "lesson"
        self.rules.display = tabs.side == "conventions"
        self.diagram.display = tabs.picture not in PICTURES
        self.picture.display = not self.diagram.display
        self.variants.display = tabs.table == "variants"
        self.table.display = not self.variants.display

    def _with_next_picture(self, titles: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
        """Where one tab stands for all pictures: while it is open, it says what turns to the next, and to which."""
        tabs = self._work.tabs
        if tabs.panel != tabs.picture or len(tabs.pictures) == 1:
            return titles
        key, following = CAPS["look.picture"], title_of(tabs.picture_after(1))
        for form in ("title.next_picture", "title.more_pictures"):
            told = [
                (tab, SAY(form, title=title, key=key, picture=following) if tab == tabs.picture else title)
                for tab, title in titles
            ]
            if has_room_for(told, self._arranged_for.width):
                return told
        return titles

    def _title_with_key(self, tab: str) -> str:
        """A tab's title and the key that opens it; the pictures' is for the one that was shown last."""
        tabs = self._work.tabs
        is_turned_to = tab in tabs.pictures and tab != tabs.picture
        return title_of(tab) if is_turned_to else f"{self.key_of(tab)} {title_of(tab)}"

    def key_of(self, tab: str) -> str:
        """The key that opens a tab."""
        tabs = self._work.tabs
        if tab in tabs.tables:
            return CAPS[f"look.table-{tabs.tables.index(tab) + 1}"]
        if tab in tabs.pictures:
            return CAPS["look.network"]
        return CAPS[f"look.{tab}"]


class ScreenPart:
    """A part of the simulator's screen: it answers the keys that the table of keys names after it."""

    def __init__(self, work: Workspace, view: View, screen: Screen[None]) -> None:
        self._work, self._view, self._footer, self._screen = work, view, view.footer, screen

    def _do(self, move: Callable[[], Hint | None]) -> None:
        """Pause a run that is on, do it, and show what came of it; a hint says what, or why nothing did."""
        self._work.pause()
        self._view.tell(move())


def title_of(tab: str) -> str:
    """A panel's title; a table that the catalogue does not know goes by its own name."""
    return SAY(f"panel.{tab}") if f"panel.{tab}" in SAY else tab
