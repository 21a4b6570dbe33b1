"""Nested CES demand for a product: home against imports, and origins within imports.

With base shares of spending s (of origins among imports) and S (of home and imports):

    P_M_hat = ( sum_o s_o p_hat_o^(1-sigma) )^(1/(1-sigma))
    P_hat   = ( S_H p_hat_H^(1-sigma_h) + S_M P_M_hat^(1-sigma_h) )^(1/(1-sigma_h))
    Q_hat   = (E_hat / P_hat_j) (P_hat / P_hat_j)^(-upper)
    q_hat_o = Q_hat (P_M_hat / P_hat)^(-sigma_h) (p_hat_o / P_M_hat)^(-sigma)
    q_hat_H = Q_hat (p_hat_H / P_hat)^(-sigma_h)

E_hat and P_hat_j are the sector's spending and price; at upper = 1 the product's spending moves with the sector's.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Demand(NamedTuple):
    """Changes after over before: `quantity` (O,), `imports` the price of imports, `price` of the product, `total` Q."""

    quantity: np.ndarray
    imports: float
    price: float
    total: float


def index_hat(share: np.ndarray, price_hat: np.ndarray, sigma: float) -> float:
    """Return the change of a CES price index; the geometric mean at sigma = 1, and 1 over nothing."""
    if not len(share):
        return 1.0
    if abs(sigma - 1.0) < 1e-9:
        return float(np.exp(np.sum(share * np.log(price_hat))))
    return float(np.sum(share * price_hat ** (1.0 - sigma)) ** (1.0 / (1.0 - sigma)))


def demand(
    spending: np.ndarray,
    home: np.ndarray,
    price_hat: np.ndarray,
    sigma: float,
    sigma_home: float,
    upper: float,
    spending_hat: float = 1.0,
    sector_price_hat: float = 1.0,
) -> Demand:
    """Return what is bought of each origin after prices change.

    Parameters
    ----------
    spending : (O,), base spending at buyers' prices; home : (O,) of bool
    price_hat : (O,), buyers' prices after over before
    sigma, sigma_home, upper : see `Market`
    spending_hat, sector_price_hat : E_hat and P_hat of the sector
    """
    abroad = ~home
    bought = spending[abroad].sum()
    within = spending[abroad] / bought if bought > 0 else spending[abroad]
    imports = index_hat(within, price_hat[abroad], sigma)
    groups = np.append(spending[home], bought) if bought > 0 else spending[home]
    prices = np.append(price_hat[home], imports) if bought > 0 else price_hat[home]
    price = index_hat(groups / groups.sum(), prices, sigma_home)
    total = spending_hat / sector_price_hat * (price / sector_price_hat) ** -upper
    quantity = np.where(
        home,
        total * (price_hat / price) ** -sigma_home,
        total * (imports / price) ** -sigma_home * (price_hat / imports) ** -sigma,
    )
    return Demand(quantity, imports, price, total)
