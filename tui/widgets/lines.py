"""A widget that draws the lines it was given."""

from __future__ import annotations

from collections.abc import Iterable

from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip

from dlsim.tui.drawing.text import Line, measure
from dlsim.tui.widgets.roles import RoleWidget


class LineWidget(RoleWidget):
    """Draws the lines it was given, and repaints only those that changed."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.lines: tuple[Line, ...] = ()
        self._strips: dict[Line, Strip] = {}

    def show_lines(self, lines: Iterable[Line]) -> None:
        """Draw these lines from now on."""
        new, old = tuple(lines), self.lines
        if new == old:
            return
        self.lines = new
        self._strips = {line: self._strips[line] for line in {*new, ()} if line in self._strips}
        changed = [
            number
            for number in range(max(len(new), len(old)))
            if (new[number] if number < len(new) else ()) != (old[number] if number < len(old) else ())
        ]
        self.refresh(*(Region(0, number, max(self.size.width, 1), 1) for number in changed))

    def render_line(self, y: int) -> Strip:
        """One line, filled up to the widget's width; what was painted is kept as long as it is shown."""
        line, cells = self.lines[y] if y < len(self.lines) else (), self.size.width
        strip = self._strips.get(line)
        if strip is None or strip.cell_length != cells:
            segments = [Segment(text, self.style_of(role)) for text, role in line]
            strip = Strip(segments, measure(line)).adjust_cell_length(cells, self.style_of(""))
            self._strips[line] = strip
        return strip

    def notify_style_update(self) -> None:
        """All looks different, perhaps."""
        super().notify_style_update()
        self._strips.clear()
