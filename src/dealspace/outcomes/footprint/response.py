"""How sales, output and jobs move across makers' plants: top-down from the sector, with what does not add up shown."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from dealspace.errors import DealspaceError, unknown_name
from dealspace.outcomes.footprint.costs import Costs, costs_solved, sheet_duties
from dealspace.outcomes.footprint.data import DEFAULT, Ranges, load_footprint, load_ranges
from dealspace.outcomes.footprint.model import Footprint, Parameters
from dealspace.outcomes.footprint.nest import Choice, nested_choice

if TYPE_CHECKING:
    from dealspace.outcomes.equilibrium import Equilibrium
    from dealspace.termsheet.sheet import TermSheet
    from dealspace.world.economy import Economy

#: What ties the nest to the equilibrium: spending on the whole market, or the volume from each place.
ANCHORS = ("spending", "origins")


@dataclass(frozen=True, eq=False)
class Response:
    """What a change of costs does to a footprint; M makers, P places.

    Attributes
    ----------
    footprint, costs, parameters, anchor : what was asked
    choice : Choice
        The nest's answer before any scaling to the equilibrium's volumes.
    units : (M, P)
        Sales in the market after.
    buyer_hat : (M, P)
        Buyer's price with duty, new over old, after pass-through.
    """

    footprint: Footprint
    costs: Costs
    parameters: Parameters
    anchor: str
    choice: Choice
    units: np.ndarray
    buyer_hat: np.ndarray

    @property
    def _home(self) -> int:
        return self.footprint.plants.index(self.footprint.home)

    @property
    def _group(self) -> np.ndarray:
        return self.footprint.in_group

    # -- output and jobs of the group's home plants -----------------------------------------------------------

    @cached_property
    def output(self) -> tuple[float, float]:
        """Output of the group's home plants before and after: sales at home and exports, units."""
        f, at_home = self.footprint, self._home
        before = f.units[self._group, at_home].sum() + f.exports
        after = self.units[self._group, at_home].sum() + f.exports * self.costs.exports_hat
        return float(before), float(after)

    @cached_property
    def jobs(self) -> tuple[float, float] | None:
        """Persons at the group's home plants before and after; None where no number is sourced."""
        workers, (before, after) = self.footprint.workers, self.output
        if workers is None or before <= 0:
            return None
        return workers, workers * (after / before) ** self.parameters.jobs

    # -- imports and duty -------------------------------------------------------------------------------------

    @cached_property
    def displaced(self) -> np.ndarray:
        """Imported units that the market no longer buys, by maker (M,): before less after, every place but home."""
        abroad = np.arange(len(self.footprint.plants)) != self._home
        return (self.footprint.units - self.units)[:, abroad].sum(axis=1)

    @cached_property
    def duty_per_unit(self) -> np.ndarray:
        """Duty on one car of each maker and place before and after (2, M, P), USD; NaN where no value is sourced."""
        c, value = self.costs, self.footprint.value_per_unit[None, :]
        # With incomplete pass-through the seller lowers the value that the duty is due on.
        factor = (1.0 + c.duty_after) / (1.0 + c.duty_before) * c.barrier_hat
        gate_hat = self.buyer_hat / factor[None, :]
        return np.stack([np.broadcast_to(value * c.duty_before, gate_hat.shape), value * gate_hat * c.duty_after])

    @cached_property
    def duty_total(self) -> np.ndarray:
        """Duty on cars by maker and place before and after (2, M, P), USD million; NaN where no value is sourced."""
        return self.duty_per_unit * np.stack([self.footprint.units, self.units]) / 1e6

    @cached_property
    def parts_volume_hat(self) -> float | None:
        """Parts brought in for the group's home plants, new over old: output times their share of cost over price."""
        f, (before, after) = self.footprint, self.output
        if f.parts_from is None or before <= 0:
            return None
        m = int(np.flatnonzero(self._group)[0])
        return after / before * float(self.costs.producer_hat[m, self._home]) / self.costs.parts_price_hat

    @cached_property
    def parts_duty(self) -> tuple[float, float] | None:
        """Duty on these parts before and after, USD million; None where their value or duty is not given."""
        f, rule = self.footprint, self.costs.parts
        if f.parts_value is None or rule is None or self.parts_volume_hat is None:
            return None
        gate_hat = self.costs.parts_price_hat * (1.0 + rule.before) / (1.0 + rule.after) / rule.barrier
        return f.parts_value * rule.before, f.parts_value * self.parts_volume_hat * gate_hat * rule.after

    # -- what does not add up ---------------------------------------------------------------------------------

    @cached_property
    def residual(self) -> np.ndarray | None:
        """Change of units by place in the nest less that of volume in the equilibrium (P,), as fractions of the base.

        The nest knows makers and the duties on cars; the equilibrium knows cars and parts of one origin as one good.
        None without an equilibrium.
        """
        if self.costs.volume_hat is None:
            return None
        return self._nest_by_place - self.costs.volume_hat

    @cached_property
    def price_residual(self) -> float | None:
        """Price index of cars in the nest over the sector's in the equilibrium, less 1; None without an equilibrium."""
        return None if self.costs.price_hat is None else self.choice.price_hat / self.costs.price_hat - 1.0

    @property
    def _nest_by_place(self) -> np.ndarray:
        f = self.footprint
        before = f.units.sum(axis=0)
        after = (f.units * self.choice.units_hat).sum(axis=0)
        return np.divide(after, before, out=np.ones_like(before), where=before > 0)


