"""What a policy does to a product by origin, top-down from the sector's solution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dealspace.errors import DealspaceError, near_matches
from dealspace.instruments.compile import ETA
from dealspace.outcomes.products.clearing import Cleared, Setting, clear
from dealspace.outcomes.products.market import OTHERS, Market, MarketQuota, quota_prices

if TYPE_CHECKING:
    from dealspace.outcomes.equilibrium import Equilibrium


class Money(NamedTuple):
    """Where buyers' spending on each origin goes (O,), USD million a year; the columns add to `spending`.

    `receipts` to suppliers at the border (home: at the gate), `duty`, the state trader's `markup`, and what is left of
    quota premia, `rents_importer` and `rents_exporter`.
    """

    spending: np.ndarray
    receipts: np.ndarray
    duty: np.ndarray
    markup: np.ndarray
    rents_importer: np.ndarray
    rents_exporter: np.ndarray


@dataclass(frozen=True, eq=False)
class ProductEffects:
    """A product's market before and after a policy; (O,) arrays follow ``market.origins``.

    Attributes
    ----------
    market : the base; after : the same market with the duties and quotas of the policy
    setting, cleared : what the sector's solution gave, and the market that clears
    before, money : where spending went and goes
    nest : (O,), spending that the sector's own nest gives the product after, USD million
    home_index_hat : change of the importer's consumer prices, so that prices can be told in its goods
    policy : name of the policy
    given : whether duties by origin were given; otherwise they move as those of whole cells
    """

    market: Market
    after: Market
    setting: Setting
    cleared: Cleared
    before: Money
    money: Money
    nest: np.ndarray
    home_index_hat: float
    policy: str
    given: bool

    @property
    def quantity(self) -> np.ndarray:
        """Quantities after (O,), in the market's unit."""
        return self.market.quantity * self.cleared.demand.quantity

    @property
    def border_hat(self) -> np.ndarray:
        """Border prices after over before (O,), relative to the importer's consumer prices."""
        return self.cleared.border / self.market.border / self.home_index_hat

    @property
    def price_hat(self) -> np.ndarray:
        """Buyers' prices after over before (O,), relative to the importer's consumer prices."""
        return self.cleared.price / self.market.price / self.home_index_hat

    @property
    def product_price_hat(self) -> float:
        """Price of the product over all origins, after over before, relative to the importer's consumer prices."""
        return self.cleared.demand.price / self.home_index_hat

    @cached_property
    def residual(self) -> np.ndarray:
        """What the satellite's spending adds to that of the sector's solution (O,), USD million: its adding-up gap."""
        return self.money.spending - self.nest

    @property
    def gap(self) -> float:
        """The adding-up gap of all origins together over base spending on the product."""
        return float(self.residual.sum() / self.before.spending.sum())

    @property
    def displaced(self) -> dict[str, float]:
        """Change of quantity by origin, losers first."""
        change = self.quantity - self.market.quantity
        order = np.argsort(change, kind="stable")
        return {self.market.origins[o]: float(change[o]) for o in order}

    def __repr__(self) -> str:
        price = 100.0 * (self.product_price_hat - 1.0)
        where = f"{self.market.name!r} in {self.market.importer} under {self.policy!r}"
        return f"ProductEffects({where}, price {price:+.2f} %)"


