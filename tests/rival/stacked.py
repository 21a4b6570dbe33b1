"""Every instrument and closure of the model, as printed and all at once, in plain NumPy.

No nesting, no iteration of prices: logs of factor prices, consumer prices and spending (and the premium of every quota
that binds) are one vector, the model's equations are another, and Newton's method brings the second to zero. Its
Jacobian is taken by complex steps, so nothing is derived by hand. Which quotas are slack, bind or overflow is found
by trying: solve for a guess, look whether it is borne out, change it where it is not.

Axes are (importer n, exporter i, sector j); lines of a product nest are plain records.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rival.model import Base, NoEquilibriumFoundError

Array = NDArray[Any]

TOLERANCE = 1e-13
ACCEPTED = 1e-10  # where rounding stops Newton's method
NEWTON_STEPS = 60
LARGEST_MOVE = 1.0
SMALLEST_FRACTION = 1.0 / 64
COMPLEX_STEP = 1e-30
SLACK, BINDING, OVER = "slack", "binding", "over"


class Labour(NamedTuple):
    """A labour closure: `mobile`, `roy` (kappa) or `specific` (labour's share beta); psi: elasticity of supply."""

    kind: str = "mobile"
    kappa: float = 1.5
    beta: float = 0.6
    psi: float = 0.0


class Line(NamedTuple):
    """Goods of one cell with a duty of their own; under a quota (`quota` not None) `tau` is the factor within it."""

    cell: tuple[int, int, int]
    share: float  # of the cell's base spending
    tau0: float
    tau: float
    quota: int | None = None
    outside: float = 1.0
    kept: float = 1.0


@dataclass(frozen=True)
class Shock:
    """Levels after the change, each (importer, exporter, sector); lines replace the duty of their cells."""

    tariff: Array
    trade_cost: Array
    subsidy: Array
    rent: Array
    kept: Array
    lines: tuple[Line, ...] = ()
    limits: tuple[float, ...] = ()  # of each quota, at base-year basic prices
    eta: float = 2.0

    def fraction(self, base: Base, step: float) -> Shock:
        """A point on the way from the base, for walking there when Newton's method fails at once."""

        def part(before: float, after: float) -> float:
            return before ** (1.0 - step) * after**step

        lines = tuple(
            line._replace(tau=part(line.tau0, line.tau), outside=part(line.tau0, line.outside)) for line in self.lines
        )
        return replace(
            self,
            tariff=(1.0 + base.tariff) ** (1.0 - step) * (1.0 + self.tariff) ** step - 1.0,
            trade_cost=self.trade_cost**step,
            subsidy=1.0 - (1.0 - self.subsidy) ** step,
            rent=self.rent**step,
            lines=lines,
        )


def no_change(base: Base) -> Shock:
    """The wedges of the base."""
    one = np.ones_like(base.tariff)
    return Shock(base.tariff, one, 0.0 * one, one, one)


class Cells(NamedTuple):
    """What each cell's spending becomes; all (importer, exporter, sector)."""

    price: Array  # change of the duty factor that buyers feel
    producer: Array  # basic-price sales per unit of spending
    importer: Array  # duty and kept rent per unit of spending
    exporter: Array  # rents that leave, less subsidies
    duty: Array  # per unit of spending
    rent: Array


@dataclass
class Problem:
    """The equations of one shock with a guess of every quota's regime."""

    base: Base
    shock: Shock
    labour: Labour
    deficits: str = "fixed"
    regimes: tuple[str, ...] = ()
    made: Array = field(init=False)
    bought: Array = field(init=False)
    blocs: list[Array] = field(init=False)

    def __post_init__(self) -> None:
        output = self.base.flows.sum(axis=0)
        self.made = (output > 0) & (self.base.va_share > 0)
        self.bought = self.base.share.sum(axis=1) > 0
        label = self.base.bloc
        self.blocs = [np.flatnonzero(label == each) for each in np.unique(label)]
        self.sector_va = self.base.va_share * output
        self.expenditure = ((1.0 + self.base.tariff) * self.base.flows).sum(axis=1)
        self.lines_at: dict[tuple[int, int, int], list[int]] = {}
        for at, line in enumerate(self.shock.lines):
            self.lines_at.setdefault(line.cell, []).append(at)

    # ------------------------------------------------------------------------------------------ unknowns

    @property
    def sizes(self) -> tuple[int, int, int, int]:
        """How many wages, sectors with a factor of their own, consumer prices (and spendings) and binding premia."""
        sectors = int(self.made.sum()) if self.labour.kind != "mobile" else 0
        binding = sum(regime == BINDING for regime in self.regimes)
        return len(self.base.income), sectors, int(self.bought.sum()), binding

    def start(self) -> Array:
        regions, sectors, bought, binding = self.sizes
        return np.concatenate(
            [np.zeros(regions + sectors + bought), np.log(self.expenditure[self.bought]), np.full(binding, 0.01)]
        )

    def start_from(self, other: Problem, x: Array) -> Array:
        """Begin at another guess's solution; a quota that is now to bind begins at the premium it had there."""
        held = len(x) - other.sizes[3]
        had = other.unpack(x)[4]
        premia = [np.clip(had[k], 0.01, None) for k, regime in enumerate(self.regimes) if regime == BINDING]
        return np.concatenate([x[:held], premia])

    def unpack(self, x: Array) -> tuple[Array, Array, Array, Array, Array]:
        """Mean wages (N,), the sectors' own unknown (N, J), P_hat (N, J), spending (N, J), log premia (K,)."""
        regions, sectors, bought, _ = self.sizes
        wage = np.exp(x[:regions])
        special = np.ones(self.made.shape, dtype=x.dtype)
        special[self.made] = np.exp(x[regions : regions + sectors]) if sectors else 1.0
        at = regions + sectors
        P_hat, E = np.ones(self.bought.shape, dtype=x.dtype), np.zeros(self.bought.shape, dtype=x.dtype)
        P_hat[self.bought] = np.exp(x[at : at + bought])
        E[self.bought] = np.exp(x[at + bought : at + 2 * bought])
        premia = np.zeros(len(self.regimes), dtype=x.dtype)
        free = iter(x[at + 2 * bought :])
        for quota, regime in enumerate(self.regimes):
            premia[quota] = next(free) if regime == BINDING else (self.top(quota) if regime == OVER else 0.0)
        return wage, special, P_hat, E, premia

    def top(self, quota: int) -> float:
        """Largest log premium of a quota."""
        return max(np.log(line.outside / line.tau) for line in self.shock.lines if line.quota == quota)

    # ----------------------------------------------------------------------------------------- equations

    def factor_side(self, wage: Array, special: Array, P_hat: Array) -> dict[str, Array]:
        """Prices of value added, workers, what sectors and regions earn."""
        base, labour = self.base, self.labour
        index = np.prod(np.where(base.alpha > 0, P_hat, 1.0) ** base.alpha, axis=1)
        workers = (wage / index) ** labour.psi
        bill = wage * workers * base.value_added
        if labour.kind == "mobile":
            v = np.broadcast_to(wage[:, None], P_hat.shape)
            return {"v": v, "mean": wage, "workers": workers, "earned": bill}
        if labour.kind == "roy":
            # Galle, Rodriguez-Clare and Yi (2023): workers of Frechet talents choose the sector that pays them best.
            # The unknown is each sector's part of the workers, (w_j / Phi)^kappa; all have the same pay on average.
            v = np.where(self.made, wage[:, None] * special ** (1.0 / labour.kappa), wage[:, None])
            supply = self.sector_va * special * (wage * workers)[:, None]
            return {"v": v, "mean": wage, "workers": workers, "supply": supply, "earned": bill, "bill": bill}
        # Specific: capital stays in its sector and earns (1 - beta) of value added; labour goes where it is paid.
        v = np.where(self.made, wage[:, None] ** labour.beta * special ** (1.0 - labour.beta), wage[:, None])
        capital = self.sector_va * special
        earned = labour.beta * bill + (1.0 - labour.beta) * capital.sum(axis=1)
        return {"v": v, "mean": wage, "workers": workers, "supply": capital, "earned": earned, "bill": bill}

    def cells(self, spending: Array, cost: Array, premia: Array) -> tuple[Cells, Array]:
        """What each cell's spending becomes, and the volume of each quota, at given spending and costs."""
        shock, base = self.shock, self.base
        tau, net, r = 1.0 + shock.tariff, 1.0 - shock.subsidy, shock.rent
        dtype = spending.dtype
        price = (tau / (1.0 + base.tariff)).astype(dtype)
        producer, duty, quota_rent, quota_kept = (np.zeros(price.shape, dtype=dtype) for _ in range(4))
        producer[...] = 1.0 / tau
        duty[...] = shock.tariff / tau
        premium, factor, term, per_cell = self.nest(premia, dtype)
        for cell, members in self.lines_at.items():
            total = sum(term[h] for h in members)
            price[cell] = total ** (1.0 / (1.0 - shock.eta))
            producer[cell] = sum(term[h] / factor[h] for h in members) / total
        base_value = spending / (net * r)  # free of subsidy and rent factors of the whole cell
        quantity = np.zeros(len(shock.lines), dtype=dtype)
        for h, line in enumerate(shock.lines):
            quantity[h] = (
                term[h] / per_cell[line.cell] * base_value[line.cell] / (factor[h] * cost[line.cell[1], line.cell[2]])
            )
        within = self.within(quantity, premium, premia)
        for cell, members in self.lines_at.items():
            duty[cell], quota_rent[cell] = 0.0, 0.0
            for h in members:
                line = shock.lines[h]
                unit = term[h] / per_cell[cell] / factor[h]
                duty[cell] += unit * (within[h] * (line.tau - 1.0) * premium[h] + (1.0 - within[h]) * (factor[h] - 1.0))
                rent = unit * within[h] * (premium[h] - 1.0)
                quota_rent[cell] += rent
                quota_kept[cell] += rent * line.kept
        barrier_rent = (r - 1.0) / r * producer
        subsidised = shock.subsidy / (net * r) * producer
        # What producers and duty get of a unit of spending is divided by the factors paid before; rents of quotas are
        # inside the rent of the whole cell, so that everything adds up to what was spent.
        rents = barrier_rent + quota_rent
        kept = shock.kept * barrier_rent + quota_kept
        volume = np.zeros(len(shock.limits), dtype=dtype)
        for h, line in enumerate(shock.lines):
            if line.quota is not None:
                volume[line.quota] += quantity[h]
        return Cells(price, producer / (net * r), duty + kept, rents - kept - subsidised, duty, rents), volume

    def nest(self, premia: Array, dtype: Any) -> tuple[Array, Array, Array, dict[tuple[int, int, int], Any]]:
        """Premium, gross factor and nest term of each line, and the sum of terms of each cell."""
        count = len(self.shock.lines)
        premium, factor, term = np.ones(count, dtype), np.ones(count, dtype), np.ones(count, dtype)
        sums: dict[tuple[int, int, int], Any] = {}
        for h, line in enumerate(self.shock.lines):
            if line.quota is not None:
                most = np.log(line.outside / line.tau)
                wanted = premia[line.quota]
                # A line whose cap is below its quota's stays there; beyond the quota's own cap the guess is refused.
                capped = wanted.real > most and most < self.top(line.quota)
                premium[h] = np.exp(most if capped else wanted)
            factor[h] = line.tau * premium[h]
            term[h] = line.share * (factor[h] / line.tau0) ** (1.0 - self.shock.eta)
            sums[line.cell] = sums.get(line.cell, 0.0) + term[h]
        return premium, factor, term, sums

    def within(self, quantity: Array, premium: Array, premia: Array) -> Array:
        """Part of each line that comes in within its quota: all of it unless it pays the rate outside."""
        result = np.ones(len(quantity), dtype=quantity.dtype)
        for quota, limit in enumerate(self.shock.limits):
            members = [h for h, line in enumerate(self.shock.lines) if line.quota == quota]
            most = {h: self.shock.lines[h].outside / self.shock.lines[h].tau for h in members}
            over = [h for h in members if most[h] > 1.0 and premium[h].real >= most[h] * (1.0 - 1e-14)]
            beyond = sum(quantity[h] for h in over)
            left = limit - sum(quantity[h] for h in members if h not in over)
            if over and left.real < beyond.real:
                result[over] = left / beyond if left.real > 0 else 0.0
        return result

    def evaluate(self, x: Array) -> dict[str, Array]:
        """Everything the equations speak of, at the unknowns."""
        base, shock = self.base, self.shock
        wage, special, P_hat, E, premia = self.unpack(x)
        factors = self.factor_side(wage, special, P_hat)
        c_hat = factors["v"] ** base.va_share * np.prod(P_hat[:, :, None] ** base.io_share, axis=1)
        _, _, _, sums = self.nest(premia, x.dtype)
        felt = ((1.0 + shock.tariff) / (1.0 + base.tariff)).astype(x.dtype)
        for cell, total in sums.items():
            felt[cell] = total ** (1.0 / (1.0 - shock.eta))
        phi = felt * (1.0 - shock.subsidy) * shock.rent * shock.trade_cost
        pull = base.share * (phi * c_hat[None]) ** -base.theta
        spending = pull * (P_hat**base.theta * E)[:, None]
        cells, volume = self.cells(spending, c_hat, premia)
        flows = spending * cells.producer
        output = flows.sum(axis=0)
        to_importer, to_exporter = (
            (spending * cells.importer).sum(axis=(1, 2)),
            (spending * cells.exporter).sum(axis=(0, 2)),
        )
        deficit = self.deficit(factors["earned"])
        income = factors["earned"] + to_importer + to_exporter + deficit
        demand = base.alpha * income[:, None] + np.einsum("nkj,nj->nk", base.io_share, output)
        return factors | {
            "P_hat": P_hat, "c_hat": c_hat, "pull": pull.sum(axis=1), "E": E, "demand": demand, "flows": flows,
            "spending": spending, "output": output, "income": income, "deficit": deficit, "volume": volume,
            "premia": premia, "special": special,
            "tariff_revenue": (spending * cells.duty).sum(axis=(1, 2)),
            "rents": (spending * (cells.importer - cells.duty)).sum(axis=(1, 2))
            + (spending * cells.exporter + shock.subsidy * flows).sum(axis=(0, 2)),
            "subsidies": (shock.subsidy * flows).sum(axis=(0, 2)),
        }  # fmt: skip

    def deficit(self, earned: Array) -> Array:
        """D' (N,): fixed in units of world value added, or moving with each region's own."""
        if self.deficits == "fixed":
            return self.base.deficit.astype(earned.dtype)
        wanted = self.base.deficit / self.base.value_added * earned
        result = np.empty_like(wanted)
        for members in self.blocs:
            result[members] = wanted[members] - earned[members] / earned[members].sum() * wanted[members].sum()
        return result

    def faults(self, x: Array) -> Array:
        """The model's equations: factor markets (one a bloc gives way to the numeraire), prices, spending, quotas."""
        found = self.evaluate(x)
        base, kind = self.base, self.labour.kind
        value_added = base.va_share * found["output"]
        own = value_added if kind == "mobile" else found["supply"]
        markets = np.log(own.sum(axis=1) / found.get("bill", found["earned"]))
        for members in self.blocs:
            markets[members[0]] = np.log(found["earned"][members].sum() / base.value_added[members].sum())
        parts = [markets]
        if kind != "mobile":
            parts.append(np.log(value_added[self.made] / found["supply"][self.made]))
        prices = np.log(found["pull"][self.bought]) + (base.theta * np.log(found["P_hat"]))[self.bought]
        parts += [prices, np.log(found["demand"][self.bought] / found["E"][self.bought])]
        parts.append(
            np.array(
                [np.log(found["volume"][k] / self.shock.limits[k]) for k, r in enumerate(self.regimes) if r == BINDING]
            )
        )
        return np.concatenate(parts)


# ---------------------------------------------------------------------------------------- Newton's method


def complex_step(function: Callable[[Array], Array], x: Array) -> Array:
    """Jacobian of an analytic function: the imaginary part of its value a tiny imaginary step away."""
    columns = []
    for at in range(len(x)):
        there = x.astype(complex)
        there[at] += 1j * COMPLEX_STEP
        columns.append(function(there).imag / COMPLEX_STEP)
    return np.stack(columns, axis=1)


def newton(problem: Problem, x: Array) -> Array:
    """Newton's method with a line search; the Jacobian is kept while it still serves."""
    with np.errstate(all="ignore"):
        fault = problem.faults(x)
        size, jacobian, fresh = _size(fault), None, False
        for _ in range(NEWTON_STEPS):
            if size <= TOLERANCE:
                return x
            if jacobian is None:
                jacobian, fresh = complex_step(problem.faults, x), True
            move = np.linalg.solve(jacobian, -fault)
            move *= min(1.0, LARGEST_MOVE / max(np.abs(move).max(), 1e-300))
            for damping in 0.5 ** np.arange(10):
                trial = x + damping * move
                new = problem.faults(trial)
                if _size(new) < size:
                    break
            else:
                if size <= ACCEPTED and fresh:
                    return x
                if fresh:
                    raise NoEquilibriumFoundError(f"stalled at a fault of {size:.1e}")
                jacobian = None
                continue
            if _size(new) > 0.1 * size or damping < 1.0:
                jacobian = None
            x, fault, size, fresh = trial, new, _size(new), False
    if size <= ACCEPTED:
        return x
    raise NoEquilibriumFoundError(f"a fault of {size:.1e} after {NEWTON_STEPS} steps")


def _size(fault: Array) -> float:
    size = float(np.abs(fault).max())
    return size if np.isfinite(size) else np.inf


def _walk(make: Callable[[float], Problem], near: tuple[Problem, Array] | None) -> tuple[Problem, Array]:
    """Solve from a solution nearby, at once or, failing that, along the shock in steps that halve."""
    whole = make(1.0)
    if near is not None:
        try:
            return whole, newton(whole, whole.start_from(*near))
        except (NoEquilibriumFoundError, np.linalg.LinAlgError):
            near = None
    x, reached, step = whole.start(), 0.0, 1.0
    while True:
        goal = min(1.0, reached + step)
        problem = make(goal)
        try:
            x, reached = newton(problem, x), goal
        except (NoEquilibriumFoundError, np.linalg.LinAlgError):
            step /= 2.0
            if step < SMALLEST_FRACTION:
                raise NoEquilibriumFoundError("no way from the base to the shock") from None
        if reached == 1.0:
            return problem, x


def solve(base: Base, shock: Shock, labour: Labour = Labour(), deficits: str = "fixed") -> dict[str, Any]:  # noqa: B008
    """Outcomes of a shock; every quota's regime is found by trying."""
    count = len(shock.limits)
    guess, tried, found = (SLACK,) * count, set(), None
    while guess not in tried:
        tried.add(guess)
        found = _at(base, shock, labour, deficits, guess, found)
        if found is None:
            break
        better = _revised(found[0], found[1])
        if better == guess:
            return _outcomes(*found)
        guess = better
    for regimes in product((BINDING, OVER, SLACK), repeat=count):
        found = None if regimes in tried else _at(base, shock, labour, deficits, regimes)
        if found is not None and _revised(*found) == regimes:
            return _outcomes(*found)
    raise NoEquilibriumFoundError("no combination of slack, binding and overflowing quotas is borne out")


def _at(
    base: Base,
    shock: Shock,
    labour: Labour,
    deficits: str,
    regimes: tuple[str, ...],
    near: tuple[Problem, Array] | None = None,
) -> tuple[Problem, Array] | None:
    def make(step: float) -> Problem:
        return Problem(base, shock if step == 1.0 else shock.fraction(base, step), labour, deficits, regimes)

    try:
        return _walk(make, near)
    except NoEquilibriumFoundError:
        return None


def _revised(problem: Problem, x: Array) -> tuple[str, ...]:
    """The regimes that a solution suggests; its own where each is borne out."""
    found = problem.evaluate(x)
    regimes = []
    for quota, regime in enumerate(problem.regimes):
        room = found["volume"][quota] / problem.shock.limits[quota] - 1.0
        premium, top = found["premia"][quota], problem.top(quota)
        if regime == SLACK:
            regimes.append(BINDING if room > 1e-10 and top > 0 else SLACK)
        elif regime == OVER:
            regimes.append(BINDING if room < -1e-10 else OVER)
        else:
            regimes.append(SLACK if premium < -1e-10 else OVER if premium > top + 1e-10 else BINDING)
    return tuple(regimes)


def _outcomes(problem: Problem, x: Array) -> dict[str, Any]:
    """What is compared with the engine."""
    found, base = problem.evaluate(x), problem.base
    index = np.exp((base.alpha * np.log(found["P_hat"])).sum(axis=1))
    before = problem.sector_va
    value_added = base.va_share * found["output"]
    grown = np.divide(value_added, before, out=np.ones_like(before), where=before > 0)
    income_hat = found["income"] / base.income
    psi = problem.labour.psi
    return found | {
        "regimes": problem.regimes,
        "w_hat": found["mean"],
        "income_hat": income_hat,
        "price_index": index,
        "real_income": income_hat / index,
        "real_wage": found["mean"] / index,
        "employment": grown / found["mean"][:, None],
        "labour_hat": found["workers"],
        "work_cost": _labour_income(problem) * psi / (1.0 + psi) * (found["workers"] * found["mean"] / index - 1.0),
        "residual": _size(problem.faults(x)),
    }


def _labour_income(problem: Problem) -> Array:
    """Base-year pay of labour: all of value added unless capital is apart."""
    part = problem.labour.beta if problem.labour.kind == "specific" else 1.0
    return part * problem.base.value_added