def respond(
    footprint: Footprint, costs: Costs, parameters: Parameters | None = None, *, anchor: str = "spending"
) -> Response:
    """Return how a footprint answers to a change of costs.

    Parameters
    ----------
    footprint : Footprint
    costs : Costs
        From `costs_given` or `costs_solved`.
    parameters : Parameters, optional
    anchor : {"spending", "origins"}
        ``spending``: spending on the market moves as in the equilibrium, and what by place does not add up is left as
        the residual. ``origins``: the units of each place are scaled to the equilibrium's volume, so that only the mix
        of makers is the nest's.

    Raises
    ------
    DealspaceError
        For an unknown anchor, or one that needs an equilibrium.
    """
    settings = parameters or Parameters()
    if anchor not in ANCHORS:
        raise unknown_name("anchor", anchor, ANCHORS)
    if anchor == "origins" and costs.volume_hat is None:
        raise DealspaceError("the anchor 'origins' needs volumes by place from an equilibrium; use anchor='spending'")
    buyer_hat = costs.buyer_hat**settings.pass_through
    # Where one name stands for many makers, its places differ as makers do, not as plants of one maker.
    between = np.where(footprint.is_composite, settings.between_makers, settings.between_plants)
    choice = nested_choice(footprint.units, buyer_hat, between, settings.between_makers, costs.spending_hat)
    units = footprint.units * choice.units_hat
    response = Response(footprint, costs, settings, anchor, choice, units, buyer_hat)
    if anchor == "spending" or costs.volume_hat is None:
        return response
    nest = response._nest_by_place
    scale = np.divide(costs.volume_hat, nest, out=np.ones_like(nest), where=nest > 0)
    return replace(response, units=units * scale[None, :])