def product_effects(
    equilibrium: Equilibrium,
    market: Market,
    rates: Mapping[str, float] | None = None,
    *,
    specific: Mapping[str, float] | None = None,
    barriers: Mapping[str, float] | None = None,
    subsidies: Mapping[str, float] | None = None,
    quotas: tuple[MarketQuota, ...] | None = None,
    eta: float = ETA,
) -> ProductEffects:
    """Work out the market of a product after a policy, by origin.

    Parameters
    ----------
    equilibrium : Equilibrium
        A solved policy: it gives costs by origin, the sector's spending and its price.
    market : Market
        The product in the base: `load_market` or `market_from_lines`.
    rates : mapping, optional
        Ad valorem duty after the policy by origin, as a fraction; origins left out keep the base's. Without any
        mapping every origin's duty moves as that of its whole cell in the policy (a cut in proportion, a rise by the
        same factor): right only when the policy treats the cell's lines alike, and `ProductEffects.given` is False.
    specific : mapping, optional
        Duty or mark-up per unit after the policy by origin, in the market's currency; the base's where left out.
    barriers, subsidies : mapping, optional
        Change of the product's trade cost (after over before) and subsidy rate on it, by origin; those of the whole
        cell, which spread what falls on one product over all, where left out.
    quotas : tuple of MarketQuota, optional
        Quotas after the policy; those of the base where left out. They set the whole duty of their origins.
    eta : float
        Elasticity between the lines of a cell in the sector's solution, for the adding-up gap.

    Returns
    -------
    ProductEffects

    Raises
    ------
    NotConvergedError
        When the equilibrium holds no numbers.
    DealspaceError
        When an origin, a region or a quota is not known, or the market does not clear.
    """
    after = _after(equilibrium, market, rates, specific, quotas)
    barrier, net = _other_wedges(equilibrium, market, barriers or {}, subsidies or {})
    setting = _setting(equilibrium, market, after, barrier * net)
    cleared = clear(market, setting)
    if not cleared.residual < 1e-8:
        raise DealspaceError(
            f"the market of {market.name} does not clear (residual {cleared.residual:.1e}); "
            "give elasticities nearer to 1"
        )
    return ProductEffects(
        market=market,
        after=after,
        setting=setting,
        cleared=cleared,
        before=base_money(market),
        money=split_money(
            after, cleared.border, cleared.price, market.quantity * cleared.demand.quantity, cleared.volume
        ),
        nest=_nest_spending(equilibrium, market, cleared, barrier, eta),
        home_index_hat=float(equilibrium.solution.price_index_hat[equilibrium.world.region_index(market.importer)]),
        policy=equilibrium.policy.name,
        given=rates is not None,
    )


def _after(
    equilibrium: Equilibrium,
    market: Market,
    rates: Mapping[str, float] | None,
    specific: Mapping[str, float] | None,
    quotas: tuple[MarketQuota, ...] | None,
) -> Market:
    tau = market.tau.copy()
    if rates is None:
        tau = _with_the_cell(equilibrium, market)
    fees = market.specific.copy()
    for given, target, add in ((rates, tau, 1.0), (specific, fees, 0.0)):
        for name, value in (given or {}).items():
            if name not in market.origins:
                raise DealspaceError(f"{market.name} has no origin {name!r}; {near_matches(name, market.origins)}")
            target[market.at(name)] = add + value
    return market.with_(tau=tau, specific=fees, quotas=market.quotas if quotas is None else quotas)


def _with_the_cell(equilibrium: Equilibrium, market: Market) -> np.ndarray:
    """Duty factors (O,) that rise as the cell's do, and shrink with the cell's duty where it falls."""
    felt = _by_origin(equilibrium, market, _felt(equilibrium))
    base = _by_origin(equilibrium, market, 1.0 + equilibrium.world.tariff)
    left = np.divide(felt * base - 1.0, base - 1.0, out=np.ones_like(base), where=base > 1.0)
    cut = 1.0 + (market.tau - 1.0) * np.clip(left, 0.0, 1.0)
    return np.where(market.home, market.tau, np.where(felt > 1.0, market.tau * felt, cut))


def _felt(equilibrium: Equilibrium) -> np.ndarray:
    """Duty factors after over before as buyers feel them (importer, exporter, sector)."""
    from dealspace.outcomes.effective import duty_felt

    return np.asarray(duty_felt(equilibrium.policy.wedges, equilibrium.solution))


def _by_origin(equilibrium: Equilibrium, market: Market, cells: np.ndarray) -> np.ndarray:
    """Take the market's cells (O,) from (importer, exporter, sector); `OTHERS` is a flow-weighted geometric mean."""
    world = equilibrium.world
    n, j = world.region_index(market.importer), world.sector_index(market.sector)
    named = {world.region_index(name) for name in market.origins if name != OTHERS}
    rest = np.array([i not in named and i != n for i in range(len(world.regions))])
    weight = np.where(rest, world.flows[n, :, j], 0.0)
    mean = float(np.exp(np.sum(weight * np.log(cells[n, :, j])) / weight.sum())) if weight.sum() > 0 else 1.0
    return np.array([mean if name == OTHERS else cells[n, world.region_index(name), j] for name in market.origins])


