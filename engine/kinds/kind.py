"""What a kind of scenario is: how its tables are read, how it is run, and what can be asked of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from msgspec import Struct, field

from dlsim.engine.model import Model
from dlsim.engine.quantity import Quantity
from dlsim.engine.scenario.spec import Body, Expectation, Samples


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
    def tables(self) -> tuple[str, ...]:
        """The tables of a file that are this kind's own, say ("network", "data", "training")."""

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