def car_response(
    world: Economy,
    sheet: TermSheet,
    policy: str,
    equilibrium: Equilibrium,
    *,
    footprint: Footprint | str = DEFAULT,
    parameters: Parameters | None = None,
    anchor: str = "spending",
) -> Response:
    """Return what a policy of a sheet does to makers' sales, plants and jobs.

    Parameters
    ----------
    world, sheet : Economy, TermSheet
    policy : str
        Name of the policy or offer that `equilibrium` was solved for.
    equilibrium : Equilibrium
    footprint : Footprint or str
        One of your own, or the name of an embedded one.
    parameters : Parameters, optional
        By default those of an embedded footprint, the short-run ones where the equilibrium is of the short run.
    anchor : as in `respond`

    Raises
    ------
    UnknownNameError, SheetError, NotConvergedError
        For unknown names, products that cannot be told apart, an equilibrium without numbers.

    Examples
    --------
    >>> import dealspace as ds
    >>> world, sheet = ds.load_world("world-2022"), ds.load_sheet("us-japan-2025")
    >>> eq = ds.solve(world, sheet.policy("no-deal"))
    >>> response = car_response(world, sheet, "no-deal", eq)
    >>> before, after = response.output
    >>> after > before
    True
    """
    f = load_footprint(footprint) if isinstance(footprint, str) else footprint
    settings = parameters or _default_parameters(footprint, equilibrium)
    regions = tuple(f.weights)
    duties = sheet_duties(sheet, world, policy, f.market, regions, f.car_product)
    parts = None
    if f.parts_from is not None:
        found = sheet_duties(sheet, world, policy, f.market, (f.parts_from,), f.parts_product)
        parts = found.get(f.parts_from)
    return respond(f, costs_solved(f, equilibrium, duties, parts), settings, anchor=anchor)


def _default_parameters(footprint: Footprint | str, equilibrium: Equilibrium) -> Parameters:
    if not isinstance(footprint, str):
        return Parameters()
    ranges = load_ranges(footprint)
    horizon = equilibrium.horizon
    return ranges.short if horizon is not None and horizon.name == "short" else ranges.central


def response_range(response: Response, ranges: Ranges) -> Mapping[str, tuple[float, float, float]]:
    """Return low, central and high of the headline changes over every corner of the parameters' ranges.

    Parameters
    ----------
    response : Response
        The central case.
    ranges : Ranges

    Returns
    -------
    mapping of str to (low, central, high)
        Changes as fractions of the base, except `jobs`, in persons: the group's sales by place (``units:PLACE``), all
        its sales (``units``), its output at home (``output``) and its jobs there (``jobs``, where sourced).
    """
    central = headline(response)
    found = [central]
    for sigma, eta, share in itertools.product(ranges.between_plants, ranges.between_makers, ranges.parts_share):
        settings = replace(response.parameters, between_plants=sigma, between_makers=eta)
        costs = other_parts_share(response, share)
        found.append(headline(respond(response.footprint, costs, settings, anchor=response.anchor)))
    return {key: (min(e[key] for e in found), central[key], max(e[key] for e in found)) for key in central}


def headline(response: Response) -> dict[str, float]:
    """Return the headline changes of a response; see `response_range`."""
    f, group = response.footprint, response.footprint.in_group
    before, after = f.units[group].sum(axis=0), response.units[group].sum(axis=0)
    changes = {"units": float(after.sum() / before.sum() - 1.0)}
    for p, plant in enumerate(f.plants):
        if before[p] > 0:
            changes[f"units:{plant}"] = float(after[p] / before[p] - 1.0)
    out_before, out_after = response.output
    if out_before > 0:
        changes["output"] = out_after / out_before - 1.0
    if response.jobs is not None:
        changes["jobs"] = response.jobs[1] - response.jobs[0]
    return changes


def other_parts_share(response: Response, share: float) -> Costs:
    """Return the costs of a response if parts were another share of the cost of the group's home plants."""
    f, costs = response.footprint, response.costs
    if f.parts_from is None:
        return costs
    # The market's own average basket is what costs_solved compares with; given costs stand against no change.
    basket = costs.price_hat if costs.price_hat is not None else 1.0
    producer = np.array(costs.producer_hat)
    factor = (costs.parts_price_hat / basket) ** (share - f.parts_share)
    producer[f.in_group, f.plants.index(f.home)] *= factor
    return replace(costs, producer_hat=producer)
