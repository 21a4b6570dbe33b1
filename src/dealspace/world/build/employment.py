"""Persons employed by region and sector, only where a source gives a number for that sector.

``python -m dealspace.world.build.employment`` writes ``world/data/employment.json``. A number that covers a part of a
sector says so; sectors without one are shown in per cent only.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from dealspace.world.catalogue import DATA

B1B = "US Bureau of Labor Statistics, Current Employment Statistics, table B-1b, https://www.bls.gov/web/empsit/ceseeb1b.htm"
PRODUCTIVITY = (
    "US Bureau of Labor Statistics, productivity release, table 3, https://www.bls.gov/news.release/prin.t03.htm"
)
BEA = (
    "US Bureau of Economic Analysis as quoted by the Chicago Automobile Trade Association (3 September 2021), "
    "http://www.cata.info/the_face_of_americas_auto_industry_is_changing/"
)
NIPPON = "Jiji Press / nippon.com, https://www.nippon.com/en/japan-data/h02393"
KYODO = (
    "Kyodo / Japan Today, "
    "https://japantoday.com/category/national/japan-sees-largest-ever-fall-in-number-of-independent-farmers-to-1.02-mil."
)
METI_2022 = "METI, Economic Structure Survey 2022, manufacturing establishments, https://kkpartners.jp/oshirase/31805"
METI_2018 = "METI, Census of Manufacture 2018, preliminary, https://ab.jcci.or.jp/article/1723"


def employment() -> dict[str, Any]:
    """Return the content of ``employment.json``."""
    mining, oil, coal = 589_000, 122_500, 42_300
    food, drink = 1_839_900, 337_800
    energy = "the sector: oil and gas extraction 122,500 and coal mining 42,300, payroll jobs"
    ores = "the sector: mining 589,000 less oil and gas extraction and coal, with support activities, payroll jobs"
    eaten = "the sector: food 1,839,900 and beverages and tobacco 337,800"
    farmers = "a part: core self-employed farm workers, without hired workers and forestry"
    food_japan = "a part: food without beverages, tobacco and feed; 14.3 % of 7,714,495 in manufacturing"
    metal = "the sector: fabricated metal, establishments of 4 and more; 7.8 % of 7,635,444"
    electrical = "the sector: electrical machinery, establishments of 4 and more; 6.3 % of 7,635,444"
    machinery = "a part: production machinery, without general-purpose and office machinery; 8.6 % of 7,714,495"
    cars_japan = "the sector: motor vehicles and parts, of 5.6 million in all work around cars"
    return {
        "unit": "persons",
        "entries": [
            _entry("USA", "B05_06", oil + coal, "September 2024", energy, B1B, "derived"),
            _entry("USA", "B07T09", mining - oil - coal, "September 2024", ores, B1B, "derived"),
            _entry("USA", "C10T12", food + drink, "2025", eaten, PRODUCTIVITY, "derived"),
            _entry("USA", "C29", 999_000, "2019", "the sector: motor vehicles, bodies and parts", BEA, "seen"),
            _entry("JPN", "A01_02", 1_020_000, "2025", farmers, KYODO, "seen"),
            _entry("JPN", "C10T12", 1_103_000, "June 2022", food_japan, METI_2022, "derived"),
            _entry("JPN", "C25", 596_000, "June 2018", metal, METI_2018, "derived"),
            _entry("JPN", "C27", 481_000, "June 2018", electrical, METI_2018, "derived"),
            _entry("JPN", "C28", 663_000, "June 2022", machinery, METI_2022, "derived"),
            _entry("JPN", "C29", 883_000, "2023", cars_japan, NIPPON, "seen"),
        ],
    }


def _entry(region: str, sector: str, persons: int, year: str, covers: str, source: str, status: str) -> dict[str, Any]:
    return {
        "region": region,
        "sector": sector,
        "persons": persons,
        "year": year,
        "covers": covers,
        "whole": covers.startswith("the sector"),
        "status": status,
        "source": source,
    }


def write(folder: Path = DATA) -> Path:
    """Write the file and return its path."""
    path = folder / "employment.json"
    path.write_text(json.dumps(employment(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


if __name__ == "__main__":
    write()
