"""Markets of products: built in, from the lines of a world, and the elasticities that they use."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from dealspace.errors import DealspaceError, unknown_name
from dealspace.outcomes.products.market import OTHERS, Market, MarketQuota, Source
from dealspace.world.catalogue import DATA

if TYPE_CHECKING:
    import polars as pl

    from dealspace.world.economy import Economy

#: Home against imports over between origins where nothing else is said: the rule of two of computable trade models.
RULE_OF_TWO = 0.5
#: Elasticity of the product's demand in its sector where nothing else is said: its spending moves with the sector's.
UPPER = 1.0
#: Elasticity between origins of a heading that the table of estimates lacks: an assumption, below its median.
FALLBACK_SIGMA = 5.0


@lru_cache(maxsize=1)
def _content() -> dict[str, dict[str, Any]]:
    return json.loads((DATA / "product-markets.json").read_text(encoding="utf-8"))["markets"]


@lru_cache(maxsize=1)
def _estimates() -> dict[str, tuple[float, float, float]]:
    with (DATA / "product-elasticities.csv").open(encoding="utf-8", newline="") as stream:
        rows = csv.DictReader(stream)
        return {row["hs"]: (float(row["sigma"]), float(row["lowest"]), float(row["highest"])) for row in rows}


@lru_cache(maxsize=1)
def _quantities() -> dict[tuple[str, str], float]:
    with (DATA / "japan-products.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return {(row["hs"], row["exporter"]): float(row["quantity"]) for row in rows if row["quantity"]}


def list_markets() -> dict[str, str]:
    """Return the built-in markets: name and title."""
    return {name: entry["title"] for name, entry in _content().items()}


def sigma_of(hs: Sequence[str]) -> tuple[float, str]:
    """Return the elasticity of substitution between origins of headings, and what it rests on.

    The mean over the headings of `hs` (or under its shorter codes) in the table made from Fontagne, Guimbard and
    Orefice (2022); `FALLBACK_SIGMA` where it has none.
    """
    found = [value[0] for code, value in _estimates().items() if any(_overlap(code, wanted) for wanted in hs)]
    if not found:
        return FALLBACK_SIGMA, f"an assumption: the product-level table has no estimate for {', '.join(hs)}"
    lines = f"mean of {len(found)} heading{'s' if len(found) > 1 else ''}"
    return float(np.mean(found)), f"{lines} in the product-level table of Fontagne, Guimbard and Orefice (2022)"


def _overlap(code: str, wanted: str) -> bool:
    return code.startswith(wanted) or wanted.startswith(code)


def load_market(name: str, world: Economy) -> Market:
    """Return a built-in market.

    Parameters
    ----------
    name : str
        See `list_markets`.
    world : Economy
        The economy whose lines and shares it takes, such as world-2022.

    Raises
    ------
    UnknownNameError
        With near matches, when there is no such market.
    DealspaceError
        When the world's lines do not know the product.
    """
    markets = _content()
    if name not in markets:
        raise unknown_name("market", name, markets)
    entry = markets[name]
    if "origins" in entry:
        return _direct(name, entry)
    market = market_from_lines(world, entry["importer"], entry["hs"], name=name, home_share=0.0)
    return _completed(market, entry, world)


def market_from_lines(
    world: Economy,
    importer: str,
    hs: str | Sequence[str],
    *,
    name: str | None = None,
    home_share: float | None = None,
    sigma: float | None = None,
    upper: float = UPPER,
) -> Market:
    """Return the market of any product that the lines of a world know, by origin.

    Parameters
    ----------
    world : Economy
    importer : str
    hs : str or list
        Codes as prefixes: ``"8703"``, ``["0201", "0202"]``.
    name : str, optional
        How reports call it.
    home_share : float, optional
        Share of home supply in spending on the product; that of the product's sector where left out, and none at 0.
    sigma, upper : float, optional
        Elasticities; by default those of `sigma_of` and `UPPER`, with `RULE_OF_TWO` between home and imports.

    Raises
    ------
    DealspaceError
        When no line of the importer has these codes; it says which codes there are near them.
    """
    import polars as pl

    codes = (hs,) if isinstance(hs, str) else tuple(hs)
    codes = tuple(code.removeprefix("hs:").replace(".", "") for code in codes)
    found = _lines(world, importer, codes)
    sector = found.group_by("sector").agg(pl.col("value").sum()).sort("value", "sector")["sector"][-1]
    by_origin = found.group_by("exporter").agg(pl.col("value", "duty").sum()).sort("value", "exporter", descending=True)
    value, duty = by_origin["value"].to_numpy(), by_origin["duty"].to_numpy()
    own = sigma if sigma is not None else sigma_of(codes)[0]
    market = Market(
        name=name or f"hs:{','.join(codes)}",
        importer=importer,
        sector=sector,
        hs=codes,
        origins=tuple(by_origin["exporter"]),
        quantity=value,
        border=np.ones(len(value)),
        tau=1.0 + duty / value,
        specific=np.zeros(len(value)),
        sigma=own,
        sigma_home=RULE_OF_TWO * own,
        upper=upper,
        sources=(Source("imports", "seen", "values and duties of the world's product lines"),),
    )
    share = _sector_home_share(world, importer, sector) if home_share is None else home_share
    return with_home(market, share=share)


def with_home(market: Market, share: float) -> Market:
    """Return the market with home supply that takes a share of spending, counted at a price of 1 per unit."""
    if share <= 0:
        return market
    bought = market.spending.sum() * share / (1.0 - share)
    return _joined(market, market.importer, bought / market.per_unit, 1.0, 1.0)


def _sector_home_share(world: Economy, importer: str, sector: str) -> float:
    n, j = world.region_index(importer), world.sector_index(sector)
    return float(world.flows[n, n, j] / world.expenditure[n, j])


def _lines(world: Economy, importer: str, hs: tuple[str, ...]) -> pl.DataFrame:
    """Value and duty by exporter and sector of the lines of `importer` under the codes: columns of these names."""
    import polars as pl

    if world.lines is None:
        raise DealspaceError(f"{world.name!r} has no product lines; give a world with lines, such as world-2022")
    text = pl.col("importer", "exporter", "sector").cast(pl.String)
    frame = world.lines.frame.filter(pl.col("importer") == importer).with_columns(text)
    under = pl.any_horizontal([pl.col("hs").str.starts_with(code) for code in hs]) & ~pl.col("hs").str.ends_with("x")
    found = frame.filter(under & (pl.col("value") > 0))
    if not found.height:
        chapter = pl.any_horizontal([pl.col("hs").str.starts_with(code[:2]) for code in hs])
        known = frame.filter(chapter)["hs"].unique().sort().to_list()
        raise DealspaceError(
            f"no line of {importer}'s imports is under {', '.join(hs)}; in its chapter this world knows "
            f"{', '.join(known[:8]) or 'none'}"
        )
    lost = sorted(set(found["exporter"]) - set(world.regions))
    if lost:
        raise DealspaceError(f"the lines of {importer} name {', '.join(lost)}, which is no region of {world.name!r}")
    return found.group_by("exporter", "sector").agg(pl.col("value", "duty").sum()).sort("exporter", "sector")


def _joined(market: Market, origin: str, quantity: float, price: float, tau: float) -> Market:
    return market.with_(
        origins=(*market.origins, origin),
        quantity=np.append(market.quantity, quantity),
        border=np.append(market.border, price),
        tau=np.append(market.tau, tau),
        specific=np.append(market.specific, 0.0),
    )


def _sources(entry: dict[str, Any], sigma: str) -> tuple[Source, ...]:
    return (*(Source(**each) for each in entry["sources"]), Source("elasticity between origins", "seen", sigma))


def _completed(market: Market, entry: dict[str, Any], world: Economy) -> Market:
    """Put quantities, other origins and home supply of the table into a market from lines."""
    value = np.array([entry.get("values", {}).get(name, market.quantity[o]) for o, name in enumerate(market.origins)])
    quantity, border = value, np.ones(len(value))
    if entry["unit"].startswith("kt"):
        quantity = np.array([sum(_quantities()[code, name] for code in entry["hs"]) for name in market.origins])
        border = value / quantity
    sigma, home, basis = _elasticities(entry, world)
    market = market.with_(
        quantity=quantity, border=border, unit=entry["unit"], price_unit=entry["price_unit"], sector=entry["sector"],
        upper=entry["upper"], sigma=sigma, sigma_home=home, sources=_sources(entry, basis),
    )  # fmt: skip
    others = entry.get("others")
    if others is not None:
        mean = border[market.at("USA")] * others.get("relative_price", 1.0) if "USA" in market.origins else 1.0
        amount = _sector_imports(world, market) if others.get("sector") else others.get("quantity", others.get("value"))
        market = _joined(market, OTHERS, float(amount), float(mean), 1.0 + others["rate"])
    home = entry.get("home")
    if home is None:
        return market
    if "share" in home:
        share = home["share"]
        return with_home(
            market, _sector_home_share(world, market.importer, market.sector) if share == "sector" else share
        )
    price = home["relative_price"] * float(market.spending.sum() / market.quantity.sum())
    return _joined(market, market.importer, home["quantity"], price, 1.0)


def _elasticities(entry: dict[str, Any], world: Economy) -> tuple[float, float, str]:
    """Return sigma, sigma_home and what sigma rests on."""
    given = entry.get("sigma")
    if given == "sector":
        whole = 1.0 + float(world.trade_elasticity[world.sector_index(entry["sector"])])
        return whole, whole, "one plus the sector's trade elasticity"
    sigma, basis = sigma_of(entry["hs"]) if given is None else (float(given), "an assumption")
    return sigma, RULE_OF_TWO * sigma, basis


def _sector_imports(world: Economy, market: Market) -> float:
    n, j = world.region_index(market.importer), world.sector_index(market.sector)
    named = {n, *(world.region_index(name) for name in market.origins)}
    return float(sum(world.flows[n, i, j] for i in range(len(world.regions)) if i not in named))


def _direct(name: str, entry: dict[str, Any]) -> Market:
    """Return a market whose every number stands in the table."""
    sigma, basis = (entry["sigma"], "an assumption") if "sigma" in entry else sigma_of(entry["hs"])
    quotas = tuple(MarketQuota(**{**quota, "origins": tuple(quota["origins"])}) for quota in entry["quotas"])
    origins = tuple(origin["name"] for origin in entry["origins"])
    specific = np.zeros(len(origins))
    for quota in quotas:
        inside = quota.inside_specific + quota.premium * (quota.outside_specific - quota.inside_specific)
        specific[[origins.index(each) for each in quota.origins]] = inside
    return Market(
        name=name,
        importer=entry["importer"],
        sector=entry["sector"],
        hs=tuple(entry["hs"]),
        origins=origins,
        quantity=np.array([origin["quantity"] for origin in entry["origins"]]),
        border=np.array([origin["border"] for origin in entry["origins"]]),
        tau=np.ones(len(origins)),
        specific=specific,
        sigma=sigma,
        sigma_home=RULE_OF_TWO * sigma,
        upper=entry["upper"],
        unit=entry["unit"],
        price_unit=entry["price_unit"],
        per_unit=1.0 / entry["per_usd"],
        supply=entry.get("supply", np.inf),
        quotas=quotas,
        sources=_sources(entry, basis),
    )
