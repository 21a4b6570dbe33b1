"""Reader of applied tariff profiles (World Bank, WTO) for importers without a schedule of their own here."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

MANUFACTURED = "manufactured products (SITC 5-8 less 68)"
PRIMARY = "primary products (SITC 0-4 plus 68)"
CARS = ("passenger cars HS8703 (MFN duty)",)
#: Trade-weighted manufactured means of 2018, else 2019. Primary means only up to 2018: those of 2019 jump
#: because of specific duties.
_YEARS = {MANUFACTURED: ("2018", "2019", "2017", "2016", "2015", "2014"), PRIMARY: ("2018", "2017", "2016", "2015")}


class Profile(NamedTuple):
    """Applied MFN means of one importer, as fractions; None where the source has none."""

    manufactured: float | None
    primary: float | None
    car: float | None


def read_profiles(path: Path) -> dict[str, Profile]:
    """Read `tariff_profiles.csv`: region or EU -> Profile."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return {region: _profile([r for r in rows if r["region"] == region]) for region in _regions(rows)}


def _regions(rows: list[dict[str, str]]) -> list[str]:
    return sorted({row["region"] for row in rows if len(row["region"]) <= 3})


def _profile(rows: list[dict[str, str]]) -> Profile:
    def mean(group: str) -> float | None:
        for year in _YEARS[group]:
            for row in rows:
                if row["product_group"] == group and row["year"] == year and row["mfn_trade_weighted"]:
                    return float(row["mfn_trade_weighted"]) / 100
        return None

    cars = [float(row["mfn_simple"]) / 100 for row in rows if row["product_group"] in CARS and row["mfn_simple"]]
    return Profile(mean(MANUFACTURED), mean(PRIMARY), cars[0] if cars else None)
