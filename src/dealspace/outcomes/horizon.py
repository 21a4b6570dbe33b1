"""How long the run is: presets of labour market and elasticities, each parameter with its source.

In the short run capital stays in its sector and buyers keep their suppliers; in the long run both move. A horizon is a
labour closure, a scale of the trade elasticities and an elasticity of labour supply. It is a parameter of the
equilibrium like any other: the base year stays the base year, so outcomes at two horizons differ by the answer alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import TypeAlias

import numpy as np

from dealspace.core.closure import DEFICITS, LABOUR, Closure, Mobile, Roy, Specific
from dealspace.errors import DealspaceError, unknown_name
from dealspace.world.economy import Economy

LabourMarket: TypeAlias = Mobile | Roy | Specific

IMPACT_ELASTICITY = 0.76  # of tariff-exclusive imports in the year after a change of duty (see SOURCES)
SETTLED_ELASTICITY = 2.0  # the same after seven to ten years: the middle of 1.75 to 2.25
LEAST_ELASTICITY = 0.5  # theta below which the model is not used (``model.md``, "Closures")
PARTICIPATION = 0.25  # elasticity of participation in the real wage, where supply is `elastic`

#: Where each parameter comes from; what could not be read in the source itself is called an assumption.
SOURCES: Mapping[str, str] = MappingProxyType(
    {
        "elasticity_scale": (
            "Boehm, Levchenko and Pandalai-Nayar (2023), American Economic Review 113(4): elasticity of trade net of "
            "duty about 0.76 in the year after a change of duty and 1.75 to 2.25 after seven to ten years (abstract). "
            "That elasticity is 1 + theta here, so the scale 0.76 / 2 applies to 1 + theta; that it is the same for "
            "every sector is an assumption"
        ),
        "least_elasticity": "assumption: theta stays at 0.5 or above, the range the model supports",
        "kappa": (
            "Galle, Rodriguez-Clare and Yi (2023), Review of Economic Studies 90(1); the value of 1.5 is an assumption "
            "near what they report, not read in the paper"
        ),
        "labour_share": (
            "assumption: labour earns three fifths of value added in every sector and region, a round number of the "
            "size of the labour shares of the Penn World Table (Feenstra, Inklaar and Timmer 2015)"
        ),
        "participation": (
            "Chetty, Guren, Manoli and Weber (2011), American Economic Review 101(3): quasi-experimental elasticities "
            "of the extensive margin of about 0.25 (abstract); used only where supply is chosen to be elastic"
        ),
    }
)


@dataclass(frozen=True)
class Horizon:
    """A length of run.

    Attributes
    ----------
    name : word by which it is chosen and shown
    labour : the labour market
    elasticity_scale : factor on 1 + theta, the elasticity of trade net of duty; 1 leaves the economy's own
    participation : elasticity of labour supply to the real wage
    reading : what the run stands for, in words

    Examples
    --------
    >>> SHORT.elasticities(np.array([4.0, 1.0])).round(3)
    array([0.9, 0.5])
    """

    name: str
    labour: LabourMarket
    elasticity_scale: float = 1.0
    participation: float = 0.0
    reading: str = field(default="", compare=False)

    def elasticities(self, theta: np.ndarray) -> np.ndarray:
        """Return the trade elasticities of this run, (sector,), from those of the long run.

        ``1 + theta' = scale (1 + theta)``: the estimates are of trade net of duty, theta is of duty-inclusive trade.
        An elasticity already below the floor of 0.5 is left as it is.
        """
        scaled = self.elasticity_scale * (1.0 + theta) - 1.0
        return np.maximum(scaled, np.minimum(theta, LEAST_ELASTICITY))

    def world(self, world: Economy) -> Economy:
        """Return `world` with the elasticities of this run; its base year is untouched and so still legal."""
        if self.elasticity_scale == 1.0:
            return world
        return _rescaled(world, self, id(world.lines))

    @property
    def sources(self) -> dict[str, str]:
        """Return the source of every parameter that this run takes."""
        used = {"elasticity_scale", "least_elasticity"} if self.elasticity_scale != 1.0 else set()
        used |= {Roy: {"kappa"}, Specific: {"labour_share"}}.get(type(self.labour), set())
        used |= {"participation"} if self.participation else set()
        return {name: SOURCES[name] for name in SOURCES if name in used}


@lru_cache(maxsize=16)
def _rescaled(world: Economy, horizon: Horizon, lines: int) -> Economy:
    """Return the world at a horizon, made once; `lines` tells apart worlds that differ in their lines only."""
    return world.with_(trade_elasticity=horizon.elasticities(np.asarray(world.trade_elasticity)))


SHORT = Horizon(
    "short",
    Specific(),
    IMPACT_ELASTICITY / SETTLED_ELASTICITY,
    reading="a year or two: capital stays in its sector, buyers keep most of their suppliers",
)
MEDIUM = Horizon(
    "medium", Roy(), reading="several years: trade has settled, workers stay where their abilities are worth most"
)
LONG = Horizon("long", Mobile(), reading="when all has settled: one wage a region")
HORIZONS: Mapping[str, Horizon] = MappingProxyType({each.name: each for each in (SHORT, MEDIUM, LONG)})


def horizon_of(given: str | Horizon | None) -> Horizon | None:
    """Return a horizon by name or as it is; None where none is asked for.

    Raises
    ------
    UnknownNameError
        For a name that is not a preset's.
    """
    if given is None or isinstance(given, Horizon):
        return given
    if given not in HORIZONS:
        raise unknown_name("horizon", given, HORIZONS)
    return HORIZONS[given]


def closure_of(
    deficits: str,
    labour: str | LabourMarket | None = None,
    labour_supply: str | float | None = None,
    horizon: Horizon | None = None,
) -> Closure:
    """Return the closure that words, objects or a horizon name; what is said beside a horizon overrides it.

    Raises
    ------
    UnknownNameError
        For a word that names no closure.
    DealspaceError
        For a parameter out of bounds.
    """
    if deficits not in DEFICITS:
        raise unknown_name("closure of the deficits", deficits, DEFICITS)
    preset = LONG if horizon is None else horizon
    market = preset.labour if labour is None else _market(labour)
    psi = preset.participation if labour_supply is None else _participation(labour_supply)
    return Closure(deficits, market, psi)


def in_words(closure: Closure, horizon: Horizon | None = None) -> str:
    """Return a closure as reports say it: ``deficits fixed, labour mobile, labour supply fixed``."""
    psi = closure.participation
    words = [
        f"deficits {closure.deficits}",
        f"labour {closure.labour.name}",
        f"labour supply elastic ({psi:g})" if psi else "labour supply fixed",
    ]
    return ", ".join([*words, f"horizon {horizon.name}"] if horizon else words)


def _market(labour: str | LabourMarket) -> LabourMarket:
    """Return a labour market by name or checked."""
    if isinstance(labour, Roy):
        if not (math.isfinite(labour.kappa) and labour.kappa > 1.0):
            raise DealspaceError(f"kappa is {labour.kappa!r}; Roy's model needs a finite number above 1, such as 1.5")
        return labour
    if isinstance(labour, Specific):
        if not 0.0 < labour.labour_share <= 1.0:
            share = labour.labour_share
            raise DealspaceError(f"the labour share is {share!r}; it needs a number above 0 and up to 1, such as 0.6")
        return labour
    if isinstance(labour, Mobile):
        return labour
    if labour not in LABOUR:
        raise unknown_name("closure of labour", labour, LABOUR)
    return LABOUR[labour]()


def _participation(supply: str | float) -> float:
    """Return the elasticity of labour supply that a word or a number names."""
    if isinstance(supply, str):
        words = {"fixed": 0.0, "elastic": PARTICIPATION}
        if supply not in words:
            raise unknown_name("labour supply", supply, words)
        return words[supply]
    number = isinstance(supply, int | float) and not isinstance(supply, bool)
    if not number or not (math.isfinite(supply) and supply >= 0.0):
        raise DealspaceError(
            f"the labour supply is {supply!r}; give 'fixed', 'elastic' or an elasticity of 0 or more, such as 0.25"
        )
    return float(supply)
