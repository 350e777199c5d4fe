"""A CSV file of samples: a line of column names, then a line for each sample. Errors name row and column."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.errors import ScenarioError
from dlsim.engine.numbers import cell_number, comma_refused, without_comma
from dlsim.engine.scenario.spec import Samples
from dlsim.engine.scenario.tables import Place, count
from dlsim.engine.scenario.toml import read_bytes
from dlsim.engine.text import clean, shorten, shown

Array = NDArray[np.float64]

LARGEST_CSV = 10 * 1024 * 1024
MOST_ROWS = 100_000
MOST_COLUMNS = 2048

FIRST_ROW = 1  # rows are counted from 1 in messages, the names not among them

SEPARATORS = {"\t": "tabs", ";": "semicolons", "|": "'|'", ":": "colons"}
"""What other programs set columns apart with, and what messages call it."""
LINES_LOOKED_AT = 20
MOST_NAMED = 4
"""Columns that an example names."""


def read_csv(
    name: str,
    folder: str | None,
    place: Place,
    features: Sequence[str] | None,
    target: str | Sequence[str] | None,
) -> Samples:
    """The samples in the file `name` in `folder`, the scenario's own (None: it has none).

    `features` and `target` name columns, `place` is that of the scenario's [data] in messages. Without `features`,
    all columns that are not a target are inputs. A single target column of texts holds classes, numbered in
    alphabetical order, so that the order of the rows does not matter.

    Raises ScenarioError for a path that leaves the folder, a file that cannot be read or is too large (10 MiB, 100,000
    rows), a column that is not there and a cell that is no number.
    """
    table = _Table(_safe_path(name, folder, place / "file"), shorten(name), place)
    targets = [target] if isinstance(target, str) else list(target or ())
    target_places = [table.column_named(column, place / "target") for column in targets]
    if features is None:
        feature_places = [column for column in range(len(table.names)) if column not in target_places]
    else:
        feature_places = [table.column_named(column, place / "features") for column in features]
    if shared := sorted(set(feature_places) & set(target_places)):
        raise (place / "features").error(
            f"{shown(table.names[shared[0]])} is a feature and a target",
            table.names[shared[0]],
            "remove it from one",
        )
    if not feature_places:
        raise (place / "features").error("no column is left for the inputs", features, "name at least one column")
    if features is None and target is None:
        table.refuse_classes(feature_places)
    inputs = np.stack([table.numbers(column) for column in feature_places], axis=1)
    names = tuple(table.names[column] for column in feature_places)
    if isinstance(target, str) and table.has_text(target_places[0]):
        classes, labels = table.classes(target_places[0])
        return Samples(inputs, labels=labels, classes=classes, features=names, target_names=(target,))
    if not target_places:
        return Samples(inputs, features=names)
    numbers = np.stack([table.numbers(column) for column in target_places], axis=1)
    return Samples(inputs, targets=numbers, features=names, target_names=tuple(targets))


class _Table:
    """The cells of a file by column, and the errors about them."""

    def __init__(self, path: Path, name: str, place: Place) -> None:
        self._name, self._place = name, place / "file"
        content = read_bytes(path, LARGEST_CSV, place.file, self._place.key, name)
        self.names, self._rows = self._parse(content)
        self._refuse_names()

    def column_named(self, name: str, place: Place) -> int:
        """The place of a column."""
        if name not in self.names:
            self._refuse_numbers_as_names()
            raise place.unknown(f"column of {self._name}", name, self.names)
        return self.names.index(name)

    def has_text(self, column: int) -> bool:
        """Whether a column holds texts. One text among numbers is a mistake and no class; so are numbers that all have
        a comma.
        """
        cells = [row[column] for row in self._rows]
        return all(cell_number(cell) is None for cell in cells) and not all(without_comma(cell) for cell in cells)

    def refuse_classes(self, columns: Sequence[int]) -> None:
        """A single column of texts, where no target is named, may be meant to be that."""
        texts = [column for column in columns if self.has_text(column)]
        if len(texts) == 1 < len(columns) and any(row[texts[0]] for row in self._rows):
            name = self.names[texts[0]]
            remedy = (
                f'add target = "{shorten(name)}" if it is what is to be told, or name the other columns in features'
            )
            problem = f"{shown(self._rows[0][texts[0]])} is not a number"
            raise self._error(f"row {FIRST_ROW}, column {shown(name)}: {problem}", name, remedy)

    def numbers(self, column: int) -> Array:
        """(rows,): a column of numbers."""
        cells = [row[column] for row in self._rows]
        values = [cell_number(cell) for cell in cells]
        if None in values:
            row = values.index(None)
            cell = cells[row]
            problem, remedy = comma_refused(cell) or (
                f"{shown(cell)} is not a number",
                "write a finite number, with a point for decimals",
            )
            where = f"row {row + FIRST_ROW}, column {shown(self.names[column])}"
            raise self._error(f"{where}: {problem}", cell, remedy)
        return np.array(values, dtype=np.float64)

    def classes(self, column: int) -> tuple[tuple[str, ...], NDArray[np.intp]]:
        """(names in alphabetical order, the place of each row's)."""
        cells = [row[column] for row in self._rows]
        if "" in cells:
            raise self._error(
                f"row {cells.index('') + FIRST_ROW}, column {shown(self.names[column])} is empty",
                "",
                "name a class",
            )
        names = tuple(sorted(set(cells)))
        places = {name: place for place, name in enumerate(names)}
        return names, np.array([places[cell] for cell in cells], dtype=np.intp)

    def _parse(self, content: bytes) -> tuple[tuple[str, ...], list[list[str]]]:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            raise self._error(f"line {line}: this is not UTF-8 text", None, "save the file as UTF-8") from None
        self._refuse_separators(text)
        is_clean = clean(text) == text
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        rows: list[list[str]] = []
        try:
            for row in reader:
                if not row or (len(row) == 1 and not row[0].strip()):
                    continue
                rows.append([cell.strip() for cell in row] if is_clean else [clean(cell).strip() for cell in row])
                if len(rows) == 1 and len(row) > MOST_COLUMNS:
                    raise self._error(f"{len(row):,} columns", len(row), f"keep it to {MOST_COLUMNS:,}")
                if len(row) != len(rows[0]):
                    raise self._error(
                        f"row {len(rows) - 1} has {count(len(row), 'cell')}, the first line {len(rows[0])}",
                        len(row),
                        "give every row the same columns",
                    )
                if len(rows) > MOST_ROWS + 1:
                    raise self._error(f"more than {MOST_ROWS:,} rows", None, f"keep it to {MOST_ROWS:,}")
        except csv.Error as error:
            raise self._error(f"line {reader.line_num}: {shorten(str(error))}", None, "see RFC 4180") from None
        if len(rows) < 2:
            raise self._error(
                "there are no rows of data", None, "write a line of column names, then one line per sample"
            )
        return tuple(rows[0]), rows[1:]

    def _refuse_separators(self, text: str) -> None:
        """A first line without a comma, which something else divides as it does the second."""
        lines = [line for line in islice(io.StringIO(text), LINES_LOOKED_AT) if line.strip()]
        first, second = (*lines, "", "")[:2]
        if "," in first:
            return
        found = next((words for mark, words in SEPARATORS.items() if 0 < first.count(mark) == second.count(mark)), None)
        columns = len(first.split())
        if found is None and columns > 1 and all(map(_is_number, second.split())) and columns == len(second.split()):
            found = "spaces"
        if found is not None:
            remedy = "separate them by commas"
            if "," in second:
                remedy += ", and write decimals with a point"
            raise self._error(f"columns are separated by {found}", first, remedy)

    def _refuse_names(self) -> None:
        names = self.names
        for column, name in enumerate(names):
            if not name:
                raise self._nameless(column)
            if names.count(name) > 1:
                self._refuse_numbers_as_names()
                raise self._error(
                    f"the first line has two columns called {shown(name)}", name, "give each column a name of its own"
                )

    def _nameless(self, column: int) -> ScenarioError:
        """The error about a column without a name, which other programs write so: an index, or a comma too many."""
        cells = [row[column] for row in self._rows]
        if not any(cells):
            problem = f"column {column + 1} is empty and has no name"
            remedy = "remove the comma at the end of each line" if column == len(self.names) - 1 else "remove it"
            return self._error(problem, "", remedy)
        many = len(cells)
        if cells in ([*map(str, range(many))], [*map(str, range(1, many + 1))]):
            problem = f"column {column + 1} has no name and counts the rows"
            return self._error(problem, "", "remove it; pandas leaves it out with to_csv(…, index=False)")
        return self._error(f"column {column + 1} has no name", "", "give it a name in the first line")

    def _refuse_numbers_as_names(self) -> None:
        if all(map(_is_number, self.names)):
            example = ",".join([*(f"x{column}" for column in range(1, len(self.names))), "y"][:MOST_NAMED])
            raise self._error(
                "the first line has numbers where the names of the columns belong",
                self.names,
                f"add a first line with a name for each of the {count(len(self.names), 'column')}, as in {example}",
            )

    def _error(self, problem: str, value: object, remedy: str) -> ScenarioError:
        return self._place.error(f"{self._name}: {problem}", value, remedy)


def _is_number(cell: str) -> bool:
    return cell_number(cell) is not None


def _safe_path(name: str, folder: str | None, place: Place) -> Path:
    """The path of a file in the scenario's own folder or below it, links followed."""
    if not name.strip():
        raise place.error("no file is named", name, "name a CSV file beside the scenario")
    if folder is None:
        raise place.error("this scenario is not in a folder, so there are no files beside it", name, "give inputs")
    try:
        home = Path(folder).resolve()
        path = (home / name).resolve()
        is_inside = path.is_relative_to(home)
    except (OSError, ValueError, RuntimeError):
        raise place.error(f"{shown(name)} is not a file name", name, "name a file beside the scenario") from None
    if not is_inside:
        raise place.error(f"{shown(name)} is outside the scenario's folder", name, "put the file beside the scenario")
    return path
