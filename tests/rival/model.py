"""An independent solver of the same equations, in plain NumPy, to check the engine against.

Written from the equations of Caliendo and Parro (2015) in changes and from nothing else. It nests what the
engine does jointly: for given wages, prices come from their contraction, expenditure from one linear system;
wages are found by Newton's method with the exact Jacobian of the excess demand for labour.

Axes are (importer n, exporter i, sector j) throughout; input-output shares are (region, input, using sector).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lu_factor, lu_solve
from scipy.sparse.csgraph import connected_components

Array = NDArray[np.float64]

TOLERANCE = 1e-12
MAX_NEWTON_STEPS = 60
MAX_LOG_WAGE_STEP = 1.0
WIDEST_LOG_WAGE = 12.0  # a wage further from its base is on its way to zero: gaps vanish there without a root
SMALLEST_HOMOTOPY_STEP = 1.0 / 64


class NoEquilibriumFoundError(RuntimeError):
    """Newton's method stalled, even when it was led along the shock in small steps."""


@dataclass(frozen=True)
class Base:
    """A calibrated world: what the equations in changes need to know of the base year."""

    share: Array  # pi (N, I, J): of expenditure, duty included
    tariff: Array  # t0 (N, I, J)
    io_share: Array  # gamma_io (N, K, J)
    va_share: Array  # gamma_va (N, J)
    theta: Array  # (J,)
    alpha: Array  # (N, J): of final demand
    value_added: Array  # (N,)
    income: Array  # (N,)
    deficit: Array  # (N,)
    flows: Array  # (N, I, J): sales net of duty

    @property
    def bloc(self) -> NDArray[np.int32]:
        """Label (N,) of each region's bloc: regions that trade, directly or through others."""
        return connected_components(self.flows.sum(axis=2) > 0, directed=False)[1]


@dataclass(frozen=True)
class Shock:
    """Levels after the change; a subsidy of zero and a rent factor of one are those of the base."""

    tariff: Array
    trade_cost: Array
    subsidy: Array
    rent: Array

    @property
    def producer_share(self) -> Array:
        """What one unit of the buyer's spending leaves for the producer."""
        return 1.0 / ((1.0 + self.tariff) * (1.0 - self.subsidy) * self.rent)

    @property
    def treasury_share(self) -> Array:
        """Duty and rents that the importer collects for each unit the producer receives."""
        return (1.0 - self.subsidy) * (self.tariff * self.rent + self.rent - 1.0)

    def price_factor(self, base: Base) -> Array:
        return self.trade_cost * (1.0 + self.tariff) / (1.0 + base.tariff) * (1.0 - self.subsidy) * self.rent

    def fraction(self, base: Base, step: float) -> Shock:
        """The point at `step` of the way from the base to this shock."""
        return Shock(
            (1.0 + base.tariff) * ((1.0 + self.tariff) / (1.0 + base.tariff)) ** step - 1.0,
            self.trade_cost**step,
            self.subsidy * step,
            self.rent**step,
        )


class State(NamedTuple):
    """Everything the equations say once wages are given."""

    P_hat: Array
    c_hat: Array
    share: Array
    expenditure: Array
    flows: Array
    output: Array
    deficit: Array
    income: Array


def calibrate(flows: Array, tariff: Array, io_share: Array, va_share: Array, theta: Array) -> Base:
    """Base implied by the data; negative final demand is put to zero and the rest scaled back to one."""
    spending = (1.0 + tariff) * flows
    expenditure = spending.sum(axis=1)
    output = flows.sum(axis=0)
    final = expenditure - np.einsum("njk,nk->nj", io_share, output)
    final = np.where(np.abs(final) < 1e-13 * expenditure, 0.0, final)
    value_added = (va_share * output).sum(axis=1)
    deficit = flows.sum(axis=(1, 2)) - flows.sum(axis=(0, 2))
    income = value_added + (tariff * flows).sum(axis=(1, 2)) + deficit
    demand = np.maximum(final, 0.0)
    return Base(
        share=np.divide(spending, expenditure[:, None], out=np.zeros_like(spending), where=expenditure[:, None] > 0),
        tariff=tariff,
        io_share=io_share,
        va_share=va_share,
        theta=theta,
        alpha=demand / demand.sum(axis=1, keepdims=True),
        value_added=value_added,
        income=income,
        deficit=deficit,
        flows=flows,
    )


