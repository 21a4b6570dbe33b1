"""The outcomes of a solved policy as labelled arrays, by region, by sector and by pair."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from dealspace.core.closure import Closure, Specific
from dealspace.core.equilibrium import State
from dealspace.core.solution import Solution
from dealspace.core.solve import Status
from dealspace.errors import DealspaceError, NotConvergedError
from dealspace.instruments.policy import Policy
from dealspace.outcomes import labels
from dealspace.outcomes.effective import wedges_on
from dealspace.outcomes.horizon import Horizon, in_words
from dealspace.world.economy import Economy

if TYPE_CHECKING:
    import xarray as xr

    from dealspace.core.wedges import Wedges

NOT_WELFARE = "not welfare: labour supply is elastic and the cost of work is not taken off; see equivalent_variation"
NET_OF_WORK = "the cost of work is taken off"


@dataclass(frozen=True, eq=False, repr=False)
class Reading:
    """What is read off an equilibrium directly; `dealspace.outcomes.equilibrium.Equilibrium` says the rest."""

    world: Economy
    policy: Policy
    closure: Closure
    status: Status
    state: State
    found: Solution | None
    horizon: Horizon | None = None

    @property
    def converged(self) -> bool:
        """Whether there are numbers."""
        return self.status.converged

    @property
    def reason(self) -> str:
        """Why there are none; empty when converged."""
        return self.status.reason

    @property
    def residual(self) -> float:
        """Largest scaled fault of any equation."""
        return self.status.residual

    @cached_property
    def solution(self) -> Solution:
        """The unlabelled arrays of the core."""
        if self.found is None:
            raise NotConvergedError(f"{self.policy.name}: {self.status.reason}")
        return self.found

    @property
    def closing(self) -> str:
        """The closure in words; every array carries it."""
        return in_words(self.closure, self.horizon)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the compiler had to decide about the policy, in sentences."""
        return self.policy.notes

    @cached_property
    def wedges(self) -> Wedges:
        """The policy's wedges as they were solved; limits of quotas move with the trade of a balanced base."""
        return wedges_on(self.policy, self.world)

    # -- by region ------------------------------------------------------------------------------------------

    @cached_property
    def real_income(self) -> xr.DataArray:
        """I_hat / P_hat (region,): what spending buys, after over before; not welfare when labour supply is elastic."""
        note = {"note": NOT_WELFARE} if self.closure.participation else {}
        return self._by_region(self.solution.real_income_hat, "real income", labels.RATIO, **note)

    @cached_property
    def real_wage(self) -> xr.DataArray:
        """W_hat / P_hat (region,): what the mean wage of a worker buys."""
        s = self.solution
        return self._by_region(s.w_hat / s.price_index_hat, "real wage", labels.RATIO)

    @cached_property
    def wage(self) -> xr.DataArray:
        """W_hat (region,), the mean wage of a worker, at the numeraire."""
        return self._by_region(self.solution.w_hat, "wage at the numeraire", labels.RATIO)

    @cached_property
    def labour_supply(self) -> xr.DataArray:
        """L_hat (region,): workers after over before, (W_hat / P_hat)^psi; 1 when supply is fixed."""
        return self._by_region(self.solution.labour_hat, "labour supply", labels.RATIO)

    @cached_property
    def work_cost(self) -> xr.DataArray:
        """What the change of work costs those who do it (region,), USD million a year at base prices."""
        return self._by_region(self.solution.work_cost, "cost of work", labels.USD)

    @cached_property
    def price_index(self) -> xr.DataArray:
        """P_hat of final consumption (region,), at the numeraire; `consumer_price` is what people feel."""
        return self._by_region(self.solution.price_index_hat, "price index at the numeraire", labels.RATIO)

    @cached_property
    def consumer_price(self) -> xr.DataArray:
        """P_hat / w_hat (region,): consumer prices relative to the home wage."""
        s = self.solution
        return self._by_region(s.price_index_hat / s.w_hat, "consumer prices over the home wage", labels.RATIO)

    @cached_property
    def income(self) -> xr.DataArray:
        """Final spending I' (region,): value added, duty, rents, less subsidies, plus the deficit."""
        return self._by_region(self.solution.income, "income", labels.USD)

    @cached_property
    def equivalent_variation(self) -> xr.DataArray:
        """I (I_hat / P_hat - 1) less the cost of work (region,), USD million a year at the size of the base year."""
        gain = self.world.income * (np.asarray(self.solution.real_income_hat) - 1.0)
        note = {"note": NET_OF_WORK} if self.closure.participation else {}
        net = gain - np.asarray(self.solution.work_cost)
        return self._by_region(net, "equivalent variation", labels.USD, **note)

    @cached_property
    def welfare(self) -> xr.DataArray:
        """1 + equivalent variation over base income (region,); real income when labour supply is fixed."""
        return self._by_region(1.0 + self.equivalent_variation / self.world.income, "welfare", labels.RATIO)

    @cached_property
    def tariff_revenue(self) -> xr.DataArray:
        """Duty and services tax collected (region,)."""
        return self._by_region(self.solution.tariff_revenue, "tariff revenue", labels.USD)

    @cached_property
    def services_tax(self) -> xr.DataArray:
        """Part of `tariff_revenue` that taxes on services bring (region,)."""
        taxed = self.policy.services_tax / (1.0 + self.policy.tariff) * np.asarray(self.solution.spending)
        return self._by_region(taxed.sum(axis=(1, 2)), "services tax", labels.USD)

    @cached_property
    def rents(self) -> xr.DataArray:
        """Scarcity rents received, of barriers and quotas (region,)."""
        return self._by_region(self.solution.rents, "rents", labels.USD)

    @cached_property
    def subsidies(self) -> xr.DataArray:
        """Subsidies paid, less export taxes received (region,)."""
        return self._by_region(self.solution.subsidies, "subsidies", labels.USD)

    @cached_property
    def transfers(self) -> xr.DataArray:
        """Grant equivalents of commitments received, less given (region,); in no other number of this object."""
        apart = "apart from the equilibrium: in neither income nor welfare"
        return self._by_region(self.solution.transfer, "transfers received", labels.USD, note=apart)

    @cached_property
    def deficit(self) -> xr.DataArray:
        """Aggregate trade deficit D' (region,)."""
        return self._by_region(self.solution.deficit, "trade deficit", labels.USD)

    # -- by region and sector -------------------------------------------------------------------------------

    @cached_property
    def output(self) -> xr.DataArray:
        """Gross output Y' (region, sector)."""
        return self._by_sector(self.solution.output, "gross output", labels.USD)

    @cached_property
    def output_volume(self) -> xr.DataArray:
        """Y_hat / c_hat (region, sector): output at base-year prices; 1 where there was none."""
        s = self.solution
        before = self.world.output
        ratio = np.divide(s.output, before * np.asarray(s.c_hat), out=np.ones_like(before), where=before > 0)
        return self._by_sector(ratio, "output volume", labels.RATIO)

    @cached_property
    def value_added(self) -> xr.DataArray:
        """Value added (region, sector)."""
        return self._by_sector(self.solution.value_added, "value added", labels.USD)

    @cached_property
    def employment(self) -> xr.DataArray:
        """Workers (region, sector), after over before: VA_hat_j / W_hat under every closure; 1 where none were."""
        return self._by_sector(self._grown / np.asarray(self.solution.w_hat)[:, None], "employment", labels.RATIO)

    @cached_property
    def sector_wage(self) -> xr.DataArray:
        """Wage of the sector over consumer prices (region, sector).

        Under ``roy`` it is paid for a unit of ability; workers sort so that mean pay is the same in each sector. Else
        it is the one wage of the region.
        """
        s = self.solution
        sorted_ = self.closure.labour.name == "roy"
        wage = np.asarray(s.v_hat) if sorted_ else np.asarray(s.w_hat)[:, None] + np.zeros(self.world.output.shape)
        real = wage / np.asarray(s.price_index_hat)[:, None]
        per = "for a unit of ability" if sorted_ else "for a worker"
        return self._by_sector(real, "wage by sector over consumer prices", labels.RATIO, note=per)

    @cached_property
    def capital_return(self) -> xr.DataArray:
        """VA_hat_j / P_hat (region, sector): what capital earns over consumer prices; ``specific`` labour only."""
        if not isinstance(self.closure.labour, Specific):
            form, cure = self.closure.labour.name, "solve with labour='specific' or horizon='short'"
            raise DealspaceError(f"labour is {form}, so no capital is tied to a sector; {cure}")
        real = self._grown / np.asarray(self.solution.price_index_hat)[:, None]
        return self._by_sector(real, "return to capital over consumer prices", labels.RATIO)

    @cached_property
    def _grown(self) -> np.ndarray:
        """VA_hat_j (region, sector); the mean wage's change where there was none, so that ratios to it are 1."""
        before = self.world.value_added
        here = np.broadcast_to(np.asarray(self.solution.w_hat)[:, None], before.shape).copy()
        return np.divide(self.solution.value_added, before, out=here, where=before > 0)

    @cached_property
    def expenditure(self) -> xr.DataArray:
        """Spending E' including duty (region, sector)."""
        return self._by_sector(self.solution.expenditure, "expenditure", labels.USD)

    @cached_property
    def sector_price(self) -> xr.DataArray:
        """P_hat_j over the home consumer price index (region, sector)."""
        s = self.solution
        return self._by_sector(
            s.P_hat / s.price_index_hat[:, None], "consumer price over the home price index", labels.RATIO
        )

    # -- by pair --------------------------------------------------------------------------------------------

    @cached_property
    def flows(self) -> xr.DataArray:
        """Sales X' at basic price, net of duty (importer, exporter, sector)."""
        return self._by_cell(self.solution.sales, "sales at basic price", labels.USD)

    @cached_property
    def flow_volume(self) -> xr.DataArray:
        """X' over the producer's price change (importer, exporter, sector), USD million at base-year prices."""
        volume = self.solution.sales / self.solution.c_hat[None]
        return self._by_cell(volume, "sales at base-year prices", labels.USD)

    def _by_region(self, values: object, name: str, unit: str, **notes: str) -> xr.DataArray:
        return labels.by_region(self.world, values, name, unit).assign_attrs(closure=self.closing, **notes)

    def _by_sector(self, values: object, name: str, unit: str, **notes: str) -> xr.DataArray:
        return labels.by_sector(self.world, values, name, unit).assign_attrs(closure=self.closing, **notes)

    def _by_cell(self, values: object, name: str, unit: str) -> xr.DataArray:
        return labels.by_cell(self.world, values, name, unit).assign_attrs(closure=self.closing)
