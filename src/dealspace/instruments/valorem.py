"""What an instrument does to prices, on plain numbers: no sheet, no economy. Rates and shares are fractions.

Ad valorem equivalents of specific duties and gate prices are those of `dealspace.termsheet.staging`.
"""

from __future__ import annotations


def services_tax_factor(rate: float, taxed: float = 1.0) -> float:
    """Return the gross factor 1 / (1 - q m) of a tax q on a share m of receipts.

    The tax is due on what the buyer pays, so the seller keeps 1 - q m of it.

    Examples
    --------
    >>> services_tax_factor(0.03, 0.5) == 1 / 0.985
    True
    """
    return 1.0 / (1.0 - rate * taxed)


def barrier_factors(base: float, reduction: float, rent_share: float = 0.0) -> tuple[float, float]:
    """Return the wasteful and the rent factor of a barrier after points of it are removed: d_hat and r_hat.

    With ad valorem equivalent b the barrier is (1 + b), of which (1 + b)^rho is a rent:
    d_hat = ((1 + b0 - x) / (1 + b0))^(1 - rho), r_hat = the same to the power rho. Rents of the base year are in
    the base incomes, so only their change counts.
    """
    change = (1.0 + base - reduction) / (1.0 + base)
    return change ** (1.0 - rent_share), change**rent_share
