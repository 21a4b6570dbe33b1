"""What an instrument does to prices, on plain numbers: no sheet, no economy. Rates and shares are fractions.

Ad valorem equivalents of specific duties and gate prices are those of `dealspace.termsheet.staging`; taxes on
services, subsidies and commitments are linear and live in `dealspace.instruments.levies`.
"""

from __future__ import annotations


def barrier_factors(base: float, reduction: float, rent_share: float = 0.0) -> tuple[float, float]:
    """Return the wasteful and the rent factor of a barrier after points of it are removed: d_hat and r_hat.

    With ad valorem equivalent b the barrier is (1 + b), of which (1 + b)^rho is a rent:
    d_hat = ((1 + b0 - x) / (1 + b0))^(1 - rho), r_hat = the same to the power rho. Rents of the base year are in
    the base incomes, so only their change counts.

    Examples
    --------
    >>> [round(factor, 6) for factor in barrier_factors(0.20, 0.10)]  # 1.1 / 1.2
    [0.916667, 1.0]
    """
    change = (1.0 + base - reduction) / (1.0 + base)
    return change ** (1.0 - rent_share), change**rent_share
