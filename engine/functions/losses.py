"""Loss functions: each entry is an error per output, its slope, the notation of both, a name and its rules.

A sample's E is the sum of its outputs' errors; the loss of a batch is the mean of its samples' E. A cross-entropy
is fused with its output's activation: it is computed from z, and its slope is ∂E/∂z. Formulas: Goodfellow, Bengio
and Courville, Deep Learning (2016), §6.2; reductions as in Keras 2.2.4.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import log1p
from typing import Any

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from dlsim.engine.functions.opened import NEARLY_ZERO, Numbers, Opening, logarithm, opened, power
from dlsim.engine.names import Names
from dlsim.engine.quantity import Opened, Ref
from dlsim.engine.scenario.spec import Convention

Array = NDArray[Any]  # (batch, outputs); float64, or complex128 under a complex step

LARGEST_LOGIT = 4e307
"""Logits beyond it are taken as it: the difference of two of them still is a float64."""


class Loss(Struct, frozen=True):
    """One entry of the table. `errors(z, a, t, out)` fills in every output's share of E, `slope(a, t, out)` its
    derivative: ∂E/∂a, or ∂E/∂z where the loss is `fused_with` an activation, the only one it goes with.
    `errors_by_output` and `slope_by_output`, (a, t, out), are E and ∂E/∂a made from the output alone, fused or not: for
    a look at the function by itself, with one output.

    In the notations `{t}` and `{a}` stand for target and output, and `{K}` for the number of outputs: see `of`.
    """

    name: str
    errors: Callable[[Array, Array, Array, Array], object]
    slope: Callable[[Array, Array, Array], object]
    notation: str
    slope_notation: str
    errors_by_output: Callable[[Array, Array, Array], object]
    slope_by_output: Callable[[Array, Array, Array], object]
    slope_by_output_notation: str
    openings: tuple[Opening, ...]
    """How an output's E is worked out by hand; {z} stands for its weighted sum."""
    slope_openings: tuple[Opening, ...]
    """How its slope is."""
    slope_by_output_openings: tuple[Opening, ...]
    """How its slope is that is made from the output alone."""
    squares_notation: str = ""
    """Of an E that is the mean of squares: what one of them is the square of."""
    also: tuple[str, ...] = ()
    """What Keras, PyTorch and scikit-learn call it; a name that may mean two stands at both."""
    fused_with: str | None = None
    mean_over_outputs: bool = False
    targets_sum_to_one: bool = False
    keras: str = ""
    """Its name in keras.losses; "" where Keras has none."""

    def of(self, outputs: int) -> Loss:
        """The same with so many outputs written into its notations; a mean over one output needs no division."""
        names = ("notation", "slope_notation", "slope_by_output_notation")
        division = "" if outputs == 1 else f"/{outputs}"
        openings = ("openings", "slope_openings", "slope_by_output_openings")
        return replace(
            self,
            **{name: getattr(self, name).replace("/{K}", division) for name in names},
            **{name: tuple(opening.of(outputs) for opening in getattr(self, name)) for name in openings},
        )

    def opened(
        self,
        operands: Mapping[str, Ref | str],
        numbers: Numbers,
        all_z: tuple[Sequence[Ref], Sequence[float]] = ((), ()),
    ) -> Opened:
        """An output's E opened up: operands {t}, {a} and, where they are known, {z} and the z of all outputs."""
        return opened(self.openings, operands, numbers, all_z)

    def conventions(self) -> tuple[Convention, ...]:
        """Its rules for the panel: how it is averaged, and what it is computed together with."""
        how = "mean" if self.mean_over_outputs else "sum"
        rules = [Convention("loss_over_outputs", {"loss": self.name, "how": how}), Convention("loss_over_batch")]
        if self.fused_with:
            rules.append(Convention("fused", {"loss": self.name, "activation": self.fused_with}))
        return tuple(rules)


def _half_squared_error(z: Array, a: Array, t: Array, out: Array) -> None:
    np.subtract(t, a, out=out)
    np.multiply(out, out, out=out)
    np.multiply(out, 0.5, out=out)


def _half_squared_error_slope(a: Array, t: Array, out: Array) -> None:
    np.subtract(a, t, out=out)


def _mse(z: Array, a: Array, t: Array, out: Array) -> None:
    np.subtract(t, a, out=out)
    np.multiply(out, out, out=out)
    np.divide(out, a.shape[1], out=out)


def _mse_slope(a: Array, t: Array, out: Array) -> None:
    np.subtract(a, t, out=out)
    np.multiply(out, 2.0 / a.shape[1], out=out)


