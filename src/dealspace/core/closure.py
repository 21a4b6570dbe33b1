"""Closures: what is held fixed when policy changes. No outcome is shown without its closure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from dealspace.core.baseline import Baseline

DEFICITS = ("fixed", "balanced", "proportional")
LABOUR = ("mobile",)


@dataclass(frozen=True)
class Closure:
    """The closure of the model.

    Attributes
    ----------
    deficits : ``fixed`` holds aggregate deficits in units of world value added, ``balanced`` sets them to zero
        (the base is re-solved to zero deficits first), ``proportional`` lets them move with value added
    labour : ``mobile``, one wage a region, workers move freely between sectors (the long run)
    """

    deficits: str = "fixed"
    labour: str = "mobile"

    @property
    def rules(self) -> Rules:
        """The closure as the kernels take it."""
        return Rules(jnp.asarray(float(self.deficits == "fixed")), jnp.asarray(float(self.deficits == "proportional")))


class Rules(NamedTuple):
    """What a closure makes of the deficits, as numbers, so that one compiled kernel serves every closure.

    ``fixed`` and ``proportional`` are the parts of the base deficit that stay and that move with value added.
    """

    fixed: Float[Array, ""]
    proportional: Float[Array, ""]


def new_deficit(rules: Rules, baseline: Baseline, factor_income: Float[Array, " N"]) -> Float[Array, " N"]:
    """Return D' under a closure, given regions' value added V' in units of base world value added.

    Proportional deficits are ``delta_n V'_n - (V'_n / sum V') sum_m delta_m V'_m``; they add to zero within each
    trading bloc, for a bloc that trades with nobody cannot lend to anybody.
    """
    regions = baseline.deficit.shape[0]
    own = baseline.deficit / baseline.value_added.sum(axis=1) * factor_income
    excess = jax.ops.segment_sum(own, baseline.bloc, regions)[baseline.bloc]
    total = jax.ops.segment_sum(factor_income, baseline.bloc, regions)[baseline.bloc]
    moving = own - factor_income / total * excess
    return rules.fixed * baseline.deficit + rules.proportional * moving
