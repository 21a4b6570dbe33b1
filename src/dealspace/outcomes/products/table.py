"""Tables of products by origin, and plain rows for a report; a unit stands in its own column or in a column's name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from dealspace.errors import DealspaceError
from dealspace.outcomes.products.data import list_markets, load_market, market_from_lines
from dealspace.outcomes.products.effects import ProductEffects, product_effects
from dealspace.outcomes.products.market import Market

if TYPE_CHECKING:
    import polars as pl

    from dealspace.outcomes.equilibrium import Equilibrium
    from dealspace.termsheet.sheet import TermSheet
    from dealspace.world.economy import Economy

#: What `products` shows when no names are given: one market for each product.
SHOWN = (
    "beef",
    "pork",
    "wheat",
    "rice",
    "maize",
    "soybeans",
    "cheese",
    "wine",
    "japan-cars",
    "us-cars",
    "us-car-parts",
)
_PAIRS = ("quantity", "border price", "buyer price", "spending", "receipts", "duty", "mark-up", "rents")
_USD = ("spending", "receipts", "duty", "mark-up", "rents")


def origin_table(effects: ProductEffects) -> pl.DataFrame:
    """Return one row an origin, before and after.

    Columns: product, importer, origin, home; unit and price unit; quantity, border price and buyer price before and
    after (prices after are relative to the importer's consumer prices); spending, receipts, duty, mark-up and rents
    before and after (USD million); share of spending before and after (%); adding-up gap (USD million); duties, which
    says whether duties after were given by origin or move as those of whole cells.
    """
    import polars as pl

    market, number = effects.market, len(effects.market.origins)
    columns: dict[str, object] = {
        "product": [market.name] * number,
        "importer": [market.importer] * number,
        "origin": list(market.origins),
        "home": market.home,
        "unit": [market.unit] * number,
        "price unit": [market.price_unit] * number,
    }
    for name, (before, after) in zip(_PAIRS, _pairs(effects), strict=True):
        unit = " (USD million)" if name in _USD else ""
        columns[f"{name} before{unit}"], columns[f"{name} after{unit}"] = before, after
    for when, money in (("before", effects.before), ("after", effects.money)):
        columns[f"share {when} (%)"] = 100.0 * money.spending / money.spending.sum()
    columns["adding-up gap (USD million)"] = effects.residual
    columns["duties"] = ["by origin" if effects.given else "as the whole cell's"] * number
    return pl.DataFrame(columns)


def _pairs(effects: ProductEffects) -> list[tuple[np.ndarray, np.ndarray]]:
    market, before, after = effects.market, effects.before, effects.money
    return [
        (market.quantity, effects.quantity),
        (market.border, market.border * effects.border_hat),
        (market.price, market.price * effects.price_hat),
        (before.spending, after.spending),
        (before.receipts, after.receipts),
        (before.duty, after.duty),
        (before.markup, after.markup),
        (before.rents_importer + before.rents_exporter, after.rents_importer + after.rents_exporter),
    ]


def market_of(name: str, world: Economy) -> Market:
    """Return a market by name: a built-in one, or ``IMPORTER:HS`` (as in ``USA:8471``) from the world's lines."""
    importer, colon, hs = name.partition(":")
    if not colon:
        return load_market(name, world)
    if importer not in world.regions or not hs:
        raise DealspaceError(
            f"{name!r} names no product; write IMPORTER:HS, as in USA:8471, or one of the built-in ones"
        )
    return market_from_lines(world, importer, hs, name=name)


def products(
    equilibrium: Equilibrium,
    names: str | Sequence[str] | None = None,
    rates: Mapping[str, Mapping[str, float]] | None = None,
    *,
    sheet: TermSheet | None = None,
    policy: str | None = None,
) -> pl.DataFrame:
    """Return the table of products by origin under an equilibrium; see `origin_table` for its columns.

    Parameters
    ----------
    equilibrium : Equilibrium
    names : str or sequence, optional
        Built-in markets (`list_markets`) or ``IMPORTER:HS``; `SHOWN` where left out.
    rates : mapping, optional
        Market to origin to ad valorem duty after the policy; see `product_effects`.
    sheet, policy : TermSheet and str, optional
        The sheet and the policy or offer that was solved: duties by line and shares of quotas then come from its acts.

    Raises
    ------
    DealspaceError
        For unknown names, and when both rates and a sheet are given.
    """
    import polars as pl

    if sheet is None:
        found = effects_of(equilibrium, names, rates)
    elif rates is not None:
        raise DealspaceError("give rates, or a sheet and its policy, not both")
    else:
        from dealspace.outcomes.products.sheet import effects_under

        found = effects_under(equilibrium, sheet, policy or equilibrium.policy.name, names)
    return pl.concat([origin_table(each) for each in found.values()])


def effects_of(
    equilibrium: Equilibrium,
    names: str | Sequence[str] | None = None,
    rates: Mapping[str, Mapping[str, float]] | None = None,
) -> dict[str, ProductEffects]:
    """Return the effects on each product by name; parameters as in `products`."""
    asked = SHOWN if names is None else (names,) if isinstance(names, str) else tuple(names)
    given = dict(rates or {})
    lost = [name for name in given if name not in asked]
    if lost:
        known = ", ".join((*asked, *list_markets()))
        raise DealspaceError(f"rates are given for {', '.join(lost)}, which is not asked for; asked or known: {known}")
    return {name: product_effects(equilibrium, market_of(name, equilibrium.world), given.get(name)) for name in asked}


def report_rows(effects: ProductEffects, least: float = 0.005) -> list[dict[str, str | float]]:
    """Return plain rows for a report: one an origin with at least `least` of base spending, the others added up.

    Keys: origin; quantity before and after (unit as in the market); change of quantity, border price and buyer price
    (%, prices relative to consumer prices); duty and mark-up after (USD million); change of receipts (USD million).
    """
    market = effects.market
    share = effects.before.spending / effects.before.spending.sum()
    shown = [o for o in np.argsort(-share, kind="stable") if share[o] >= least or market.home[o]]
    rest = [o for o in range(len(market.origins)) if o not in shown]
    rows = [_row(effects, market.origins[o], [int(o)]) for o in shown]
    return rows + ([_row(effects, f"{len(rest)} others", rest)] if rest else [])


def _row(effects: ProductEffects, label: str, at: list[int]) -> dict[str, str | float]:
    market = effects.market
    weight = effects.before.spending[at] / effects.before.spending[at].sum()
    before, after = market.quantity[at].sum(), effects.quantity[at].sum()
    paid, received = effects.money, effects.before
    return {
        "origin": label,
        "unit": market.unit,
        "quantity before": float(before),
        "quantity after": float(after),
        "quantity (%)": float(100 * (after / before - 1)),
        "border price (%)": float(100 * (weight @ effects.border_hat[at] - 1)),
        "buyer price (%)": float(100 * (weight @ effects.price_hat[at] - 1)),
        "duty after (USD million)": float(paid.duty[at].sum()),
        "mark-up after (USD million)": float(paid.markup[at].sum()),
        "receipts (USD million)": float((paid.receipts - received.receipts)[at].sum()),
    }


def summary_row(effects: ProductEffects) -> dict[str, str | float]:
    """Return one plain row a product: price, imports, duty, mark-up, rents and the adding-up gap."""
    market, abroad = effects.market, ~effects.market.home
    before, after = effects.before, effects.money
    bought, buys = market.quantity[abroad].sum(), effects.quantity[abroad].sum()
    rents = after.rents_importer + after.rents_exporter - before.rents_importer - before.rents_exporter
    losers = [name for name, change in effects.displaced.items() if change < -1e-9 * market.quantity.sum()]
    return {
        "product": market.name,
        "importer": market.importer,
        "price to buyers (%)": 100.0 * (effects.product_price_hat - 1.0),
        "imports (%)": float(100 * (buys / bought - 1)),
        "duty (USD million)": float((after.duty - before.duty).sum()),
        "mark-up (USD million)": float((after.markup - before.markup).sum()),
        "rents (USD million)": float(rents.sum()),
        "most displaced": losers[0] if losers else "",
        "adding-up gap (%)": 100.0 * effects.gap,
    }