def _binary_crossentropy(z: Array, a: Array, t: Array, out: Array) -> None:
    # −t·ln σ(z) − (1 − t)·ln(1 − σ(z)) = max(z, 0) − z·t + ln(1 + e^−|z|)
    np.multiply(z, np.where(z.real < 0, 1.0, -1.0), out=out)  # −|z|, analytic on either side
    np.exp(out, out=out)
    np.log1p(out, out=out)
    np.add(out, np.where(z.real < 0, 0.0, z) - z * t, out=out)  # the same side of 0, whatever a complex step adds
    np.divide(out, a.shape[1], out=out)


def _binary_crossentropy_slope(a: Array, t: Array, out: Array) -> None:
    np.subtract(a, t, out=out)
    np.divide(out, a.shape[1], out=out)


def _categorical_crossentropy(z: Array, a: Array, t: Array, out: Array) -> None:
    # −t·ln p with ln p = z − max z − ln Σ e^(z − max z)
    np.minimum(z, LARGEST_LOGIT, out=out)
    np.maximum(out, -LARGEST_LOGIT, out=out)
    np.subtract(out, np.maximum.reduce(out, axis=1, keepdims=True), out=out)
    log_of_sum = np.log(np.add.reduce(np.exp(out), axis=1, keepdims=True))
    np.subtract(log_of_sum, out, out=out)
    np.multiply(out, t, out=out)


def _categorical_crossentropy_slope(a: Array, t: Array, out: Array) -> None:
    np.subtract(a, t, out=out)


def _binary_by_output(a: Array, t: Array, out: Array) -> None:
    _binary_crossentropy(np.log(a) - np.log1p(-a), a, t, out)  # the z of that a: the same stable form as in training


def _binary_slope_by_output(a: Array, t: Array, out: Array) -> None:
    np.divide(a - t, a * (1.0 - a) * a.shape[1], out=out)


def _categorical_by_output(a: Array, t: Array, out: Array) -> None:
    out[:] = -t * np.log(a)


def _categorical_slope_by_output(a: Array, t: Array, out: Array) -> None:
    np.divide(-t, a, out=out)


def _difference(of: Numbers) -> float:
    return of["t"] - of["a"]