def rebase(base: Base, deficits: str = "fixed") -> Base:
    """The same world without a shock, solved again: consistent after a repair, or with `balanced` trade."""
    target = base
    if deficits == "balanced":
        trade = base.flows.sum(axis=2) > 0
        if len(_blocs(base)) < connected_components(trade, connection="strong")[0]:
            raise NoEquilibriumFoundError("a region that only buys, or only sells, abroad cannot balance")
        target = replace(base, deficit=np.zeros_like(base.deficit))
    w_hat, state = _solve_wages(target, no_shock(base), "fixed")
    return replace(
        target,
        share=state.share,
        value_added=w_hat * base.value_added,
        income=state.income,
        flows=state.flows,
    )


def no_shock(base: Base) -> Shock:
    one = np.ones_like(base.tariff)
    return Shock(base.tariff, one, 0.0 * one, one)


def rival_solve(
    flows: Array,
    tariff: Array,
    io_share: Array,
    va_share: Array,
    theta: Array,
    new_tariff: Array | None = None,
    trade_cost: Array | None = None,
    deficits: str = "fixed",
    subsidy: Array | None = None,
    rent: Array | None = None,
) -> dict[str, Any]:
    """Solve a shock from data; every hat compares it with the base under the same closure."""
    data = [np.asarray(values, dtype=float) for values in (flows, tariff, io_share, va_share, theta)]
    base = calibrate(*data)
    if deficits == "balanced":
        base = rebase(base, "balanced")
    still = no_shock(base)
    shock = Shock(
        still.tariff if new_tariff is None else new_tariff,
        still.trade_cost if trade_cost is None else trade_cost,
        still.subsidy if subsidy is None else subsidy,
        still.rent if rent is None else rent,
    )
    return solve(base, shock, "fixed" if deficits == "balanced" else deficits)


def solve(base: Base, shock: Shock, deficits: str) -> dict[str, Any]:
    """Outcomes of a shock on a base; `deficits` is "fixed" (in world value added) or "proportional"."""
    w_hat, state = _solve_wages(base, shock, deficits)
    income_hat = state.income / base.income
    price_index = np.exp((base.alpha * np.log(state.P_hat)).sum(axis=1))
    paid = (1.0 - shock.subsidy) * shock.rent * state.flows
    return {
        "w_hat": w_hat,
        "P_hat": state.P_hat,
        "c_hat": state.c_hat,
        "share": state.share,
        "flows": state.flows,
        "output": state.output,
        "expenditure": state.expenditure,
        "income": state.income,
        "income_hat": income_hat,
        "price_index": price_index,
        "real_income": income_hat / price_index,
        "real_wage": w_hat / price_index,
        "deficit": state.deficit,
        "tariff_revenue": (shock.tariff * paid).sum(axis=(1, 2)),
        "rents": ((1.0 - shock.subsidy) * (shock.rent - 1.0) * state.flows).sum(axis=(1, 2)),
        "subsidies": (shock.subsidy * state.flows).sum(axis=(0, 2)),
        "residual": np.abs(excess_demand(base, w_hat, state)).max(),
    }


# ---------------------------------------------------------------------------------------- wages


def _solve_wages(base: Base, shock: Shock, deficits: str) -> tuple[Array, State]:
    """Newton from the base; where that stalls, lead it along the shock in steps that halve on failure."""
    log_w, reached, step = np.zeros(len(base.income)), 0.0, 1.0
    while reached < 1.0:
        goal = min(1.0, reached + step)
        try:
            solved = _newton(base, shock.fraction(base, goal) if goal < 1.0 else shock, deficits, log_w)
        except NoEquilibriumFoundError:
            step /= 2.0
            if step < SMALLEST_HOMOTOPY_STEP:
                raise
        else:
            log_w, reached = solved, goal
    return np.exp(log_w), evaluate(base, shock, deficits, np.exp(log_w))


