"""What the pictures of a network's layers share: variants, layers, what is known. No Textual here."""

from __future__ import annotations

from math import prod

from dlsim.engine.kinds.network.statistics import LayerStatistics
from dlsim.engine.kinds.network.tape import NetworkTape
from dlsim.engine.reference import Quantity, Ref
from dlsim.engine.text import breadth
from dlsim.tui.drawing.pictures.cells import Cells
from dlsim.tui.drawing.pictures.forward import network_tape
from dlsim.tui.drawing.pictures.legend import Group
from dlsim.tui.drawing.pictures.scene import Scene
from dlsim.tui.drawing.variants import Variant, variants


class Layered:
    """One moment in one size: all variants of the scenario that have a network."""

    def __init__(self, scene: Scene, cells: Cells) -> None:
        self.scene, self.cells = scene, cells
        self.variants = [variant for variant in variants(scene) if network_tape(variant.snapshot) is not None]
        self.lead = next((variant for variant in self.variants if variant.is_lead), self.variants[0])
        self.layers = max(len(tape_of(variant).structure.layers) for variant in self.variants)

    def rows(self) -> range:
        """Layers from the output down, as the gradient goes."""
        return range(self.layers, 0, -1)

    def margin(self) -> int:
        """Cells that the layers' names take, and one more."""
        return max(breadth(self.name_of(layer)) for layer in self.rows()) + 1

    def name_of(self, layer: int) -> str:
        """Its number, with its activation where that is the same in all variants and there is room."""
        structure = tape_of(self.lead).structure
        if layer > len(structure.layers):
            return str(layer)
        name = structure.layer(layer).activation.name
        is_shared = all(
            tape_of(variant).structure.layer(layer).activation.name == name
            for variant in self.variants
            if layer <= len(tape_of(variant).structure.layers)
        )
        return f"{layer} {name}" if is_shared and len(self.variants) == 1 and self.cells.width >= 50 else f"{layer}"

    def lead_named(self) -> list[Group]:
        """Where there are several variants, which of them a picture of one alone is about."""
        return [[(self.lead.mark, self.lead.role), (f" {self.lead.name}", "muted")]] if len(self.variants) > 1 else []

    def is_known(self, variant: Variant, quantity: Quantity, layer: int) -> bool:
        """On the variant's own tape, or where it waits at the start of the same iteration, on the lead's."""
        ref = Ref(quantity, layer, tuple(size - 1 for size in self._shape(variant, quantity, layer)))
        if variant.snapshot.is_shown(ref):
            return True
        lead = self.lead.snapshot
        is_there_too = layer <= len(tape_of(self.lead).structure.layers)
        return lead.position.iteration == variant.snapshot.position.iteration and is_there_too and lead.is_shown(ref)

    def so_far(self, variant: Variant, quantity: Quantity, layer: int) -> str:
        """What stands in the place of what a whole layer says before all of it is known."""
        shown = variant.snapshot.revealed.get((quantity, layer), 0)
        if not shown:
            return "…"
        return "… " + self.scene.say("picture.so_far", known=shown, all=prod(self._shape(variant, quantity, layer)))

    @staticmethod
    def _shape(variant: Variant, quantity: Quantity, layer: int) -> tuple[int, ...]:
        """How many numbers of this name a layer has in each direction."""
        shape = tape_of(variant).structure.layer(layer)
        return (
            (shape.senders, shape.units) if quantity.edge(Ref(quantity, layer, (0, 0))) is not None else (shape.units,)
        )


def tape_of(variant: Variant) -> NetworkTape:
    """The network of a variant that has one."""
    tape = network_tape(variant.snapshot)
    assert tape is not None, "a variant without a network"
    return tape


def statistics_of(variant: Variant, layer: int) -> LayerStatistics | None:
    """A layer of a variant in numbers; None where it has none of that number."""
    tape = tape_of(variant)
    return LayerStatistics(tape, layer) if layer <= len(tape.structure.layers) else None
