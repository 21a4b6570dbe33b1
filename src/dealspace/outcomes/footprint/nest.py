"""Choice of a maker and of the plant within it: a CES nest in changes.

With s the base share of spending, p_hat the change of the buyer's price, sigma the elasticity of substitution between
the plants of a maker and eta the one between makers, each of quantity to price:

    P_m      = ( sum_p s_{p|m} p_hat_mp^(1-sigma) )^(1/(1-sigma))      s'_{p|m} = s_{p|m} (p_hat_mp / P_m)^(1-sigma)
    P        = ( sum_m s_m P_m^(1-eta) )^(1/(1-eta))                   s'_m     = s_m (P_m / P)^(1-eta)
    units'   = units (s'_{p|m} / s_{p|m}) (s'_m / s_m) E_hat / p_hat

A nested logit in the logarithm of price gives the same shares of spending (Anderson, de Palma and Thisse 1992, ch. 3).
At an elasticity of 1 shares stay, at 0 quantities keep their proportions, without bound the cheapest takes all.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from dealspace.errors import DealspaceError


class Choice(NamedTuple):
    """What buyers choose after a change of prices; M makers, P plant locations.

    Attributes
    ----------
    units_hat : (M, P) quantity, new over old; 1 where there was none
    maker_price_hat : (M,) price index of each maker
    price_hat : float, price index of the market
    """

    units_hat: np.ndarray
    maker_price_hat: np.ndarray
    price_hat: float


def nested_choice(
    spending: np.ndarray,
    price_hat: np.ndarray,
    between_plants: float | np.ndarray,
    between_makers: float,
    spending_hat: float = 1.0,
) -> Choice:
    """Return how quantities move with prices when spending on the whole market moves by `spending_hat`.

    Parameters
    ----------
    spending : (M, P)
        Base spending, zero where a maker has no plant; only proportions matter.
    price_hat : (M, P)
        Buyer's price, new over old.
    between_plants : float or (M,)
        Elasticity of substitution sigma, one for all makers or one each; zero or more, ``math.inf`` is allowed.
    between_makers : float
        Elasticity of substitution eta, likewise.
    spending_hat : float
        Spending on all makers, new over old.

    Raises
    ------
    DealspaceError
        For shapes that differ, negative spending, a maker without any, a price or elasticity out of bounds.

    Examples
    --------
    >>> choice = nested_choice(np.array([[1.0, 1.0]]), np.array([[1.0, 2.0]]), 2.0, 1.0)
    >>> choice.units_hat.round(3).tolist()  # shares 2/3 and 1/3 of spending 2: 4/3 and 2/3 over prices 1 and 2
    [[1.333, 0.333]]
    """
    spending, price_hat = np.asarray(spending, dtype=float), np.asarray(price_hat, dtype=float)
    sigma = np.broadcast_to(np.asarray(between_plants, dtype=float), spending.shape[:1])
    _check(spending, price_hat, sigma, between_makers, spending_hat)
    by_maker = spending.sum(axis=1)
    within = [_ces(spending[m] / by_maker[m], price_hat[m], sigma[m]) for m in range(len(by_maker))]
    maker_price = np.array([price for _, price in within])
    maker_factor, price = _ces(by_maker / by_maker.sum(), maker_price, between_makers)
    plant_factor = np.array([factor for factor, _ in within])
    units_hat = plant_factor * maker_factor[:, None] * spending_hat / price_hat
    return Choice(np.where(spending > 0, units_hat, 1.0), maker_price, price)


def _ces(share: np.ndarray, price_hat: np.ndarray, elasticity: float) -> tuple[np.ndarray, float]:
    """Return the factor on each share and the price index; entries without a share do not count."""
    there = share > 0
    p = np.where(there, price_hat, 1.0)
    if math.isinf(elasticity):
        lowest = p[there].min()
        cheapest = there & (p <= lowest * (1.0 + 1e-12))
        return np.where(cheapest, 1.0 / share[cheapest].sum(), 0.0), float(lowest)
    if abs(elasticity - 1.0) < 1e-9:
        return np.ones_like(p), float(np.exp(share @ np.log(p)))
    # Relative to the mean price, so that no power over- or underflows at high elasticities.
    level = float(np.exp(share @ np.log(p)))
    index = level * float((share @ (p / level) ** (1.0 - elasticity)) ** (1.0 / (1.0 - elasticity)))
    return (p / index) ** (1.0 - elasticity), index


def _check(spending: np.ndarray, price_hat: np.ndarray, sigma: np.ndarray, eta: float, spending_hat: float) -> None:
    if spending.ndim != 2 or spending.shape != price_hat.shape:
        raise DealspaceError(
            f"spending {spending.shape} and prices {price_hat.shape} must both be (makers, plants); give equal shapes"
        )
    if not np.isfinite(spending).all() or (spending < 0).any() or (spending.sum(axis=1) <= 0).any():
        raise DealspaceError("each maker needs some spending at its plants, and none may be negative or missing")
    if not (np.isfinite(price_hat) & (price_hat > 0))[spending > 0].all():
        raise DealspaceError("a change of price is zero, negative or missing where cars are sold; 1 means no change")
    for name, values in (("between plants", sigma), ("between makers", np.array([eta]))):
        if not (values >= 0).all():
            bad = values[~(values >= 0)][0]
            raise DealspaceError(f"the elasticity {name} is {bad:g}; give zero or more (inf for perfect substitutes)")
    if not (math.isfinite(spending_hat) and spending_hat > 0):
        raise DealspaceError(f"spending moves by a factor of {spending_hat}; give a positive one, 1 for no change")
