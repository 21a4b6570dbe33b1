"""The provenance of the benchmark: each source, what was estimated and how, every pinned number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from dealspace.world.build.agreements import AGREEMENTS
from dealspace.world.build.balance import FINAL_FLOOR
from dealspace.world.build.balance_report import partner_gaps, table
from dealspace.world.build.concordance import OVERRIDES
from dealspace.world.build.customs import PINNED, SERVICES_PINS
from dealspace.world.build.elasticities import DEFAULT
from dealspace.world.build.japan import ESTIMATES, WITHIN_CHAPTER
from dealspace.world.build.named_lines import LARGEST_SHARE
from dealspace.world.build.naming import GOODS, REGIONS
from dealspace.world.build.product_elasticities import CITATION
from dealspace.world.build.product_lines import SMALL
from dealspace.world.build.tariffs import CRUDE_FUEL_RATE, ORE_RATE

if TYPE_CHECKING:
    from dealspace.world.build.procedure import Benchmark

_FAR = 0.15  # gaps to customs that are named one by one
_CUT = 0.05  # cuts of US own absorption that are named

SOURCES = (
    (
        "OECD, Inter-Country Input-Output Tables (oe.cd/icio)",
        "2022",
        "flows of 81 countries and 27 goods sectors, services as one, basic prices; negatives clipped to 0",
        "reuse with citation",
    ),
    (
        "OECD, Inter-Country Input-Output Tables, edition 2023",
        "2020",
        "input, value-added and final-demand shares of 77 countries and 45 sectors",
        "reuse with citation",
    ),
    (
        "World Input-Output Database, release 2013 (Timmer et al. 2015, Review of International Economics 23)",
        "2011",
        "bilateral services flows of 41 countries, as a prior",
        "CC BY",
    ),
    (
        "US Census Bureau, imports for consumption and calculated duty by HS10 and partner",
        "2024",
        "US goods imports, collected duties, product lines",
        "public domain",
    ),
    ("US Census Bureau, exports by HS chapter and partner", "2024", "US goods exports", "public domain"),
    (
        "Japan Customs, import tariff schedule of 1 April 2025",
        "2025",
        "Japan's applied and preferential rates, 9-digit lines",
        "public",
    ),
    (
        "World Bank, World Development Indicators (WITS/TRAINS)",
        "2014-2019",
        "trade-weighted applied MFN means, manufactured and primary goods, by importer",
        "CC BY 4.0",
    ),
    (
        "World Population Review, Automobile tariffs by country 2024 (a popular compilation)",
        "2024",
        "MFN duty on cars",
        "",
    ),
    (
        "Concordance HS6 to ICIO, from WITS and UNSD correspondence tables",
        "",
        f"equal split, with {len(OVERRIDES)} overrides by HS prefix",
        "public",
    ),
    ("Seven published tables of trade elasticities, each cited in elasticities.json", "2015-2023", "theta", "papers"),
    (CITATION, "2022", "elasticities of substitution by HS heading, means of significant HS6 estimates", "CEPII"),
    (
        "Congressional Research Service, IF11120 (15 July 2025)",
        "2024",
        "services between the United States and Japan: 42 and 49 bn",
        "public domain",
    ),
)

ESTIMATED = """\
- **Coefficients and flows are of different years and editions.** Value-added and input shares are those of
  2020; they are fitted to the absorption and output of 2022 region by region, with final demand of a sector
  starting at no less than {floor:.0%} of its absorption. Value-added shares are not changed. The balance
  report says what moved.
- **Services by sector are estimated.** The flows know services as one. They are split by fitting the pattern
  of 2011 to bilateral totals, importers' use and exporters' output. Computer services are taken out of
  business services by each exporter's mix of 2020. Regions that WIOD lacks take the pattern of its rest of
  the world.
- **US goods trade is on the customs basis of 2024**, everything else at basic prices of 2022. With pinned
  partners ({pinned}) cells equal customs by sector; with other partners that customs names, customs values
  are only the prior of the balancing, and **their cells miss customs by much**, because output and absorption
  stay those of 2022: {gaps}. The balance report compares every partner. US own absorption gives way to customs
  values: {cuts}. Trade and transport margins are inside customs values and inside the services sector of the
  tables: they count twice in pinned cells.
- **The EU in US imports** is known as one; members get the EU's value by sector in proportion to their flows
  of 2022 (and its duty rate). Slovakia, which the source also lists alone, is counted once. Members that US
  exports do not name share the rest of the EU the same way.
