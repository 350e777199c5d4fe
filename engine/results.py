"""Results: parameters, gradients, losses, answers over the training set, any figure by its symbol."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dlsim.engine.curve import Curve
from dlsim.engine.errors import PositionError, UnknownNameError
from dlsim.engine.model import LayerParameters
from dlsim.engine.standing import Standing

Array = NDArray[np.float64]


class Results(Standing):
    """A run that answers what has come of it so far."""

    @property
    def parameters(self) -> Sequence[LayerParameters]:
        """Present weights (n×j) and biases (j,) by layer: read-only views, valid until the next call."""
        return self.model.parameters(landed=self._is_landed)

    @property
    def size(self) -> int:
        """How many parameters there are."""
        return sum(array.size for pair in self.parameters for array in pair if array is not None)

    @property
    def gradients(self) -> Sequence[LayerParameters] | None:
        """Gradients of the last iteration done, shaped as the parameters; None before the first."""
        if not self.iteration:
            return None
        if self._is_landed:
            return self.model.gradients()
        place = self._place()
        self._stand_after(self.iteration)
        gradients = tuple(
            (weights.copy(), None if biases is None else biases.copy()) for weights, biases in self.model.gradients()
        )
        self._return_to(place)
        return gradients

    @property
    def losses(self) -> Array:
        """One number per iteration done: its batch's loss before the update. Read-only."""
        return self._timeline.losses.values[: self.iteration if self.model.has_loss else 0]

    @property
    def curves(self) -> dict[str, Curve]:
        """The losses, and what else is observed from iteration to iteration, up to the present."""
        curves = {"loss": self._timeline.losses} if self.model.has_loss else {}
        return {name: curve.head(self.iteration) for name, curve in {**curves, **self._timeline.curves}.items()}

    def region(self, x: Array, y: Array) -> Array | None:
        """(len(y), len(x)): the first output over a plane of two inputs, at the present parameters; None where
        the scenario has no such plane.
        """
        return self.model.region(x, y, landed=self._is_landed)

    def loss(self) -> float | None:
        """Over the whole training set, at the present parameters; None where nothing is trained."""
        return self.model.loss(landed=self._is_landed)

    def validation(self) -> tuple[float | None, float | None]:
        """(loss, accuracy) over the data kept back, at the present parameters; each None where there is none."""
        return self.model.validate(landed=self._is_landed)

    def outputs(self) -> Array:
        """(samples, outputs) over the whole training set, at the present parameters."""
        return self.model.evaluate(landed=self._is_landed)[0]

    def accuracy(self) -> float | None:
        """Share of the training set answered right; None where the targets are no classes."""
        return self.model.evaluate(landed=self._is_landed)[2]

    def look_up(self, symbol: str) -> float:
        """The figure called `symbol` in the present state.

        A present parameter; a number of a forward pass over the first sample there; or what the last iteration
        done left (a gradient, a new weight). UnknownNameError for what this scenario does not have.
        """
        ref = self.model.find(symbol)
        if ref is None:
            raise UnknownNameError("number of this scenario", symbol, ())
        if self._is_landed or not self.model.belongs_to_iteration(ref):
            return self.model.figure(ref, landed=self._is_landed)
        if not self.iteration:
            raise PositionError(f"{symbol} belongs to an iteration, and none is done yet")
        place = self._place()
        self._stand_after(self.iteration)
        figure = self.model.figure(ref, landed=True)
        self._return_to(place)
        return figure
