"""The footprint of Japanese car makers in the United States: sourced numbers, and the arithmetic between them.

``python -m dealspace.world.build.autos`` writes ``world/data/autos.json``. Sales by maker are given; where the cars
were built is given for some makers only; the rest is a residual that carries the rounding of all others, and says so.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl

from dealspace.world.catalogue import DATA, load_world

SALES = "Jiji Press, 6 January 2026, https://www.nippon.com/ja/news/yjj2026010600251/"
PLANTS = "US output and exports by maker, 2024, kabutec.jp citing Reuters (Toyota) and Honda, https://kabutec.jp/blog"
HONDA = "Honda, production and exports for May 2024, release of 27 June 2024 as carried by marketscreener.com"
HONDA_NORTH = "CEO North America, 2025, https://ceo-na.com/news/honda-could-relocate-production-from-mexico-and-canada"
SUBARU_MAZDA = "Daily Shincho, 10 April 2025, https://www.dailyshincho.jp/article/2025/04100556/"
TOYOTA_NORTH = "S&P Global Mobility, shares by country of building, 2023, as quoted by Courrier Japon (2025)"
JAMA_OUTPUT = (
    "JAMA via TheStreet (2025): 3.28 mn vehicles and nearly 75,000 workers in 2024, "
    "https://www.louisvelazquez.com/presidents-latest-interview-gives-us-automakers-much-needed-boost"
)
JAMA_EXPORTS = (
    "JAMA USA: exports from US plants, 2021, https://bodyworxmag.com/"
    "new-data-release-highlights-japanese-brand-automakers-40-years-of-manufacturing-excellence-in-america"
)
JAPAN_EXPORTS = "Kuruma News, 27 March 2025: Japan's car exports to the US, 2024, https://kuruma-news.jp/post/893094"
MARKET = (
    "S&P Global Mobility (2025): 16.03 mn sold and 8.7 mn of them US-built, 2024, https://spglobal.com/"
    "automotive-insights/en/rapid-impact-analysis/us-import-tariffs-will-reset-automotive-value-chain"
)
CENSUS = "US Census Bureau, US imports for consumption by HS10 and partner, 2024"
NISSAN = (
    "Nissan, production of June, July and August 2024, "
    "https://www.automotiveworld.com/news-releases/nissan-production-sales-and-exports-for-august-2024/"
)
VOLTERRA = (
    "Volterra on Head and Mayer (2019), "
    "https://volterra.co.uk/american-economy/britains-car-industry-could-weather-a-storm-of-tariffs-better-than-youd-think"
)
RIKER = (
    "Riker (2024), Imports and the Location of Vehicle Production within the United States, USITC working paper "
    "2024-02-C"
)

#: US sales of 2024, from those of 2025 and their change.
SOLD = {
    "Toyota": 2_332_000,
    "Honda": 1_423_000,
    "Nissan": 924_000,
    "Subaru": 668_000,
    "Mazda": 424_000,
    "Mitsubishi": 110_000,
}
US_OUTPUT, US_EXPORTS, WORKERS = 3_280_000, 301_953, 75_000
TOYOTA_US, TOYOTA_JAPAN, HONDA_US = 1_270_000, 530_000, 1_004_749
HONDA_JAPAN_5_MONTHS = 2_078
JAPAN_TO_US = 1_370_000
MARKET_SOLD, MARKET_US_BUILT = 16_030_000, 8_700_000

MIXED, ABROAD, REST, PAIR = "MEX, CAN or other", "Abroad", "Other makers", "Nissan and Mitsubishi"
SMALLEST_ORIGIN = 0.01  # origins below this share of the value of car imports are left out of the mix


def cells() -> list[dict[str, Any]]:
    """Sales by maker and place of building, each with its status, arithmetic and source."""
    subaru_us, subaru_japan = round(0.60 * SOLD["Subaru"]), round(0.40 * SOLD["Subaru"])
    mazda_us, mazda_japan = round(0.20 * SOLD["Mazda"]), round(0.50 * SOLD["Mazda"])
    pair_output = US_OUTPUT - TOYOTA_US - HONDA_US - subaru_us - mazda_us
    kept = 1.0 - US_EXPORTS / (TOYOTA_US + HONDA_US + pair_output)
    toyota_us, honda_us = round(kept * TOYOTA_US), round(kept * HONDA_US)
    group_us = US_OUTPUT - US_EXPORTS
    pair_us = group_us - toyota_us - honda_us - subaru_us - mazda_us
    honda_japan = round(HONDA_JAPAN_5_MONTHS * 12 / 5)
    pair_japan = JAPAN_TO_US - TOYOTA_JAPAN - honda_japan - subaru_japan - mazda_japan
    pair_sold = SOLD["Nissan"] + SOLD["Mitsubishi"]
    toyota_north = SOLD["Toyota"] - toyota_us - TOYOTA_JAPAN
    mazda_mexico = SOLD["Mazda"] - mazda_us - mazda_japan
    rest_sold, rest_us = MARKET_SOLD - sum(SOLD.values()), MARKET_US_BUILT - group_us
    told = f"less exports, which are spread over the output of Toyota, Honda and Nissan: {kept:.3f} stays (assumption)"
    residual = "residual of the Japanese makers together; carries the rounding of the others"
    half = "half of sales less US-built and Japan-built, as Canada and Mexico had equal shares (12 % each) in 2023"
    built = f"3.28 mn built less the others is {pair_output:,}; Nissan alone built 371,197 in eight months"
    other = "sales less the other two"
    return [
        _cell("Toyota", "USA", toyota_us, f"1.27 mn built, {told}", PLANTS, JAMA_EXPORTS),
        _cell("Toyota", "JPN", TOYOTA_JAPAN, "about 23 % of sales", PLANTS, status="seen"),
        _cell("Toyota", "MEX", toyota_north // 2, half, PLANTS, TOYOTA_NORTH),
        _cell("Toyota", "CAN", toyota_north - toyota_north // 2, half, PLANTS, TOYOTA_NORTH),
        _cell("Honda", "USA", honda_us, f"1,004,749 built, {told}", PLANTS, JAMA_EXPORTS),
        _cell("Honda", "JPN", honda_japan, "2,078 exported to the US in January to May, times 12/5", HONDA),
        _cell("Honda", MIXED, SOLD["Honda"] - honda_us - honda_japan, f"{other}; Mexico or Canada", HONDA_NORTH),
        _cell(
            "Subaru",
            "USA",
            subaru_us,
            "the 60 % of sales not made in Japan: its other plant is in Indiana",
            SUBARU_MAZDA,
        ),
        _cell("Subaru", "JPN", subaru_japan, "40 % of sales as reported; JATO's figures give 37 %", SUBARU_MAZDA),
        _cell("Mazda", "USA", mazda_us, "20 % of sales, the maker's rounded share", SUBARU_MAZDA),
        _cell("Mazda", "JPN", mazda_japan, "50 % of sales, the maker's rounded share", SUBARU_MAZDA),
        _cell("Mazda", "MEX", mazda_mexico, "30 % of sales, the maker's rounded share", SUBARU_MAZDA),
        _cell(PAIR, "USA", pair_us, f"{built}; {residual}; {told}", JAMA_OUTPUT, PLANTS, NISSAN),
        _cell(PAIR, "JPN", pair_japan, f"1.37 mn exports less the others; {residual}", JAPAN_EXPORTS),
        _cell(PAIR, MIXED, pair_sold - pair_us - pair_japan, f"{other}; {residual}", SALES),
        _cell(REST, "USA", rest_us, "8.7 mn US-built sales less those of the Japanese makers", MARKET),
        _cell(REST, ABROAD, rest_sold - rest_us, "16.03 mn sales less the Japanese makers and the US-built", MARKET),
    ]


def _cell(maker: str, plant: str, units: int, how: str, *sources: str, status: str = "derived") -> dict[str, Any]:
    source = "; ".join(dict.fromkeys((*sources, SALES) if maker in SOLD and status == "derived" else sources))
    return {"maker": maker, "plant": plant, "units": units, "status": status, "how": how, "source": source}


def customs() -> dict[str, Any]:
    """Values from US customs, USD million: car imports by origin, Japanese cars, parts, and the section 232 list."""
    from dealspace.instruments.lists import load_lists

    lines = load_world("world-2022").lines
    if lines is None:
        raise FileNotFoundError("world-2022-lines.parquet")
    frame = lines.frame.filter(pl.col("importer").cast(pl.String) == "USA")
    cars = frame.filter(pl.col("hs").str.starts_with("8703")).group_by(pl.col("exporter").cast(pl.String))
    by_origin = {
        str(name): float(value) for name, value in cars.agg(pl.col("value").sum()).sort("exporter").iter_rows()
    }
    japan = frame.filter(pl.col("exporter").cast(pl.String) == "JPN")
    on_list = pl.any_horizontal([pl.col("hs").str.starts_with(code) for code in load_lists()["s232-autos"].codes])
    vehicles = pl.col("hs").str.starts_with("8703") | pl.col("hs").str.starts_with("8704")
    return {
        "cars": by_origin,
        "parts_8708": float(japan.filter(pl.col("hs").str.starts_with("8708"))["value"].sum()),
        "parts_list": float(japan.filter(on_list & ~vehicles)["value"].sum()),
    }


def _mix(values: dict[str, float], keep: tuple[str, ...] | None = None) -> dict[str, float]:
    """Return shares of origins by value, small ones left out."""
    chosen = {name: value for name, value in values.items() if (name in keep if keep else name != "JPN")}
    total = sum(chosen.values())
    large = {name: value for name, value in chosen.items() if value >= SMALLEST_ORIGIN * total}
    shares = {name: round(value / sum(large.values()), 4) for name, value in large.items()}
    last = max(shares, key=lambda name: shares[name])
    shares[last] = round(1.0 - sum(share for name, share in shares.items() if name != last), 4)
    return shares


def parameters(low: float, central: float, high: float) -> dict[str, Any]:
    """Elasticities and shares with their ranges; nothing here is estimated by this project."""
    mayer = (
        "rounded from what Head and Mayer (2019, American Economic Review 109) report, by memory 7.7 for the choice of "
        "plant and 3.9 between brands; the paper was not read again for this file, so it counts as an assumption"
    )
    checks = (
        "by that model duties of 25 % would cut car output by 40 % in Mexico and 67 % in Canada; a simulation of 25 % "
        "on cars from outside North America cuts vehicle imports by 73.9 %, an elasticity of 6 (ln 0.261 / ln 1.25)"
    )
    short = "3 in the short run, in which a model stays at its plant"
    full = "cost and duty reach the buyer in full, as in the equilibrium"
    parts = (
        "HS 8708 from Japan over the value of US output at the value of a car from Japan; low: half of it goes to "
        "other plants and to repair; high: every part on the section 232 list"
    )
    both, share_source = f"{VOLTERRA}; {RIKER}", f"{CENSUS}; {JAMA_OUTPUT}"
    return {
        "between_plants": _assumed(8.0, 4.0, 12.0, f"{mayer}; {checks}; {short}", both, short=3.0),
        "between_makers": _assumed(4.0, 2.0, 6.0, mayer, VOLTERRA, short=3.0),
        "pass_through": _assumed(1.0, 1.0, 1.0, full, "the model"),
        "jobs": _assumed(1.0, 1.0, 1.0, "jobs move with output", "no estimate at hand"),
        "parts_share": _assumed(round(central, 4), round(low, 4), round(high, 4), parts, share_source),
    }


def _assumed(
    central: float, low: float, high: float, how: str, source: str, *, short: float | None = None
) -> dict[str, Any]:
    numbers = {"central": central, "low": low, "high": high} | ({} if short is None else {"short": short})
    return numbers | _note("assumption", how, source)


def autos() -> dict[str, Any]:
    """Return the content of ``autos.json``."""
    values = customs()
    car = values["cars"]["JPN"] * 1e6 / JAPAN_TO_US
    output_value = US_OUTPUT * car / 1e6
    share = values["parts_8708"] / output_value
    entry = {
        "title": "Japanese car makers in the United States",
        "market": "USA",
        "sector": "C29",
        "year": 2024,
        "makers": ["Toyota", "Honda", "Subaru", "Mazda", PAIR, REST],
        "plants": ["USA", "JPN", "MEX", "CAN", MIXED, ABROAD],
        "group": ["Toyota", "Honda", "Subaru", "Mazda", PAIR],
        "composite": [REST],
        "origins": {MIXED: _mix(values["cars"], ("MEX", "CAN")), ABROAD: _mix(values["cars"])},
        "cells": cells(),
        "exports": US_EXPORTS,
        "workers": WORKERS,
        "value": {"JPN": round(car)},
        "parts_from": "JPN",
        "parts_share": round(share, 4),
        "parts_value": round(values["parts_8708"], 1),
        "notes": {
            "exports": _note("seen", "the latest year told; 424,163 in 2018", JAMA_EXPORTS),
            "workers": _note(
                "seen", "manufacturing workers, nearly 75,000; with offices and research 109,000 in 2023", JAMA_OUTPUT
            ),
            "value": _note(
                "derived", "HS 8703 from Japan, 41.9 bn USD, over 1.37 mn cars exported", f"{CENSUS}; {JAPAN_EXPORTS}"
            ),
            "parts_value": _note("seen", "HS 8708 from Japan, customs value, all uses", CENSUS),
            "parts_share": _note("assumption", "see the parameters", f"{CENSUS}; {JAMA_OUTPUT}"),
            "origins": _note(
                "assumption", "places not told apart are mixed by the customs value of car imports", CENSUS
            ),
        },
        "not_told": [
            "Nissan and Mitsubishi are known by sales only (924,000 and 110,000); where they build is the residual.",
            "Honda's cars from Mexico and Canada are not told apart, nor other makers' imports by origin.",
            "Exports from US plants are those of 2021 and of all Japanese makers; by maker none are sourced.",
            "Jobs are sourced for all Japanese makers together, not by maker.",
            "Pickups (HS 8704) are counted among the cars and take the duty of HS 8703.",
            "A customs value per car is sourced for Japan only, so duty in dollars is shown for cars from Japan only.",
            "Sources differ on the share of US sales built in the US in 2024: 54 % (S&P Global, used) or 61 % (JATO).",
        ],
        "parameters": parameters(share / 2, share, values["parts_list"] / output_value),
    }
    return {"unit": "vehicles", "footprints": {"japanese-makers-usa": entry}}


def _note(status: str, how: str, source: str) -> dict[str, str]:
    return {"status": status, "how": how, "source": source}


def write(folder: Path = DATA) -> Path:
    """Write the file and return its path."""
    path = folder / "autos.json"
    path.write_text(json.dumps(autos(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


if __name__ == "__main__":
    write()
