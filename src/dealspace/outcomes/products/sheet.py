"""Products under a policy of a term sheet: duties by line and origin, and country shares of quotas, from its acts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from dealspace.instruments.line_rates import LineRates, line_rates
from dealspace.outcomes.products.effects import ProductEffects, product_effects
from dealspace.outcomes.products.market import OTHERS, Market, MarketQuota
from dealspace.outcomes.products.shares import country_shares
from dealspace.outcomes.products.table import SHOWN, market_of

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
    found, known = {}, {}
    for name in asked:
        market = market_of(name, equilibrium.world)
        rates = _rates(sheet, equilibrium, policy, market, on, known)
        quotas = quotas_under(sheet, policy, market)
        found[name] = product_effects(equilibrium, market, rates, quotas=quotas)
    return found


def rates_under(
    sheet: TermSheet, equilibrium: Equilibrium, policy: str, market: Market, on: date | None = None
) -> dict[str, float]:
    """Return the ad valorem duty of each origin after a policy, fractions.

    The market's own duty moves as the duty-inclusive mean of its lines. Origins whose cell the policy leaves alone, and
    those whose lines stand under a quota or are not named, keep the base's.
    """
    return _rates(sheet, equilibrium, policy, market, on, {})


def _rates(
    sheet: TermSheet,
    equilibrium: Equilibrium,
    policy: str,
    market: Market,
    on: date | None,
    known: dict[tuple[str, str], LineRates],
) -> dict[str, float]:
    """Rates by origin; `known` keeps the lines of pairs that several markets share."""
    world, rates = equilibrium.world, {}
    n, j = world.region_index(market.importer), world.sector_index(market.sector)
    for name, tau in zip(market.origins, market.tau.tolist(), strict=True):
        if name in (market.importer, OTHERS):
            continue
        if equilibrium.policy.tariff_price[n, world.region_index(name), j] == 1.0:
            continue
        pair = (market.importer, name)
        if pair not in known:
            known[pair] = line_rates(sheet, world, policy, *pair, on)
        lines = known[pair]
        here = np.array([code.startswith(market.hs) and not code.endswith("x") for code in lines.codes.tolist()])
        free = here & (lines.quota == "")
        if free.any():
            spending = lines.value[free] * lines.tau0[free]
            factor = float((spending * lines.tau[free] / lines.tau0[free]).sum() / spending.sum())
            rates[name] = tau * factor - 1.0
    return rates


def quotas_under(sheet: TermSheet, policy: str, market: Market) -> tuple[MarketQuota, ...]:
    """Return the market's quotas with the shares and volumes that an offer gives; a policy's are the base's.

    A share is taken in the market's unit as written (kt); a volume moves the market's quota in proportion.
    """
    quotas = market.quotas
    if policy not in sheet.offers or not quotas:
        return quotas
    for act in _quota_acts(sheet, market):
        shares, volume = _moved(sheet, policy, act)
        factor = volume / act.volume
        held = market.with_(quotas=quotas)
        for quota in market.quotas:
            own = {name: share for name, share in shares.items() if name in quota.origins}
            if own or factor != 1.0:
                quotas = country_shares(held, quota.name, own, quota.volume * factor)
    return quotas


def _quota_acts(sheet: TermSheet, market: Market) -> list[Any]:
    """Quota measures of the sheet by the market's importer on its product."""
    return [
        act
        for act in sheet.measures.values()
        if act.kind == "quota"
        and market.importer in act.by
        and any(term.overlap(code) != "none" for term in act.products.terms for code in market.hs)
    ]


def _moved(sheet: TermSheet, offer: str, act: Any) -> tuple[dict[str, float], float]:
    """Shares that an offer changes, and the volume after, in kt."""
    shares, volume = {}, float(act.volume)
    for name, value in sheet.offers[offer].values.items():
        issue: Any = sheet.issues[name]
        if getattr(issue, "quota", None) != act.name:
            continue
        if issue.kind == "quota-share" and value != (act.shares or {}).get(issue.on[0]):
            shares[issue.on[0]] = float(value)
        elif issue.kind == "quota-volume":
            volume = float(value)
    return shares, volume
