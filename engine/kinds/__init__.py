"""The kinds of scenario: how each reads its tables, is run, and what can be asked of it. `kind` in a file picks one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from typing import Any, Protocol

from msgspec import Struct, field

from dlsim.engine.model import Model
from dlsim.engine.quantity import Quantity, Ref
from dlsim.engine.scenario.spec import Body, Expectation, Samples
from dlsim.engine.scenario.tables import Place, TomlTable


class Source(Struct, frozen=True):
    """Where tables came from: for messages, and for finding the files that they name.

    `opened` holds the samples of files that were read for them before, see engine/scenario/spec.py: Opened.
    """

    file: str
    folder: str | None
    opened: dict[Any, Samples] = field(default_factory=dict)


class Kind(Protocol):
    """One kind of scenario."""

    @property
    def name(self) -> str:
        """What `kind` says in a file."""

    @property
    def tables(self) -> Mapping[str, type[TomlTable]]:
        """The tables of a file that are this kind's own, say "network", "data" and "training", and their keys."""

    def read(self, tables: Mapping[str, Any], source: Source) -> Body:
        """The scenario's `body` from its own tables, as TOML gives them. Raises ScenarioError."""

    def judge(self, body: Any, expectation: Expectation, key: str, source: Source) -> None:
        """Refuse, with a ScenarioError at `key`, an expectation that can be seen to make no sense without running."""

    def build(self, body: Any) -> Model:
        """The running scenario."""

    def quantities(self, body: Any) -> Iterator[Quantity]:
        """Every quantity that such a scenario may have a number of, each once; of families, say one for each setting of
        the optimizer, those of this scenario. A quantity that no kind lists is a mistake: tests go by these.
        """


LATE = "{} belongs to an iteration, but after = 0 is before the first", "ask for it after = 1 or later"


def check_symbols(
    expectation: Expectation,
    place: Place,
    find: Callable[[str], Ref | None],
    is_of_iteration: Callable[[Ref], bool],
    *,
    unknown: tuple[str, str],
    late: tuple[str, str] = LATE,
) -> dict[str, Ref]:
    """The number that each symbol of an expectation names.

    `unknown` and `late` are (what is wrong with a symbol, written {}, and what would be right). Raises ScenarioError
    for one that `find` does not know, and for one that an iteration leaves where none has been done.
    """
    found = {}
    for symbol in expectation.values:
        where, ref = place / "values" / symbol, find(symbol)
        if ref is None:
            raise where.error(unknown[0].format(repr(symbol)), symbol, unknown[1])
        if not expectation.after and is_of_iteration(ref):
            raise where.error(late[0].format(symbol), symbol, late[1])
        found[symbol] = ref
    return found


def refuse_parts(expectation: Expectation, place: Place, parts: Iterable[str], problem: str, remedy: str) -> None:
    """Raises ScenarioError for the first of these `parts` that is expected; in `problem` it is written {}."""
    for part in parts:
        if getattr(expectation, part) is not None:
            raise (place / part).error(problem.format(part), None, remedy)


class Kinds(Mapping[str, Kind]):
    """The kinds by name, each imported when it is first asked for: a scenario needs one of them."""

    _names = ("network", "functions", "surface", "recurrent", "search")

    def __getitem__(self, name: str) -> Kind:
        if name not in self._names:
            raise KeyError(name)
        kind: Kind = getattr(import_module(f"{__name__}.{name}.kind"), name.upper())
        return kind

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


KINDS = Kinds()
