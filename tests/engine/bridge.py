"""The rival's shocks and closures as the engine's kernels take them, without any of the layers between."""

from __future__ import annotations

import numpy as np

import dealspace as ds
from dealspace.core.baseline import Baseline
from dealspace.core.closure import Closure, Mobile, Roy, Specific
from dealspace.core.quotas import Quotas, as_arrays
from dealspace.core.wedges import Wedges, no_change
from dealspace.outcomes.equilibrium import Equilibrium
from dealspace.world.economy import Economy
from rival.stacked import Labour, Line, Shock


def policy(world: Economy, shock: Shock) -> ds.Policy:
    """A policy whose wedges are the shock's, quotas and lines included; its other arrays are those of no change."""
    result = ds.Policy(world, name="everything")
    names = tuple(f"quota {at + 1}" for at in range(len(shock.limits)))
    result.__dict__.update(wedges=wedges(world.baseline, shock), quota_names=names)
    return result


def solve(
    world: Economy, shock: Shock, labour: Labour | None = None, deficits: str = "fixed", tolerance: float = 1e-12
) -> Equilibrium:
    """The engine's equilibrium of the rival's shock."""
    form = closure(labour or Labour(), deficits)
    return ds.solve(
        world,
        policy(world, shock),
        deficits=deficits,
        labour=form.labour,
        labour_supply=form.participation,
        tolerance=tolerance,
    )


def closure(labour: Labour, deficits: str = "fixed") -> Closure:
    """The same closure in the engine's words."""
    form = {"mobile": Mobile(), "roy": Roy(labour.kappa), "specific": Specific(labour.beta)}[labour.kind]
    return Closure(deficits, form, labour.psi)


def wedges(baseline: Baseline, shock: Shock) -> Wedges:
    """The same policy as wedges; cells with lines get their nest's sums, added up here line by line."""
    import jax.numpy as jnp

    tau, price = 1.0 + shock.tariff, (1.0 + shock.tariff) / (1.0 + np.asarray(baseline.tariff))
    for cell in {line.cell for line in shock.lines if line.quota is None}:
        price[cell], tau[cell] = _nest([line for line in shock.lines if line.cell == cell], shock.eta)
    arrays = {
        "price_hat": price, "tau": tau, "trade_cost": shock.trade_cost, "subsidy": shock.subsidy, "rent": shock.rent,
        "rent_to_importer": shock.kept,
    }  # fmt: skip
    plain = no_change(baseline)._replace(**{name: jnp.asarray(values) for name, values in arrays.items()})
    return plain._replace(quotas=quotas(shock)) if shock.limits else plain


def _nest(lines: list[Line], eta: float) -> tuple[float, float]:
    """Price and revenue factors of a cell, by brute force; a quota's lines count as if they were within it."""
    terms = [line.share * (line.tau / line.tau0) ** (1.0 - eta) for line in lines]
    per_tau = sum(term / line.tau for term, line in zip(terms, lines, strict=True)) / sum(terms)
    return sum(terms) ** (1.0 / (1.0 - eta)), 1.0 / per_tau


def quotas(shock: Shock) -> Quotas:
    """The lines under quotas and what the other lines of their cells add up to."""
    under = [line for line in shock.lines if line.quota is not None]
    cells = sorted({line.cell for line in under})
    rest = [[line for line in shock.lines if line.cell == cell and line.quota is None] for cell in cells]
    terms = [[line.share * (line.tau / line.tau0) ** (1.0 - shock.eta) for line in lines] for lines in rest]
    sales = [
        [t / line.tau for t, line in zip(some, lines, strict=True)] for some, lines in zip(terms, rest, strict=True)
    ]
    by_axis = np.array(cells, dtype=int).reshape(-1, 3).T
    return as_arrays(
        Quotas(
            importer=by_axis[0],
            exporter=by_axis[1],
            sector=by_axis[2],
            rest_price=np.array([sum(some) for some in terms], dtype=float),
            rest_sales=np.array([sum(some) for some in sales], dtype=float),
            cell=np.array([cells.index(line.cell) for line in under]),
            quota=np.array([line.quota for line in under]),
            share=np.array([line.share for line in under]),
            tau0=np.array([line.tau0 for line in under]),
            inside=np.array([line.tau for line in under]),
            outside=np.array([line.outside for line in under]),
            barrier=np.ones(len(under)),
            kept=np.array([line.kept for line in under]),
            limit=np.array(shock.limits),
            eta=np.array(shock.eta),
        )
    )  # type: ignore[arg-type]
