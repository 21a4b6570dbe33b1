"""Products under a policy of a term sheet: duties by line and origin, and country shares of quotas, from its acts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from dealspace.instruments.line_rates import line_rates
from dealspace.outcomes.products.effects import ProductEffects, product_effects
from dealspace.outcomes.products.market import OTHERS, Market, MarketQuota
from dealspace.outcomes.products.shares import country_shares
from dealspace.outcomes.products.table import SHOWN, market_of
from dealspace.termsheet.acts_quota import QuotaAct
from dealspace.termsheet.issues import QuotaShareIssue, QuotaVolumeIssue

if TYPE_CHECKING:
    from dealspace.outcomes.equilibrium import Equilibrium
    from dealspace.termsheet.sheet import TermSheet


def effects_under(
    equilibrium: Equilibrium,
    sheet: TermSheet,
    policy: str,
    names: str | Sequence[str] | None = None,
    on: date | None = None,
) -> dict[str, ProductEffects]:
    """Return the effects on products of a sheet's policy or offer, by name.

    Parameters
    ----------
    equilibrium : Equilibrium
        The solved policy.
    sheet : TermSheet
    policy : str
        A policy or an offer of the sheet: it gives duties by line and shares of quotas.
    names : str or sequence, optional
        As in `products`.
    on : datetime.date, optional
        As in `dealspace.instruments.line_rates.line_rates`.
    """
    asked = SHOWN if names is None else (names,) if isinstance(names, str) else tuple(names)
    found = {}
    for name in asked:
        market = market_of(name, equilibrium.world)
        rates = rates_under(sheet, equilibrium, policy, market, on)
        barriers, subsidies = wedges_under(sheet, equilibrium, policy, market, on)
        quotas = quotas_under(sheet, policy, market)
        found[name] = product_effects(equilibrium, market, rates, barriers=barriers, subsidies=subsidies, quotas=quotas)
    return found


def rates_under(
    sheet: TermSheet, equilibrium: Equilibrium, policy: str, market: Market, on: date | None = None
) -> dict[str, float]:
    """Return the ad valorem duty of each origin after a policy, fractions.

    The market's own duty moves as the duty-inclusive mean of its lines. Origins whose cell the policy leaves alone, and
    those whose lines stand under a quota or are not named, keep the base's.
    """
    world, rates, moved = equilibrium.world, {}, _moved_cells(equilibrium)
    n, j = world.region_index(market.importer), world.sector_index(market.sector)
    for name, tau in zip(market.origins, market.tau.tolist(), strict=True):
        if name in (market.importer, OTHERS):
            continue
        if (n, world.region_index(name), j) not in moved:
            continue
        lines = line_rates(sheet, world, policy, market.importer, name, on, hs=market.hs)
        free = (lines.quota == "") & ~np.strings.endswith(lines.codes.astype(str), "x")
        if free.any():
            spending = lines.value[free] * lines.tau0[free]
            factor = float((spending * lines.tau[free] / lines.tau0[free]).sum() / spending.sum())
            rates[name] = tau * factor - 1.0
    return rates


def wedges_under(
    sheet: TermSheet, equilibrium: Equilibrium, policy: str, market: Market, on: date | None = None
) -> tuple[dict[str, float], dict[str, float]]:
    """Return the change of the trade cost and the subsidy rate on the product by origin, of its own lines.

    A subsidy on one product is spread over its whole cell in the equilibrium; here it falls on the product. Origins
    whose cell has neither, or whose lines are not named, are left out.
    """
    world, wedges = equilibrium.world, equilibrium.policy.wedges
    n, j = world.region_index(market.importer), world.sector_index(market.sector)
    cells = np.asarray(wedges.trade_cost * wedges.rent * (1.0 - wedges.subsidy))[n, :, j]
    barriers, subsidies = {}, {}
    for name in market.origins:
        if name in (market.importer, OTHERS) or cells[world.region_index(name)] == 1.0:
            continue
        lines = line_rates(sheet, world, policy, market.importer, name, on, hs=market.hs)
        named = ~np.strings.endswith(lines.codes.astype(str), "x")
        if named.any():
            weight = lines.value[named] / lines.value[named].sum()
            barriers[name] = float(weight @ lines.barrier[named])
            subsidies[name] = float(weight @ lines.subsidy[named])
    return barriers, subsidies


def _moved_cells(equilibrium: Equilibrium) -> set[tuple[int, ...]]:
    """Cells (importer, exporter, sector) whose duties the policy moves, or that hold a quota."""
    moved = {tuple(cell) for cell in np.argwhere(equilibrium.policy.tariff_price != 1.0).tolist()}
    quotas = equilibrium.policy.wedges.quotas
    return moved | set(zip(*(np.asarray(axis).tolist() for axis in quotas.at), strict=True))


def quotas_under(sheet: TermSheet, policy: str | None, market: Market) -> tuple[MarketQuota, ...]:
    """Return the market's quotas with the country shares and volumes of a policy or an offer; None as they stand.

    As in the equilibrium, origins to which the sheet gives shares have quotas of their own; what an offer changes of
    one share or of the volume, the others lose or gain in proportion. Shares are taken in the market's unit as written
    (kt); a market that is a part of the quota, too small for them, keeps its quota whole under a policy.
    """
    quotas = market.quotas
    for act in _quota_acts(sheet, market):
        moved, volume = _moved(sheet, policy, act) if policy and policy in sheet.offers else ({}, act.volume)
        factor = volume / act.volume
        for quota in market.quotas:
            shares = _shares(market, quota, act.shares or {}, moved, factor)
            if (shares and (moved or sum(shares.values()) <= quota.volume)) or factor != 1.0:
                quotas = country_shares(market.with_(quotas=quotas), quota.name, shares, quota.volume * factor)
    return quotas


def _shares(
    market: Market, quota: MarketQuota, given: Mapping[str, float], moved: Mapping[str, float], factor: float
) -> dict[str, float]:
    """Return the volumes of the origins of a quota that have their own: `moved` as they are, others in proportion."""
    before = {name: float(given.get(name, market.quantity[market.at(name)])) for name in moved if name in quota.origins}
    taken = sum(moved[name] for name in before)
    others = quota.volume - sum(before.values())
    left = (quota.volume * factor - taken) / others if others else factor
    kept = {name: float(share) * left for name, share in given.items() if name in quota.origins and name not in moved}
    return {**{name: moved[name] for name in before}, **kept}


def _quota_acts(sheet: TermSheet, market: Market) -> list[QuotaAct]:
    """Quota measures of the sheet by the market's importer on its product."""
    return [
        act
        for act in sheet.measures.values()
        if isinstance(act, QuotaAct)
        and market.importer in (act.by, *sheet.groups.get(act.by, ()))
        and any(term.overlap(code) != "none" for term in act.products.terms for code in market.hs)
    ]


def _moved(sheet: TermSheet, offer: str, act: QuotaAct) -> tuple[dict[str, float], float]:
    """Shares that an offer changes, and the volume after, in kt."""
    shares, volume = {}, act.volume
    for name, value in sheet.offers[offer].values.items():
        issue = sheet.issues[name]
        if isinstance(issue, QuotaShareIssue) and issue.quota == act.name:
            if value != (act.shares or {}).get(issue.on[0]):
                shares[issue.on[0]] = value
        elif isinstance(issue, QuotaVolumeIssue) and issue.quota == act.name:
            volume = value
    return shares, volume
