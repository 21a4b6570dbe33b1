"""Closures: what is held fixed when policy changes. No outcome is shown without its closure.

The three forms of the labour market are one equation. With the price of a sector's value added v_j, the mean wage
per worker W and labour supply L,

    log v_j = log W + mu (log VA_hat_j - lambda log L_hat - log W),      W L_hat = sum_j VA'_j / sum_j VA_j.

Workers who move freely have mu = 0. Under Roy's model (Galle, Rodriguez-Clare and Yi 2023)
gamma_va Y'_j = VA_j v_j^kappa Phi_hat^(1-kappa), which is mu = 1/kappa, lambda = 1 and W = Phi_hat. With capital fixed
in its sector and a labour share beta, v_j = W^beta r_hat_j^(1-beta) and r_hat_j = VA_hat_j: mu = 1 - beta, lambda = 0.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from dealspace.core.baseline import Baseline

DEFICITS = ("fixed", "balanced", "proportional")


class Labour(Protocol):
    """A form of the labour market, as the equation above takes it."""

    @property
    def name(self) -> str:
        """Word by which it is chosen and shown."""
        ...

    @property
    def immobility(self) -> float:
        """The coefficient mu."""
        ...

    @property
    def by_worker(self) -> float:
        """The coefficient lambda: 1 where a sector's value added is earned by workers alone."""
        ...

    @property
    def wage_share(self) -> float:
        """Share of value added that is paid for work."""
        ...


@dataclass(frozen=True)
class Mobile:
    """One wage a region: workers move freely between sectors (the long run)."""

    name: str = field(default="mobile", init=False)
    immobility: float = field(default=0.0, init=False)
    by_worker: float = field(default=1.0, init=False)
    wage_share: float = field(default=1.0, init=False)


@dataclass(frozen=True)
class Roy:
    """Workers differ in what they can do in each sector, and choose (Galle, Rodriguez-Clare and Yi 2023).

    Attributes
    ----------
    kappa : above 1; how alike a worker's abilities are; without bound it is `Mobile`
    """

    kappa: float = 1.5
    name: str = field(default="roy", init=False)
    by_worker: float = field(default=1.0, init=False)
    wage_share: float = field(default=1.0, init=False)

    @property
    def immobility(self) -> float:
        """1 / kappa."""
        return 1.0 / self.kappa


@dataclass(frozen=True)
class Specific:
    """Capital stays in its sector, workers move (the short run).

    Attributes
    ----------
    labour_share : beta, share of work in value added, in (0, 1]; the same in every sector, an assumption
    """

    labour_share: float = 0.6
    name: str = field(default="specific", init=False)
    by_worker: float = field(default=0.0, init=False)

    @property
    def immobility(self) -> float:
        """1 - beta."""
        return 1.0 - self.labour_share

    @property
    def wage_share(self) -> float:
        """The labour share beta."""
        return self.labour_share


LABOUR: dict[str, type[Mobile] | type[Roy] | type[Specific]] = {"mobile": Mobile, "roy": Roy, "specific": Specific}


@dataclass(frozen=True)
class Closure:
    """The closure of the model.

    Attributes
    ----------
    deficits : ``fixed`` holds aggregate deficits in units of world value added, ``balanced`` sets them to zero
        (the base is re-solved to zero deficits first), ``proportional`` lets them move with value added
    labour : the labour market: `Mobile`, `Roy` or `Specific`
    participation : elasticity psi of labour supply to the real wage, L_hat = (W / P)^psi; 0 holds it fixed
    """

    deficits: str = "fixed"
    labour: Mobile | Roy | Specific = Mobile()
    participation: float = 0.0

    @property
    def rules(self) -> Rules:
        """The closure as the kernels take it."""
        numbers = (
            float(self.deficits == "fixed"),
            float(self.deficits == "proportional"),
            self.labour.immobility,
            self.labour.by_worker,
            self.labour.wage_share,
            self.participation,
        )
        return Rules(*(jnp.asarray(number) for number in numbers))


class Rules(NamedTuple):
    """A closure as numbers, so that one compiled kernel serves every closure.

    ``fixed`` and ``proportional`` are the parts of the base deficit that stay and that move with value added;
    ``immobility`` is mu, ``by_worker`` lambda, ``wage_share`` the share of value added paid for work and
    ``participation`` psi.
    """

    fixed: Float[Array, ""]
    proportional: Float[Array, ""]
    immobility: Float[Array, ""]
    by_worker: Float[Array, ""]
    wage_share: Float[Array, ""]
    participation: Float[Array, ""]


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