HALF_SQUARED_ERROR = Loss(
    name="half_squared_error",
    errors=_half_squared_error,
    slope=_half_squared_error_slope,
    notation="½·({t} − {a})²",
    slope_notation="−({t} − {a})",
    errors_by_output=lambda a, t, out: _half_squared_error(a, a, t, out),
    slope_by_output=_half_squared_error_slope,
    slope_by_output_notation="−({t} − {a})",
    also=("squared_error", "half_mse", "half_mean_squared_error", "sse", "sum_squared_error", "sum_of_squares"),
    openings=(
        Opening(
            ("½·({t} − {a})²", "½·{difference}²", "½·{square}"),
            {"difference": _difference, "square": lambda of: of["difference"] * of["difference"]},
        ),
    ),
    slope_openings=(Opening(("−({t} − {a})",)),),
    slope_by_output_openings=(Opening(("−({t} − {a})",)),),
)
MSE = Loss(
    name="mse",
    keras="mean_squared_error",
    errors=_mse,
    slope=_mse_slope,
    notation="({t} − {a})²/{K}",
    slope_notation="−2·({t} − {a})/{K}",
    errors_by_output=lambda a, t, out: _mse(a, a, t, out),
    slope_by_output=_mse_slope,
    slope_by_output_notation="−2·({t} − {a})/{K}",
    also=("mean_squared_error", "mean_square_error", "MSELoss", "squared_error", "l2", "quadratic"),
    openings=(
        Opening(
            ("({t} − {a})²/{K}", "{difference}²/{K}", "{square}/{K}"),
            {"difference": _difference, "square": lambda of: of["difference"] * of["difference"]},
        ),
    ),
    slope_openings=(Opening(("−2·({t} − {a})/{K}", "−2·{difference}/{K}"), {"difference": _difference}),),
    slope_by_output_openings=(Opening(("−2·({t} − {a})/{K}", "−2·{difference}/{K}"), {"difference": _difference}),),
    squares_notation="{t} − {a}",
    mean_over_outputs=True,
)
BINARY_CROSSENTROPY = Loss(
    name="binary_crossentropy",
    keras="binary_crossentropy",
    errors=_binary_crossentropy,
    slope=_binary_crossentropy_slope,
    notation="−({t}·ln {a} + (1 − {t})·ln(1 − {a}))/{K}",
    slope_notation="({a} − {t})/{K}",
    errors_by_output=_binary_by_output,
    slope_by_output=_binary_slope_by_output,
    slope_by_output_notation="({a} − {t})/({a}·(1 − {a}))/{K}",
    also=(
        *("bce", "BCELoss", "BCEWithLogitsLoss", "binary_cross_entropy", "binary_cross_entropy_with_logits"),
        *("sigmoid_cross_entropy", "log_loss", "logistic_loss", "cross_entropy", "crossentropy", "deviance"),
    ),
    openings=(
        Opening(
            ("−({t}·ln {a} + (1 − {t})·ln(1 − {a}))/{K}", "−({t}·{ln_yes} + (1 − {t})·{ln_no})/{K}"),
            {"ln_yes": lambda of: logarithm(of["a"]), "ln_no": lambda of: logarithm(1.0 - of["a"])},
            holds=lambda of: NEARLY_ZERO <= of["a"] <= 1 - NEARLY_ZERO,
        ),
        Opening(
            (
                "(max({z}, 0) − {z}·{t} + ln(1 + e^(−|{z}|)))/{K}",
                "({above} − {product} + ln(1 + {power}))/{K}",
                "({above} − {product} + {logarithm})/{K}",
            ),
            {
                "above": lambda of: max(of["z"], 0.0),
                "product": lambda of: of["z"] * of["t"],
                "power": lambda of: power(-abs(of["z"])),
                "logarithm": lambda of: log1p(of["power"]),
            },
            written=True,
            needs=("z",),
        ),
        Opening(("−({t}·ln {a} + (1 − {t})·ln(1 − {a}))/{K}",)),
    ),
    slope_openings=(Opening(("({a} − {t})/{K}",)),),
    slope_by_output_openings=(
        Opening(
            ("({a} − {t})/({a}·(1 − {a}))/{K}", "{difference}/{product}/{K}"),
            {"difference": lambda of: of["a"] - of["t"], "product": lambda of: of["a"] * (1.0 - of["a"])},
        ),
    ),
    fused_with="sigmoid",
    mean_over_outputs=True,
)
CATEGORICAL_CROSSENTROPY = Loss(
    name="categorical_crossentropy",
    keras="categorical_crossentropy",
    errors=_categorical_crossentropy,
    slope=_categorical_crossentropy_slope,
    notation="−{t}·ln {a}",
    slope_notation="{a} − {t}",
    errors_by_output=_categorical_by_output,
    slope_by_output=_categorical_slope_by_output,
    slope_by_output_notation="−{t}/{a}",
    also=(
        *("cce", "categorical_cross_entropy", "softmax_cross_entropy", "softmax_cross_entropy_with_logits"),
        *("sparse_categorical_crossentropy", "scce", "CrossEntropyLoss", "nll", "NLLLoss", "negative_log_likelihood"),
        *("cross_entropy", "crossentropy", "log_loss", "deviance", "multinomial"),
    ),
    openings=(
        Opening(
            ("−{t}·ln {a}", "−{t}·{logarithm}"),
            {"logarithm": lambda of: logarithm(of["a"])},
            holds=lambda of: of["a"] >= NEARLY_ZERO,
        ),
        Opening(
            (
                "−{t}·({z} − {largest} − ln({all}))",
                "−{t}·({below} − ln({all}))",
                "−{t}·({below} − ln {sum_of_all})",
                "−{t}·({below} − {logarithm})",
            ),
            {
                "below": lambda of: of["z"] - of["largest"],
                "logarithm": lambda of: logarithm(of["sum_of_all"]),
            },
            each=("e^({of} − {largest})", "{part}"),
            of_each=lambda of: power(of["of"] - of["largest"]),
            written=True,
            needs=("z", "largest"),
        ),
        Opening(("−{t}·ln {a}",)),
    ),
    slope_openings=(Opening(("{a} − {t}",)),),
    slope_by_output_openings=(Opening(("−{t}/{a}",)),),
    fused_with="softmax",
    targets_sum_to_one=True,
)

LOSSES: Mapping[str, Loss] = {
    entry.name: entry for entry in (HALF_SQUARED_ERROR, MSE, BINARY_CROSSENTROPY, CATEGORICAL_CROSSENTROPY)
}
LOSS_NAMES = Names.of(
    LOSSES,
    absent=(
        *(
            "mae",
            "mean_absolute_error",
            "absolute_error",
            "l1",
            "smooth_l1",
            "huber",
            "log_cosh",
            "quantile",
            "pinball",
        ),
        *("rmse", "root_mean_squared_error", "mape", "mean_absolute_percentage_error"),
        *("msle", "mean_squared_logarithmic_error", "hinge", "squared_hinge", "categorical_hinge", "hinge_embedding"),
        *("modified_huber", "epsilon_insensitive", "squared_epsilon_insensitive", "perceptron", "kld", "kl_div"),
        *("kl_divergence", "kullback_leibler_divergence", "poisson", "poisson_nll", "gaussian_nll", "ctc", "focal"),
        *("binary_focal_crossentropy", "categorical_focal_crossentropy", "cosine_similarity", "cosine_proximity"),
        *(
            "cosine_embedding",
            "margin_ranking",
            "multi_margin",
            "soft_margin",
            "triplet_margin",
            "triplet",
            "exponential",
        ),
    ),
)
"""What others call them, and what others have besides."""
