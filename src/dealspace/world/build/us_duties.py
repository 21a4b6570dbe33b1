"""Normal US duties by tariff line, found in the duties collected in 2024.

What a line pays without any preference or extra duty is the rate that most partners without an agreement paid on it.
Duties of the tariff schedule are multiples of a tenth of a point, so collected rates are counted in such steps. Where
they scatter, as specific duties do, the duty is unknown.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from dealspace.instruments.lists import ALUMINIUM_ARTICLES, STEEL_ARTICLES
from dealspace.world.build.census_imports import read_imports

SOURCE = "US Census Bureau, imports for consumption and calculated duty by HS10 and partner, 2024"
#: Regions whose goods pay the normal duty: neither an agreement, nor a regional preference, nor extra duties.
#: Japan is one on all but some lines; the general scheme of preferences had lapsed in 2024.
WITHOUT_AGREEMENT = (
    "EU", "GBR", "CHE", "TWN", "THA", "VNM", "IND", "IDN", "MYS", "PHL", "TUR", "BRA", "SAU", "NZL", "JPN",
)  # fmt: skip
#: Regions whose goods are free where they qualify.
FREE_IF_QUALIFIED = ("CAN", "MEX", "KOR", "AUS", "SGP", "ZAF")
#: Section 232 duties of 2018, which some partners still paid in 2024, on top of the normal duty.
STEEL = 0.25
OLD_DUTIES = ((STEEL_ARTICLES, STEEL), (ALUMINIUM_ARTICLES, 0.10))
#: A step of the schedule; how far from it a collected rate may lie: at a rate of zero, per unit of rate, at most.
STEP, NEAR, NEAR_SLOPE, NEAR_MOST = 0.001, 0.00015, 0.001, 0.0004
#: Share of the votes that makes a rate the line's own. Less will do where the others paid less, as special provisions
#: let them, and next to nobody paid more: a specific duty scatters to both sides.
CLEAR, CLEAR_ENOUGH, ABOVE = 0.5, 0.2, 0.1
#: Entries below this value (USD million) say little, since duties are rounded to dollars.
LEAST = 0.01
#: A rate of zero that one entry alone vouches for needs this value (USD million) behind it.
ALONE = 1.0
#: A partner whose mean duty is within this share of the normal one uses no preference.
UNUSED = 0.05
#: A partner spared this per cent of the duty pays none on most of its goods.
MOST = 50


def us_duties(imports_file: Path, country_codes: Path) -> pl.DataFrame:
    """Return the normal duty of each 8-digit line that was imported in 2024.

    Parameters
    ----------
    imports_file, country_codes : Path
        As `read_imports` takes them.

    Returns
    -------
    DataFrame
        ``hs`` (8 digits), ``inner`` (last digits of its 10-digit lines), ``mfn`` (normal duty, a fraction; null without
        a clear one), ``clear`` (share of the votes for it, per cent), ``entries`` (their number), ``mean`` (mean duty
        collected from the same partners). For each of `FREE_IF_QUALIFIED` its own rate (free where its goods were
        spared most of the duty, else null) and ``.._used``, the per cent of the duty that they were spared; ``JPN``,
        the rate under the agreement of 2019 where most of its trade paid that; ``CHN``, the mean duty collected,
        section 301 included.
    """
    rate = pl.col("duty") / pl.col("value")
    lines = read_imports(imports_file, country_codes).filter(pl.col("value") > 0)
    lines = lines.with_columns(hs10=pl.col("hs"), hs=pl.col("hs").str.slice(0, 8), rate=rate)
    general = _clearest(_votes(lines.filter(pl.col("exporter").is_in(WITHOUT_AGREEMENT)), power=0.5))
    suffix = pl.col("hs10").str.slice(8).unique().sort().str.join(" ")
    table = lines.group_by("hs").agg(inner=suffix).join(general, on="hs", how="left")
    for partner in FREE_IF_QUALIFIED:
        table = table.join(_mean(lines, partner), on="hs", how="left").with_columns(_spared(partner))
        table = table.with_columns(pl.when(pl.col(f"{partner}_used") >= MOST).then(0.0).alias(partner))
    own = _clearest(_votes(lines.filter(pl.col("exporter") == "JPN"), power=1.0))
    table = table.join(own.select("hs", JPN="mfn"), on="hs", how="left").with_columns(_agreed())
    table = table.join(_mean(lines, "CHN"), on="hs", how="left")
    return table.sort("hs").with_columns(pl.col(pl.Float64).round(4))


def _mean(lines: pl.DataFrame, partner: str) -> pl.DataFrame:
    """Mean duty collected from a partner by line."""
    part = lines.filter(pl.col("exporter") == partner)
    return part.group_by("hs").agg((pl.col("duty").sum() / pl.col("value").sum()).alias(partner))


def _spared(partner: str) -> pl.Expr:
    """Per cent of the normal duty that a partner's goods were spared; null where there is none to be spared."""
    share = 1 - pl.col(partner) / pl.col("mfn")
    used = pl.when((pl.col("mfn") > 0) & (share > UNUSED)).then((100 * share).round().cast(pl.UInt8))
    return used.alias(f"{partner}_used")