- **US exports by sector** come from chapters: the number of HS6 codes of a chapter in each sector, tilted
  once to the sector mix of the inter-country table.
- **Chapters 98 and 99** are spread over a partner's goods in proportion.
- **Japan's duties on others than the US** are weighed by what each exporter sells to the United States, the
  line-level composition at hand but for the products named below, and assume that preferences are used in full.
  Lines that are not ad valorem ({specific:.1%} of lines) are left out of the means, except for the estimates
  below; out-of-quota dairy, sugar and starch duties are therefore understated.
- **Other importers' duties are approximations**: one applied MFN mean for manufactures, one for farm goods
  and food (2018, or the nearest year before; 2019 only for manufactures), zero between the members of the
  agreements listed below. Crude fuels {fuel:.1%} and ores {ore:.2%} are the means of Japan's schedule.
  Vehicles combine the car duty with the manufactured mean; cars weigh 55 % at equal duties and less as their
  duty rises, by (1 + t)^-5. Taiwan, Australian manufactures and the rest of the world take the median of all
  importers.
- **Product lines.** US import lines below USD {small} mn are merged into their chapter. Lines of EU members
  are the EU's, scaled. Duties on US exports by chapter are estimated from rates, not collected.
- **Products named in Japan's imports** stand by origin with a rest line beside them (`10x` is chapter 10 without
  the headings named, `x` a cell without them). US goods: value and duty of each sector are those of the chapters,
  so the rest of a chapter carries what its estimate leaves (chapter 04: {dairy:.0%}, because cheese pays less than
  the mean of its codes). Other origins: named lines are at most {largest:.0%} of a cell, and the cell's rate is the
  mean of its lines; these rates differ from the weights by US imports, which know no wheat or rice: {changed}.