def _newton(base: Base, shock: Shock, deficits: str, log_w: Array) -> Array:
    state, size = _state_and_gap(base, shock, deficits, log_w)
    for _ in range(MAX_NEWTON_STEPS):
        step = np.linalg.solve(
            jacobian(base, shock, deficits, np.exp(log_w), state),
            -excess_demand(base, np.exp(log_w), state),
        )
        step *= min(1.0, MAX_LOG_WAGE_STEP / max(np.abs(step).max(), 1e-300))
        if size < TOLERANCE and np.abs(log_w).max() <= WIDEST_LOG_WAGE:
            # One step more: Newton is quadratic here, so the error falls to rounding.
            polished = log_w + step
            better = _state_and_gap(base, shock, deficits, polished)[1] < size
            return polished if better else log_w
        if np.abs(log_w).max() > WIDEST_LOG_WAGE:
            break
        for damping in 0.5 ** np.arange(12):
            trial = log_w + damping * step
            new_state, new_size = _state_and_gap(base, shock, deficits, trial)
            if new_size < size:
                break
        else:
            raise NoEquilibriumFoundError(f"stalled at a residual of {size:.1e}")
        log_w, state, size = trial, new_state, new_size
    raise NoEquilibriumFoundError(f"residual of {size:.1e}, wages out of range or steps used up")


def _state_and_gap(base: Base, shock: Shock, deficits: str, log_w: Array) -> tuple[State, float]:
    state = evaluate(base, shock, deficits, np.exp(log_w))
    gap = np.abs(excess_demand(base, np.exp(log_w), state)).max()
    return state, gap if np.isfinite(gap) and (state.income > 0).all() else np.inf


def excess_demand(base: Base, w_hat: Array, state: State) -> Array:
    """Gap (N,) of each labour market, relative to its wage bill; one per bloc is the numeraire's."""
    wage_bill = w_hat * base.value_added
    gap = (base.va_share * state.output).sum(axis=1) / wage_bill - 1.0
    for members in _blocs(base):
        gap[members[0]] = wage_bill[members].sum() / base.value_added[members].sum() - 1.0
    return gap


def _blocs(base: Base) -> list[NDArray[np.intp]]:
    bloc = base.bloc
    return [np.flatnonzero(bloc == label) for label in np.unique(bloc)]


# -------------------------------------------------------------------- given wages: one model period


def evaluate(base: Base, shock: Shock, deficits: str, w_hat: Array) -> State:
    """Prices, shares, spending and sales at given wages."""
    P_hat, c_hat = prices(base, shock, w_hat)
    share = base.share * (shock.price_factor(base) * c_hat[None] / P_hat[:, None]) ** -base.theta
    deficit = transfers(base, deficits, w_hat)
    spending = base.alpha * (w_hat * base.value_added + deficit)[:, None]
    expenditure = np.linalg.solve(_spending_system(base, shock, share), spending.ravel()).reshape(spending.shape)
    flows = share * shock.producer_share * expenditure[:, None]
    treasury = (shock.treasury_share * flows).sum(axis=(1, 2)) - (shock.subsidy * flows).sum(axis=(0, 2))
    return State(
        P_hat,
        c_hat,
        share,
        expenditure,
        flows,
        flows.sum(axis=0),
        deficit,
        w_hat * base.value_added + treasury + deficit,
    )


def prices(base: Base, shock: Shock, w_hat: Array) -> tuple[Array, Array]:
    """Sector prices (N, J) and unit costs (I, J) by iterating on the two definitions, a contraction."""
    weight = base.share * shock.price_factor(base) ** -base.theta
    traded = weight.sum(axis=1) > 0
    log_labour = base.va_share * np.log(w_hat)[:, None]
    log_P = np.zeros_like(base.alpha)
    for _ in range(2_000):
        log_c = log_labour + np.einsum("ikj,ik->ij", base.io_share, log_P)
        total = np.einsum("nij,ij->nj", weight, np.exp(-base.theta * log_c))
        new = np.where(traded, -np.log(np.where(traded, total, 1.0)) / base.theta, 0.0)
        change = np.abs(new - log_P).max()
        log_P = new
        if change <= 1e-15 * (1.0 + np.abs(log_P).max()):
            break
    return np.exp(log_P), np.exp(log_c)


