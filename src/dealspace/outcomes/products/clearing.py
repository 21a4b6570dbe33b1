"""Market clearing of a product: premia of its quotas by complementarity, and the price of home supply.

A quota's buyers pay between the inside and the outside price, low + premium (high - low), with

    0 <= premium <= 1,   premium = 0 where volume < limit,   premium = 1 where volume > limit

written as premium = clip(premium + log(volume / limit), 0, 1). Home supply answers its price over its cost:
q_hat_H = (p_hat_H / c_hat_H)^supply. Both together are solved by a semi-smooth Newton method; where that fails, each
unknown is bisected in turn, which converges because goods are gross substitutes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from dealspace.outcomes.products.demand import Demand, demand
from dealspace.outcomes.products.market import Market, MarketQuota, quota_prices

TOLERANCE = 1e-11
_STEPS, _SWEEPS, _HALVES = 60, 400, 60
_WIDEST = 5.0  # log change of the home price that is looked for


class Setting(NamedTuple):
    """What the market takes as given after a policy.

    cost_hat : (O,), border prices (home: costs) after over before
    tau, specific : (O,), duty factor and duty per unit after, of origins outside every quota
    quotas : (K,), quotas after; they set the whole duty of their origins
    spending_hat, sector_price_hat : of the sector
    """

    cost_hat: np.ndarray
    tau: np.ndarray
    specific: np.ndarray
    quotas: tuple[MarketQuota, ...]
    spending_hat: float
    sector_price_hat: float


class Cleared(NamedTuple):
    """A market that clears: border and buyers' prices (O,), premia (K,), volumes (K,), `residual` the largest fault."""

    border: np.ndarray
    price: np.ndarray
    demand: Demand
    premium: np.ndarray
    volume: np.ndarray
    residual: float


def clear(market: Market, setting: Setting) -> Cleared:
    """Solve the market after a policy, given the base; the residual says how well."""
    number = len(setting.quotas)
    low, high = np.zeros(number), np.ones(number)
    x = np.array([quota.premium for quota in setting.quotas])
    if _has_supply(market):
        start = float(np.log(setting.cost_hat[market.home][0]))
        x, low, high = np.append(x, start), np.append(low, start - _WIDEST), np.append(high, start + _WIDEST)

    def fault(at: np.ndarray) -> np.ndarray:
        return _faults(market, setting, at)

    if len(x):
        x = _newton(fault, x, low, high)
        if np.abs(fault(x)).max() > TOLERANCE:
            x = _bisect_in_turn(fault, x, low, high)
    border, price, bought, volume = _evaluate(market, setting, x)
    residual = float(np.abs(fault(x)).max()) if len(x) else 0.0
    return Cleared(border, price, bought, x[:number], volume, residual)


def _has_supply(market: Market) -> bool:
    return bool(np.isfinite(market.supply) and market.home.any())


def _evaluate(market: Market, setting: Setting, x: np.ndarray) -> tuple[np.ndarray, np.ndarray, Demand, np.ndarray]:
    border = market.border * setting.cost_hat
    if _has_supply(market):
        border = np.where(market.home, market.border * np.exp(x[-1]), border)
    price = border * setting.tau + setting.specific
    for k, quota in enumerate(setting.quotas):
        at = [market.at(name) for name in quota.origins]
        low, high = quota_prices(market, quota, border)
        price[at] = low + x[k] * (high - low)
    bought = demand(
        market.spending, market.home, price / market.price, market.sigma, market.sigma_home, market.upper,
        setting.spending_hat, setting.sector_price_hat,
    )  # fmt: skip
    quantity = market.quantity * bought.quantity
    volume = np.array([sum(quantity[market.at(name)] for name in quota.origins) for quota in setting.quotas])
    return border, price, bought, volume


def _faults(market: Market, setting: Setting, x: np.ndarray) -> np.ndarray:
    """Return what is wrong (unknowns,): rising in each unknown, zero at the solution."""
    number = len(setting.quotas)
    _, _, bought, volume = _evaluate(market, setting, x)
    limit = np.array([quota.volume for quota in setting.quotas])
    premium = x[:number]
    found = premium - np.clip(premium + np.log(volume / limit), 0.0, 1.0) if number else np.zeros(0)
    if not _has_supply(market):
        return found
    h = int(market.home.argmax())
    asked, given = np.log(bought.quantity[h]), market.supply * (x[-1] - np.log(setting.cost_hat[h]))
    return np.append(found, (given - asked) / (1.0 + market.supply))


def _newton(fault: Callable[[np.ndarray], np.ndarray], x: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Semi-smooth Newton steps kept in the box, halved while they do not help."""
    value = fault(x)
    for _ in range(_STEPS):
        size = np.abs(value).max()
        if size <= TOLERANCE:
            break
        slope = np.empty((len(x), len(x)))
        for k in range(len(x)):
            step = 1e-7 if x[k] + 1e-7 <= high[k] else -1e-7
            moved = x.copy()
            moved[k] += step
            slope[:, k] = (fault(moved) - value) / step
        try:
            direction = np.linalg.solve(slope, -value)
        except np.linalg.LinAlgError:
            break
        for halving in range(_HALVES):
            trial = np.clip(x + direction * 0.5**halving, low, high)
            found = fault(trial)
            if np.abs(found).max() < size:
                x, value = trial, found
                break
        else:
            break
    return x


def _bisect_in_turn(
    fault: Callable[[np.ndarray], np.ndarray], x: np.ndarray, low: np.ndarray, high: np.ndarray
) -> np.ndarray:
    """Solve each equation for its own unknown, one after another, until all hold."""
    x = x.copy()
    for _ in range(_SWEEPS):
        for k in range(len(x)):
            a, b = low[k], high[k]
            for _ in range(_HALVES):
                x[k] = 0.5 * (a + b)
                a, b = (x[k], b) if fault(x)[k] < 0 else (a, x[k])
            for end in (low[k], high[k]):  # a premium at its bound is exactly there
                if abs(x[k] - end) < 1e-15 * max(1.0, abs(end)) * 2.0**4:
                    x[k] = end
        if np.abs(fault(x)).max() <= TOLERANCE:
            break
    return x