"""


OTHER_TABLES = (
    (
        "autos.json",
        "python -m dealspace.world.build.autos",
        "figures quoted one by one from makers, associations and the press; US Census lines of this world",
        "each cell carries status, arithmetic and source",
    ),
    (
        "employment.json",
        "python -m dealspace.world.build.employment",
        "US Bureau of Labor Statistics (public domain); figures quoted one by one from ministries and the press",
        "each entry carries status and source",
    ),
    (
        "product-markets.json",
        "written by hand",
        "figures quoted one by one; the lines of this world and product-elasticities.csv",
        "each market lists what is seen, derived and assumed",
    ),
    ("japan-products.csv", "written by hand", "figures quoted one by one", "each row carries status, basis and source"),
)


def provenance(built: Benchmark, facts: dict[str, Any]) -> str:
    """Markdown text of the provenance; numbers are computed from `built` and the headline facts."""
    schedule = built.sources.schedule
    text = ESTIMATED.format(
        floor=FINAL_FLOOR,
        pinned=", ".join(PINNED),
        specific=1 - schedule.ad_valorem / schedule.lines,
        fuel=CRUDE_FUEL_RATE,
        ore=ORE_RATE,
        small=SMALL,
        dairy=_rest_rate(built, "04x"),
        largest=LARGEST_SHARE,
        changed=_changed(built),
        gaps=_gaps(built, facts),
        cuts=_cuts(built),
    )
    parts = [
        "# Provenance of world-2022",
        "Written by `dealspace world build`, which computes the benchmark; no source file is shipped.",
        "## Sources",
        table(("source", "year", "used for", "terms"), SOURCES),
        "## Tables that stand beside the benchmark",
        table(("file", "made by", "from", "how it is marked"), OTHER_TABLES),
        "## What was estimated, and how",
        text.strip(),
        "## Ad valorem equivalents in Japan's schedule (estimated)",
        _equivalents(),
        "## Products named in Japan's imports",
        "Values in USD million at customs, duty in per cent of value. An assumption is called one.",
        _named(built),
        "## Elasticities",
        _elasticities(built),
        "## Agreements taken as free trade",
        "As notified to the WTO (Regional Trade Agreements Database). Rates of the United States and Japan do not use "
        "this list: they rest on collected duties and on the schedule.",
        table(("agreement", "since", "goods"), [(a.name, a.since, _scope(a.goods)) for a in AGREEMENTS]),
        "## What each importer's tariffs rest on",
        table(("importer", "basis"), built.tariffs.basis.items()),
        "## Pinned numbers (USD million)",
        _pins(built),
    ]
    return "\n\n".join(parts) + "\n"


def _gaps(built: Benchmark, facts: dict[str, Any]) -> str:
    """Say how far US imports from the largest partners off customs are, and the range of all."""
    loose = [gap for gap in partner_gaps(built, facts) if not gap.pinned and gap.partner != "ROW"]
    offs = [(gap, off) for gap in loose if (off := gap.gap(0)) is not None]
    worst = sorted((pair for pair in offs if abs(pair[1]) >= _FAR), key=lambda pair: -(pair[0].customs[0] or 0.0))
    named = ", ".join(f"{gap.partner} {off:+.0%}" for gap, off in worst)
    low, high = min(off for _, off in offs), max(off for _, off in offs)
    canada = next(gap for gap in loose if gap.partner == "CAN")
    bought, sold = (value or 0.0 for value in canada.customs)
    return (
        f"US imports lie {low:+.0%} to {high:+.0%} off customs ({named}), and balances with them; the deficit with "
        f"Canada is {(canada.benchmark[0] - canada.benchmark[1]) / 1e3:.0f} bn against {(bought - sold) / 1e3:.0f} bn"
    )


def _cuts(built: Benchmark) -> str:
    """Say how much of US own absorption was cut, sector by sector, where it is much."""
    usa = REGIONS.index("USA")
    change = built.flows[usa, usa] / built.original[usa, usa] - 1
    cut = sorted((float(change[j]), good) for j, good in enumerate(GOODS) if change[j] <= -_CUT)
    return ", ".join(f"{good} {size:+.0%}" for size, good in cut)


def _scope(goods: tuple[str, ...]) -> str:
    return "all goods" if goods == GOODS else "all but farm goods, fish and food"


def _equivalents() -> str:
    rows = [
        (heading, e.product, f"{e.with_preference:.1%}", f"{e.without:.1%}", e.formula, e.source)
        for heading, e in ESTIMATES.items()
    ]
    mixes = [f"chapter {chapter}: {', '.join(mix)}" for chapter, mix in WITHIN_CHAPTER.items()]
    head = ("HS", "product", "agreement partners", "others", "formula", "source")
    return (
        f"{table(head, rows)}\n\nUS exports are weighed by product inside {'; '.join(mixes)}; elsewhere by simple mean."
    )


def _named(built: Benchmark) -> str:
    rows = [
        (e.product, e.hs, e.exporter, f"{e.value:,.1f}", f"{e.duty(built.sources.schedule):.1%}", e.basis, e.source)
        for e in built.sources.named
    ]
    return table(("product", "HS", "origin", "value", "duty", "basis", "source"), rows)


def _changed(built: Benchmark) -> str:
    """Say which of Japan's rates the named lines moved by more than half a point."""
    row = REGIONS.index("JPN")
    before, after = built.unsplit.rate[row], built.tariffs.rate[row]
    moved = sorted(zip(*np.nonzero(np.abs(after - before) >= 0.005), strict=True))
    return ", ".join(f"{REGIONS[i]} {GOODS[j]} {before[i, j]:.1%} to {after[i, j]:.1%}" for i, j in moved)


def _rest_rate(built: Benchmark, code: str) -> float:
    rest = built.lines.filter((pl.col("importer") == "JPN") & (pl.col("exporter") == "USA") & (pl.col("hs") == code))
    return float(rest["duty"].sum()) / float(rest["value"].sum())


def _elasticities(built: Benchmark) -> str:
    sets = built.sources.elasticities
    rows = [(name, entry["citation"], entry["conversion"], entry["note"]) for name, entry in sets.items()]
    return (
        f"The default is `{DEFAULT}`: no single paper covers every sector well (vehicles run from 1.4 to 7.9), so the "
        "median by sector across papers is used and the spread across papers is its uncertainty. In every set theta is "
        "the elasticity of spending to the duty-inclusive price. Standard errors are not in the tables at hand.\n\n"
        + table(("set", "citation", "conversion", "note"), rows)
    )


def _pins(built: Benchmark) -> str:
    usa, g = REGIONS.index("USA"), len(GOODS)
    rows = []
    for partner in PINNED:
        n = REGIONS.index(partner)
        bought, sold = built.pins[usa, n, :g], built.pins[n, usa, :g]
        for j, good in enumerate(GOODS):
            rows.append((partner, good, f"{bought[j]:,.3f}", f"{sold[j]:,.3f}"))
        rows.append((partner, "all goods", f"{bought.sum():,.3f}", f"{sold.sum():,.3f}"))
        if partner in SERVICES_PINS:
            rows.append((partner, "services", *(f"{value:,.0f}" for value in SERVICES_PINS[partner])))
    return table(("partner", "sector", "US imports", "US exports"), rows)