def transfers(base: Base, deficits: str, w_hat: Array) -> Array:
    """D' (N,): as in the base, in units of world value added; or in proportion to each region's own."""
    if deficits == "fixed":
        return base.deficit
    if deficits != "proportional":
        raise ValueError(deficits)
    wage_bill = w_hat * base.value_added
    wanted = base.deficit / base.value_added * wage_bill
    result = np.empty_like(wanted)
    for members in _blocs(base):
        part = wage_bill[members] / wage_bill[members].sum()
        result[members] = wanted[members] - part * wanted[members].sum()
    return result


def _spending_system(base: Base, shock: Shock, share: Array) -> Array:
    """Matrix of (I - M) E' = alpha (w VA + D'), where M is the spending that spending gives rise to."""
    regions, sectors = base.alpha.shape
    sales = share * shock.producer_share
    further = np.einsum("njk,mnk->njmk", base.io_share, sales)
    further -= np.einsum("nj,mnk->njmk", base.alpha, shock.subsidy * sales)
    collected = (shock.treasury_share * sales).sum(axis=1)
    diagonal = np.arange(regions)
    further[diagonal, :, diagonal, :] += base.alpha[:, :, None] * collected[:, None, :]
    return np.eye(regions * sectors) - further.reshape(regions * sectors, regions * sectors)


def jacobian(base: Base, shock: Shock, deficits: str, w_hat: Array, state: State) -> Array:
    """Derivative (N, N) of `excess_demand` in log wages, by differentiating the nest from the inside out."""
    regions, sectors = base.alpha.shape
    cells = regions * sectors
    # Prices: dlog P = pi' dlog c and dlog c = gamma_va dlog w + gamma_io dlog P.
    links = np.einsum("nij,ikj->njik", state.share, base.io_share).reshape(cells, cells)
    labour = np.einsum("nij,ij->nji", state.share, base.va_share).reshape(cells, regions)
    dP = np.linalg.solve(np.eye(cells) - links, labour).reshape(regions, sectors, regions)
    dc = np.einsum("ikj,ikw->ijw", base.io_share, dP)
    dc[np.arange(regions), :, np.arange(regions)] += base.va_share
    # Sales at unchanged expenditure: dX = -theta X (dlog c - dlog P).
    dX = -(base.theta * state.flows)[..., None] * (dc[None] - dP[:, None])
    dY = dX.sum(axis=0)
    d_treasury = np.einsum("nij,nijw->nw", shock.treasury_share, dX)
    d_treasury -= np.einsum("nij,nijw->iw", shock.subsidy, dX)
    d_deficit = _transfer_slopes(base, deficits, w_hat)
    d_income = np.diag(w_hat * base.value_added) + d_deficit + d_treasury
    right = base.alpha[:, :, None] * d_income[:, None] + np.einsum("njk,nkw->njw", base.io_share, dY)
    factor = lu_factor(_spending_system(base, shock, state.share))
    dE = lu_solve(factor, right.reshape(cells, regions)).reshape(regions, sectors, regions)
    dY += np.einsum("nij,njw->ijw", state.share * shock.producer_share, dE)
    wage_bill = w_hat * base.value_added
    value_added = (base.va_share * state.output).sum(axis=1)
    slope = np.einsum("ij,ijw->iw", base.va_share, dY) / wage_bill[:, None] - np.diag(value_added / wage_bill)
    for members in _blocs(base):
        slope[members[0]] = 0.0
        slope[members[0], members] = wage_bill[members] / base.value_added[members].sum()
    return slope


def _transfer_slopes(base: Base, deficits: str, w_hat: Array) -> Array:
    regions = len(w_hat)
    if deficits == "fixed":
        return np.zeros((regions, regions))
    wage_bill = w_hat * base.value_added
    wanted = base.deficit / base.value_added * wage_bill
    slope = np.diag(wanted)
    for members in _blocs(base):
        inside = np.ix_(members, members)
        total = wage_bill[members].sum()
        part = wage_bill[members] / total
        slope[inside] -= np.outer(part, wanted[members])
        slope[inside] -= (np.diag(part) - np.outer(part, part)) * wanted[members].sum()
    return slope
