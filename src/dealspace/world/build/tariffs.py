"""Step 4: baseline tariffs from collected duties, Japan's schedule, and applied means."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl

from dealspace.world.build.agreements import free_pairs
from dealspace.world.build.concordance import SPECIAL_CHAPTERS, Concordance
from dealspace.world.build.japan import WITHIN_CHAPTER, Schedule
from dealspace.world.build.naming import GOODS, GROUPS, REGIONS, SECTORS
from dealspace.world.build.profiles import Profile

USA, JPN = REGIONS.index("USA"), REGIONS.index("JPN")
#: Share of finished cars in a region's vehicle imports if cars and other vehicles paid the same duty
#: (US imports of HS 8703 in those of sector C29, 2024, rounded), and how that share falls with the duty.
CAR_SHARE, CAR_ELASTICITY = 0.55, 5.0
#: Simple means of Japan's schedule of 2025 on crude fuels and on ores.
CRUDE_FUEL_RATE, ORE_RATE = 0.008, 0.0004
PRIMARY_GOODS = ("A01_02", "A03", "B05_06", "B07T09", "C10T12", "C19", "C24")


class Tariffs(NamedTuple):
    """Baseline rates (importer, exporter, sector), and what each importer's rates rest on."""

    rate: np.ndarray
    basis: dict[str, str]
    free: dict[tuple[str, str], tuple[tuple[str, ...], str]]


def baseline_tariffs(
    import_totals: pl.DataFrame,
    us_lines: pl.DataFrame,
    japan_chapters: dict[str, np.ndarray],
    schedule: Schedule,
    profiles: dict[str, Profile],
    concordance: Concordance,
) -> Tariffs:
    """Rates of every importer on every exporter.

    Parameters
    ----------
    import_totals : exporter, sector, value, duty of the US
    us_lines : exporter, hs, sector, value: composition of each exporter's sales, used to weigh Japan's lines
    japan_chapters : chapter -> (good,) US exports to Japan
    """
    rate = np.zeros((len(REGIONS), len(REGIONS), len(SECTORS)))
    basis: dict[str, str] = {}
    for n, importer in enumerate(REGIONS):
        profile, basis[importer] = _profile_of(importer, profiles)
        rate[n, :, : len(GOODS)] = profile_row(profile)
    free = free_pairs()
    for (importer, exporter), (goods, _) in free.items():
        columns = [GOODS.index(good) for good in goods]
        rate[REGIONS.index(importer), REGIONS.index(exporter), columns] = 0.0
    rate[USA, :, : len(GOODS)] = collected_duties(import_totals)
    basis["USA"] = "duties collected in 2024 over imports for consumption, by partner and sector"
    rate[JPN, :, : len(GOODS)] = japan_rates(us_lines, japan_chapters, schedule, concordance)
    basis["JPN"] = "schedule of 1 April 2025 with every exporter's agreement rates"
    own = np.arange(len(REGIONS))
    rate[own, own, :] = 0.0
    free = {pair: entry for pair, entry in free.items() if pair[0] not in ("USA", "JPN")}
    return Tariffs(rate, basis, free)


def _profile_of(importer: str, profiles: dict[str, Profile]) -> tuple[Profile, str]:
    """The profile of an importer with gaps filled by the mean of all others, and what it rests on."""
    key = "EU" if importer in GROUPS["EU"] else importer
    own = profiles.get(key, Profile(None, None, None))
    manufactured = _or_median(own.manufactured, [p.manufactured for p in profiles.values()])
    primary = _or_median(own.primary, [p.primary for p in profiles.values()])
    gaps = [name for name in ("manufactured", "primary") if getattr(own, name) is None]
    text = "World Bank trade-weighted applied MFN means"
    text += f"; {' and '.join(gaps)}: median of all regions" if gaps else ""
    return Profile(manufactured, primary, own.car), text


def _or_median(value: float | None, others: list[float | None]) -> float:
    return value if value is not None else float(np.median([v for v in others if v is not None]))


def profile_row(profile: Profile) -> np.ndarray:
    """Rates by good (good,) from the means of manufactured and primary goods and the car duty."""
    assert profile.manufactured is not None
    assert profile.primary is not None
    row = np.array([profile.primary if g in PRIMARY_GOODS else profile.manufactured for g in GOODS])
    # The primary mean is one of food. Fuels and metals pay the lower of the two, crude fuels and ores next to
    # nothing anywhere: Japan's mean rate on them stands for all.
    for good in ("C19", "C24"):
        row[GOODS.index(good)] = min(profile.primary, profile.manufactured)
    row[GOODS.index("B05_06")], row[GOODS.index("B07T09")] = CRUDE_FUEL_RATE, ORE_RATE
    if profile.car is not None:
        row[GOODS.index("C29")] = vehicle_rate(profile.car, profile.manufactured)
    return row


