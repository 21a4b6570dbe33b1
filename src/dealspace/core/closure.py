"""Closures: what is held fixed when policy changes. No outcome is shown without its closure."""

from __future__ import annotations

from dataclasses import dataclass

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


def new_deficit(closure: Closure, baseline: Baseline, factor_income: Float[Array, " N"]) -> Float[Array, " N"]:
    """Return D' under the closure, given regions' value added V' in units of base world value added.

    Deficits add to zero within each trading bloc: a bloc that trades with nobody cannot lend to anybody.
    """
    if closure.deficits == "balanced":
        return jnp.zeros_like(baseline.deficit)
    if closure.deficits == "fixed":
        return baseline.deficit
    regions = baseline.deficit.shape[0]
    own = baseline.deficit / baseline.value_added.sum(axis=1) * factor_income
    excess = jax.ops.segment_sum(own, baseline.bloc, regions)[baseline.bloc]
    total = jax.ops.segment_sum(factor_income, baseline.bloc, regions)[baseline.bloc]
    return own - factor_income / total * excess
