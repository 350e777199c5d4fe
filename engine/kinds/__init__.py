"""The kinds of scenario: each brings its tables in the file, its program, its tape. `kind` in a file picks one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module

from dlsim.engine.kinds.kind import Kind


class Kinds(Mapping[str, Kind]):
    """The kinds by name, each imported when it is first asked for: a scenario needs one of them."""

    _names = ("network", "functions", "surface", "recurrent", "search")

    def __getitem__(self, name: str) -> Kind:
        if name not in self._names:
            raise KeyError(name)
        kind: Kind = getattr(import_module(f"{__name__}.{name}"), name.upper())
        return kind

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


KINDS = Kinds()

__all__ = ["KINDS", "Kind"]