def _barriers(equilibrium: Equilibrium) -> np.ndarray:
    """Changes of trade costs of whole cells, rents included (importer, exporter, sector)."""
    wedges = equilibrium.policy.wedges
    return np.asarray(wedges.trade_cost * wedges.rent)


def _other_wedges(
    equilibrium: Equilibrium, market: Market, barriers: Mapping[str, float], subsidies: Mapping[str, float]
) -> tuple[np.ndarray, np.ndarray]:
    """Return the trade-cost factor and one less the subsidy of each origin (O,): as given, else those of its cell."""
    barrier = _by_origin(equilibrium, market, _barriers(equilibrium))
    net = _by_origin(equilibrium, market, np.asarray(1.0 - equilibrium.policy.wedges.subsidy))
    for name, factor in barriers.items():
        barrier[market.at(name)] = factor
    for name, rate in subsidies.items():
        net[market.at(name)] = 1.0 - rate
    return barrier, net


def _setting(equilibrium: Equilibrium, market: Market, after: Market, wedge: np.ndarray) -> Setting:
    """Read costs, spending and price of the sector off the equilibrium; `wedge` (O,) is d r (1 - s) of the product."""
    s, world = equilibrium.solution, equilibrium.world
    n, j = world.region_index(market.importer), world.sector_index(market.sector)
    cost = np.broadcast_to(np.asarray(s.c_hat)[None], world.flows.shape)
    return Setting(
        cost_hat=_by_origin(equilibrium, market, cost) * wedge,
        tau=after.tau,
        specific=after.specific,
        quotas=after.quotas,
        spending_hat=float(s.expenditure[n, j]) / float(world.expenditure[n, j]),
        sector_price_hat=float(s.P_hat[n, j]),
    )


def _nest_spending(
    equilibrium: Equilibrium, market: Market, cleared: Cleared, barrier: np.ndarray, eta: float
) -> np.ndarray:
    """Spending on the product (O,) in the sector's solution: the cell's, moved by the line's wedge against the cell's.

    s'_h E'_cell with s'_h = s_h (tau_hat_h d_h / felt d)^(1-eta), see `instruments.nest`; premia as found here.
    """
    world = equilibrium.world
    base = world.flows * (1.0 + world.tariff)
    grown = np.divide(np.asarray(equilibrium.solution.spending), base, out=np.ones_like(base), where=base > 0)
    cell, felt = _by_origin(equilibrium, market, grown), _by_origin(equilibrium, market, _felt(equilibrium))
    line = cleared.price / cleared.border * market.border / market.price
    line *= barrier / _by_origin(equilibrium, market, _barriers(equilibrium))
    return market.spending * cell * np.where(market.home, 1.0, (line / felt) ** (1.0 - eta))


def base_money(market: Market) -> Money:
    """Return where spending goes in the base."""
    volume = np.array([sum(market.quantity[market.at(name)] for name in quota.origins) for quota in market.quotas])
    return split_money(market, market.border, market.price, market.quantity, volume)


def split_money(
    market: Market, border: np.ndarray, price: np.ndarray, quantity: np.ndarray, volume: np.ndarray
) -> Money:
    """Split spending into receipts, duty, mark-up and rents, given prices and quantities (O,) and volumes (K,).

    Within a quota the limit is shared by its origins as their quantities; what comes over it pays the outside duty.
    """
    value = quantity * market.per_unit
    duty = price - border
    markup, importer, exporter = (np.zeros(len(market.origins)) for _ in range(3))
    for quota, total in zip(market.quotas, volume, strict=True):
        at = [market.at(name) for name in quota.origins]
        low, high = quota_prices(market, quota, border)
        inside = min(1.0, quota.volume / total)
        premium = price[at] - low
        cap = premium if quota.markup_cap is None else np.minimum(premium, quota.markup_cap)
        duty[at] = inside * (low - border[at]) + (1.0 - inside) * (high - border[at])
        markup[at] = inside * cap
        (importer if quota.rents_to == "importer" else exporter)[at] = inside * (premium - cap)
    columns = (price, border, duty, markup, importer, exporter)
    return Money(*(value * column for column in columns))
