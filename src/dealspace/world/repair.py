"""Make an economy with negative final demand consistent, the way of Caliendo and Parro (2015).

Negative final-demand shares are set to zero and the rest renormalised; quantities are then re-solved with
endowments, technology and the trade balances (in units of world value added) unchanged. The result is a base
on which "no shock" returns ones.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from dealspace.errors import EconomyError

_TOLERANCE = 1e-13
_ITERATIONS = 5000
_WAGE_STEP = 0.3


class Accounts(NamedTuple):
    """Identities of an economy, all in its own money.

    output, expenditure, use, final_demand, value_added_by_sector : (region, sector)
    value_added, income, revenue, deficit : (region,)
    """

    output: np.ndarray
    expenditure: np.ndarray
    use: np.ndarray
    final_demand: np.ndarray
    value_added_by_sector: np.ndarray
    value_added: np.ndarray
    income: np.ndarray
    revenue: np.ndarray
    deficit: np.ndarray


def accounts(flows: np.ndarray, tariff: np.ndarray, io_share: np.ndarray, va_share: np.ndarray) -> Accounts:
    """Derive the accounts from sales (importer, exporter, sector) at basic price net of duty."""
    output = flows.sum(axis=0)
    expenditure = (flows * (1 + tariff)).sum(axis=1)
    use = np.einsum("nkj,nj->nk", io_share, output)
    final_demand = expenditure - use
    value_added_by_sector = va_share * output
    value_added = value_added_by_sector.sum(axis=1)
    revenue = (flows * tariff).sum(axis=(1, 2))
    income = final_demand.sum(axis=1)
    deficit = income - value_added - revenue
    return Accounts(
        output, expenditure, use, final_demand, value_added_by_sector, value_added, income, revenue, deficit
    )


def resolve_flows(
    flows: np.ndarray,
    tariff: np.ndarray,
    io_share: np.ndarray,
    va_share: np.ndarray,
    theta: np.ndarray,
    alpha: np.ndarray,
) -> np.ndarray:
    """Sales (importer, exporter, sector) after final-demand shares move to `alpha` (region, sector).

    Value added endowments and balances stay; wages, prices and quantities follow. Raises EconomyError
    when no consistent base is found.
    """
    base = accounts(flows, tariff, io_share, va_share)
    safe = np.where(base.expenditure > 0, base.expenditure, 1.0)[:, None, :]
    share = flows * (1 + tariff) / safe
    log_w = np.zeros(flows.shape[0])
    log_P = np.zeros_like(base.expenditure)
    spend, miss = base.expenditure.copy(), np.inf
    for _ in range(_ITERATIONS):
        log_c = va_share * log_w[:, None] + np.einsum("nk,nkj->nj", log_P, io_share)
        weight = share * np.exp(-theta * np.clip(log_c, -30, 30))[None, :, :]
        total = weight.sum(axis=1)
        log_P_new = -np.log(np.where(total > 0, total, 1.0)) / theta
        sales = weight / np.where(total > 0, total, 1.0)[:, None, :] * spend[:, None, :] / (1 + tariff)
        output = sales.sum(axis=0)
        earned = np.exp(log_w) * base.value_added
        income = earned + (sales * tariff).sum(axis=(1, 2)) + base.deficit
        spend_new = alpha * income[:, None] + np.einsum("nkj,nj->nk", io_share, output)
        gap = np.log((va_share * output).sum(axis=1) / earned)
        miss = max(
            np.abs(gap).max(),
            np.abs(log_P_new - log_P).max(),
            np.abs(spend_new - spend).max() / base.income.max(),
        )
        log_P, spend = log_P_new, spend_new
        log_w = log_w + _WAGE_STEP * np.clip(gap, -0.5, 0.5)
        log_w = log_w - np.log((np.exp(log_w) * base.value_added).sum() / base.value_added.sum())
        if miss < _TOLERANCE:
            return sales
    raise EconomyError(
        "final demand is negative and no consistent base was found after setting it to zero "
        f"(last change {miss:.1e}); check io_share, va_share and the trade balances"
    )


def negative_final_demand(books: Accounts) -> np.ndarray:
    """True where final demand (region, sector) is negative beyond rounding."""
    scale = np.maximum(books.expenditure, 1e-12 * books.income[:, None])
    return books.final_demand < -1e-11 * np.maximum(scale, books.use)