def vehicle_rate(car: float, other: float) -> float:
    """Trade-weighted duty on vehicles and parts when dear duties keep cars out.

    The share of cars falls with their duty as (1 + t)^-5 from 55 % at equal duties.
    """
    cars = CAR_SHARE * (1 + car) ** -CAR_ELASTICITY
    rest = (1 - CAR_SHARE) * (1 + other) ** -CAR_ELASTICITY
    return (cars * car + rest * other) / (cars + rest)


def collected_duties(import_totals: pl.DataFrame) -> np.ndarray:
    """US duty over value (exporter, good); partners without imports of a good take the US mean of the good."""
    value, duty = np.zeros((len(REGIONS), len(GOODS))), np.zeros((len(REGIONS), len(GOODS)))
    for exporter, sector, v, d in import_totals.select("exporter", "sector", "value", "duty").iter_rows():
        rows = GROUPS["EU"] if exporter == "EU" else (exporter,)
        for name in rows:
            value[REGIONS.index(name), GOODS.index(sector)] += v / len(rows)
            duty[REGIONS.index(name), GOODS.index(sector)] += d / len(rows)
    mean = np.divide(duty.sum(axis=0), value.sum(axis=0))
    return np.divide(duty, value, out=np.tile(mean, (len(REGIONS), 1)), where=value > 0)


def japan_rates(
    us_lines: pl.DataFrame,
    japan_chapters: dict[str, np.ndarray],
    schedule: Schedule,
    concordance: Concordance,
) -> np.ndarray:
    """Japan's duties (exporter, good).

    For the United States each chapter's rate is weighed by US exports to Japan; for others each HS6 by what the
    exporter sells to the United States, the only composition at hand.
    """
    rates = np.zeros((len(REGIONS), len(GOODS)))
    for exporter in REGIONS:
        row = REGIONS.index(exporter)
        if exporter == "USA":
            duty = sum(japan_chapter_duty(japan_chapters, schedule, concordance).values())
            value = sum(japan_chapters.values())
            rates[row] = np.divide(duty, value, out=np.zeros(len(GOODS)), where=np.asarray(value) > 0)
        elif exporter != "JPN":
            rates[row] = weighted_by_us_imports(exporter, us_lines, schedule, concordance)
    return rates


def japan_chapter_duty(
    japan_chapters: dict[str, np.ndarray], schedule: Schedule, concordance: Concordance
) -> dict[str, np.ndarray]:
    """Duty that US goods pay in Japan, chapter -> (good,), USD million; chapters 98 and 99 pay none."""
    duty = {}
    for chapter, values in japan_chapters.items():
        if chapter in SPECIAL_CHAPTERS:
            duty[chapter] = np.zeros(len(GOODS))
        elif chapter in WITHIN_CHAPTER:
            duty[chapter] = values * _known_mix_rate(chapter, float(values.sum()), schedule)
        else:
            duty[chapter] = values * sector_means(chapter, "USA", schedule, concordance)
    return duty


def _known_mix_rate(chapter: str, total: float, schedule: Schedule) -> float:
    """Mean rate of a chapter whose main products' values are known; a NaN entry takes what is left."""
    mix = dict(WITHIN_CHAPTER[chapter])
    known = sum(value for value in mix.values() if value == value)
    mix = {heading: value if value == value else max(total - known, 0.0) for heading, value in mix.items()}
    weights = sum(mix.values())
    return sum(schedule.heading_rate("USA", heading) * value for heading, value in mix.items()) / weights


def sector_means(chapter: str, exporter: str, schedule: Schedule, concordance: Concordance) -> np.ndarray:
    """Simple mean over the HS6 codes of a chapter (empty: of all) that belong to each good (good,)."""
    total, weight = np.zeros(len(GOODS)), np.zeros(len(GOODS))
    for code in schedule.mfn:
        rate = schedule.rate(exporter, code) if code.startswith(chapter) else None
        if rate is not None and (shared := concordance.sectors(code)):
            for sector in shared:
                total[GOODS.index(sector)] += rate / len(shared)
                weight[GOODS.index(sector)] += 1 / len(shared)
    return np.divide(total, weight, out=np.zeros(len(GOODS)), where=weight > 0)


def weighted_by_us_imports(
    exporter: str, us_lines: pl.DataFrame, schedule: Schedule, concordance: Concordance, without: tuple[str, ...] = ()
) -> np.ndarray:
    """Rates (good,) weighed by the exporter's own sales to the United States; simple means without sales.

    Codes that begin with one of `without` are left out.
    """
    source = "EU" if exporter in GROUPS["EU"] else exporter
    part = (
        us_lines.filter(pl.col("exporter") == source)
        .group_by(pl.col("hs").str.slice(0, 6), "sector")
        .agg(pl.col("value").sum())
        .sort("hs", "sector")
    )
    duty, value = np.zeros(len(GOODS)), np.zeros(len(GOODS))
    for code, sector, amount in part.iter_rows():
        rate = None if code.startswith(without) else schedule.rate(exporter, code)
        if rate is not None:
            duty[GOODS.index(sector)] += rate * amount
            value[GOODS.index(sector)] += amount
    plain = sector_means("", exporter, schedule, concordance)
    return np.divide(duty, value, out=plain, where=value > 0)
