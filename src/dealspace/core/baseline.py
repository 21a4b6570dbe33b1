"""The base year of an economy as the kernels see it: shares, incomes and balances derived from the data."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Array, Float, Int
from scipy.sparse.csgraph import connected_components

from dealspace.core import runtime  # noqa: F401  (float64 before the first array)
from dealspace.core.relaxation import Relaxation, relaxation

import jax.numpy as jnp  # isort: skip


class Baseline(NamedTuple):
    """An economy in equilibrium before any shock; N regions, J sectors, values in USD million.

    Attributes
    ----------
    sales : (importer, exporter, sector), X0, at basic price, net of duty
    tariff : (importer, exporter, sector), t0, a rate
    gamma_io : (region, input, sector), share of input k in the gross output of sector j
    gamma_va : (region, sector), share of value added in gross output
    theta : (sector,), trade elasticity of the duty-inclusive price
    share : (importer, exporter, sector), pi, duty-inclusive expenditure shares
    output, expenditure, final_share (alpha), value_added : (region, sector)
    revenue, deficit, income : (region,), duty revenue, D, and VA + revenue + D
    bloc : (region,), the trading bloc of each region; regions of different blocs do not trade at all
    relaxation : how far each step of the solver goes
    """

    sales: Float[Array, "N N J"]
    tariff: Float[Array, "N N J"]
    gamma_io: Float[Array, "N J J"]
    gamma_va: Float[Array, "N J"]
    theta: Float[Array, " J"]
    share: Float[Array, "N N J"]
    output: Float[Array, "N J"]
    expenditure: Float[Array, "N J"]
    final_share: Float[Array, "N J"]
    value_added: Float[Array, "N J"]
    revenue: Float[Array, " N"]
    deficit: Float[Array, " N"]
    income: Float[Array, " N"]
    bloc: Int[Array, " N"]
    relaxation: Relaxation


def make_baseline(
    sales: np.ndarray, tariff: np.ndarray, gamma_io: np.ndarray, gamma_va: np.ndarray, theta: np.ndarray
) -> Baseline:
    """Derive what the model needs from the data of the base year (``model.md``, "Baseline").

    Parameters
    ----------
    sales, tariff : (importer, exporter, sector), USD million at basic price, and rates
    gamma_io : (region, input, sector); gamma_va : (region, sector); theta : (sector,)

    The checks are made by `dealspace.world.economy.Economy`; here the arrays are taken as sound.
    """
    spending = sales * (1.0 + tariff)
    expenditure = spending.sum(axis=1)
    output = sales.sum(axis=0)
    share = np.divide(spending, expenditure[:, None, :], out=np.zeros_like(spending), where=expenditure[:, None, :] > 0)
    final = expenditure - np.einsum("nkj,nj->nk", gamma_io, output)
    final = np.where(np.abs(final) <= 1e-12 * expenditure.max(), np.maximum(final, 0.0), final)
    income = final.sum(axis=1)
    value_added = gamma_va * output
    revenue = (tariff * sales).sum(axis=(1, 2))
    _, bloc = connected_components(sales.sum(axis=2) > 0, directed=False)
    final_share = final / income[:, None]
    steps = relaxation(sales, expenditure, share, gamma_io, gamma_va, theta, final_share)
    return Baseline(
        sales=jnp.asarray(sales),
        tariff=jnp.asarray(tariff),
        gamma_io=jnp.asarray(gamma_io),
        gamma_va=jnp.asarray(gamma_va),
        theta=jnp.asarray(theta),
        share=jnp.asarray(share),
        output=jnp.asarray(output),
        expenditure=jnp.asarray(expenditure),
        final_share=jnp.asarray(final_share),
        value_added=jnp.asarray(value_added),
        revenue=jnp.asarray(revenue),
        deficit=jnp.asarray(income - value_added.sum(axis=1) - revenue),
        income=jnp.asarray(income),
        bloc=jnp.asarray(bloc, dtype=jnp.int32),
        relaxation=steps,
    )