def _agreed() -> pl.Expr:
    """The agreement of 2019 made lines free or halved their duty; other low rates have other reasons."""
    cut = (pl.col("mfn") > 0) & ((pl.col("JPN") == 0) | ((pl.col("JPN") * 2 - pl.col("mfn")).abs() < STEP))
    return pl.when(cut & ~_old("hs").gt(0)).then(pl.col("JPN")).alias("JPN")


def _votes(lines: pl.DataFrame, power: float) -> pl.DataFrame:
    """One vote for each partner and 10-digit line, weighing value**power; tiny entries only where there is no other."""
    sure = lines.filter(pl.col("value") >= LEAST)
    rest = lines.join(sure.select("hs").unique(), on="hs", how="anti")
    return pl.concat([sure, rest]).with_columns(vote=pl.col("value").pow(power))


def _clearest(votes: pl.DataFrame) -> pl.DataFrame:
    """The rate of each line with most votes: hs, mfn (null unless clear), clear, entries, mean."""
    # Who paid the whole old duty on metals votes for what is left without it; who paid it in part does not vote.
    old = _old("hs10")
    votes = votes.with_columns(rate=pl.col("rate") - pl.when(pl.col("rate") >= old - NEAR).then(old).otherwise(0.0))
    step = (pl.col("rate") / STEP).round()
    far = (pl.col("rate") - step * STEP).abs()
    near = far <= pl.min_horizontal(NEAR + NEAR_SLOPE * pl.col("rate"), NEAR_MOST)
    votes = votes.with_columns(step=step.abs(), near=near).filter(pl.col("near") | (old == 0))
    best = _best(votes)
    every = pl.col("vote").sum()
    return (
        votes.join(best, on="hs", how="left")
        .group_by("hs")
        .agg(
            pl.first("best", "backed"),
            share=(pl.first("for") / every).fill_null(0.0),
            above=pl.col("vote").filter(pl.col("rate") > pl.col("best") + NEAR_MOST).sum() / every,
            below=pl.col("vote").filter(pl.col("rate") < pl.col("best") - NEAR_MOST).sum() / every,
            entries=pl.len().cast(pl.UInt16),
            mean=(pl.col("rate") * pl.col("value")).sum() / pl.col("value").sum(),
        )
        .select("hs", mfn=pl.when(_is_clear()).then("best"), clear=_per_cent("share"), entries="entries", mean="mean")
    )


def _best(votes: pl.DataFrame) -> pl.DataFrame:
    """The rate that stands out in each line: hs, best, for (its votes), backed (by more than one entry).

    It is the one with most votes. Much steel came in within quotas free of the old duty and paid it over them: a mean
    of the two is more than the normal duty, never less, so there it is the lowest that more than a few vote for.
    """
    total = votes.group_by("hs").agg(all=pl.col("vote").sum())
    rates = (
        votes.filter("near")
        .group_by("hs", "step")
        .agg(pl.col("vote").sum().alias("for"), backed=(pl.len() > 1) | (pl.col("value").sum() >= ALONE))
        .join(total, on="hs")
        .with_columns(steel=_old("hs") == STEEL, few=pl.col("for") < ABOVE * pl.col("all"))
    )
    rank = pl.when("steel").then(pl.col("step") + 1e6 * pl.col("few")).otherwise(-pl.col("for"))
    return (
        rates.with_columns(rank=rank)
        .sort("hs", "rank", "step")
        .unique("hs", keep="first", maintain_order=True)
        .select("hs", "for", "backed", best=pl.col("step") * STEP)
    )


def _is_clear() -> pl.Expr:
    enough, backed, positive = pl.col("share") >= CLEAR_ENOUGH, pl.col("backed"), pl.col("best") > 0
    lower = enough & (pl.col("above") <= ABOVE) & backed & positive
    steel = _old("hs") == STEEL
    lowest = steel & (pl.col("share") >= ABOVE) & (pl.col("below") <= ABOVE) & (backed | ~positive)
    most = ~steel & (pl.col("share") >= CLEAR) & (backed | positive)
    return lower | lowest | most


def _per_cent(column: str) -> pl.Expr:
    return (100 * pl.col(column)).round().cast(pl.UInt8)


def _old(column: str) -> pl.Expr:
    """Points of the old duty on metals that a line may have paid in 2024."""
    old = pl.lit(0.0)
    for articles, points in OLD_DUTIES:
        caught = pl.any_horizontal([pl.col(column).str.starts_with(code) for code in articles])
        old = pl.when(caught).then(points).otherwise(old)
    return old
