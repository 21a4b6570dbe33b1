"""Write the tables of normal duties that the package ships, with what they rest on.

Run ``python -m dealspace.world.build.duty_tables ../shared`` to compute them again.
"""

from __future__ import annotations

import json
import sys
import textwrap
from pathlib import Path
from typing import Any

import polars as pl

from dealspace.world.build import japan_duties as japan
from dealspace.world.build import us_duties as usa
from dealspace.world.build.japan import ESTIMATES

US_FILE, JAPAN_FILE, ABOUT_FILE = "us-normal-duties.parquet", "japan-duties.parquet", "normal-duties.json"
#: Price (yen/kg) of US medium-grain rice in tenders, and the levy on rice outside the quota.
RICE_PRICE, RICE_LEVY = 148.0, 341.0
RICE_SOURCE = "SBS tenders of FY2016, Agrinews (http://english.agrinews.co.jp/?p=5914)"
LEVY_SOURCE = (
    "Reuters, What is Japan's trade policy on rice, 4 July 2025 "
    "(https://devdiscourse-testslot.azurewebsites.net/article/headlines/"
    "3492498-explainer-what-is-japans-trade-policy-on-rice)"
)


def build_tables(shared: Path) -> dict[str, pl.DataFrame]:
    """Compute both tables from the folder of raw data, by file name."""
    imports, schedule = shared / "data" / "us-census-imports-2024-hs10", shared / "data" / "japan-tariff-schedule"
    us = usa.us_duties(imports / "us_imports_2024_hs10.parquet", imports / "census_country_codes.csv")
    jp = japan.japan_duties(schedule / "jp_tariff_hs9_2025-04-01.csv.gz")
    return {US_FILE: us, JAPAN_FILE: jp}


def about() -> dict[str, Any]:
    """Say, for machines, what each importer's table is: file, source, year or dates, agreements, equivalents."""
    return {
        "USA": {
            "file": US_FILE,
            "basis": "the rate that most partners without an agreement paid on the line in 2024",
            "agreed": "as the duties collected in 2024 show",
            "missing": "the line was not imported in 2024, or not from partners without an agreement",
            "unclear": "no one rate stands out in the duties collected in 2024, as with specific and compound duties",
            "source": usa.SOURCE,
            "agreements": {
                "CAN": "USMCA",
                "MEX": "USMCA",
                "KOR": "KORUS",
                "AUS": "Australia-United States agreement",
                "SGP": "Singapore-United States agreement",
                "ZAF": "African Growth and Opportunity Act",
                "JPN": "US-Japan Trade Agreement of 2019",
                "CHN": "section 301 on top of the normal duty, in the mean",
            },
            "equivalents": [],
        },
        "JPN": {
            "file": JAPAN_FILE,
            "basis": "the schedule of 1 April 2025",
            "agreed": "the schedule of 1 April 2025",
            "missing": "the schedule has no such line",
            "unclear": "the duty is no percentage, and no sourced price turns it into one",
            "source": japan.SOURCE,
            "from": "2025-04-01",
            "until": "2026-03-31",
            "agreements": {
                partner: ", ".join(_AGREEMENTS.get(column, column) for column in columns)
                for partner, columns in japan.PARTNERS.items()
            },
            "equivalents": equivalents(),
        },
    }


_AGREEMENTS = {
    "EPA_日米貿易協定": "US-Japan Trade Agreement of 2019",
    "EPA_RCEP_中国": "RCEP",
    "EPA_RCEP_韓国": "RCEP",
    "EPA_RCEP_アセアン豪州NZ": "RCEP",
    "EPA_アセアン": "ASEAN-Japan partnership",
    "EPA_CPTPP": "CPTPP",
    "EPA_欧州連合": "EU-Japan partnership",
    "EPA_英国": "UK-Japan partnership",
    "EPA_ベトナム": "Vietnam-Japan partnership",
    "EPA_インド": "India-Japan partnership",
    "EPA_インドネシア": "Indonesia-Japan partnership",
    "EPA_タイ": "Thailand-Japan partnership",
    "EPA_マレーシア": "Malaysia-Japan partnership",
    "EPA_フィリピン": "Philippines-Japan partnership",
    "EPA_シンガポール": "Singapore-Japan partnership",
    "EPA_豪州": "Australia-Japan partnership",
    "EPA_メキシコ": "Mexico-Japan partnership",
    "EPA_スイス": "Switzerland-Japan partnership",
}


def equivalents() -> list[dict[str, Any]]:
    """Ad valorem equivalents of duties that are no percentage, where a source gives the numbers.

    Each has the HS codes it is about, exporters (empty: all), ``where`` (within or outside the quota, or empty), a
    rate (fraction), its formula and source.
    """
    rice, wheat = ESTIMATES["1006"], ESTIMATES["1001"]
    milled = ("100610090", "100620090", "100630090", "100640090")
    inside = tuple(code[:-2] + "10" for code in milled)
    return [
        _equivalent(inside, (), "within the quota", rice.without, rice.formula, rice.source),
        _equivalent(
            milled,
            (),
            "over the quota",
            RICE_LEVY / RICE_PRICE,
            f"{RICE_LEVY:g} yen/kg in all, of which 49 yen/kg are the duty and the rest goes to the state trader, over "
            f"an import price of {RICE_PRICE:g} yen/kg (US medium grain, FY2016; at a higher price it is less)",
            f"{LEVY_SOURCE}; price: {RICE_SOURCE}",
        ),
        _equivalent(("1001",), wheat.users, "mark-up included", wheat.with_preference, wheat.formula, wheat.source),
        _equivalent(("1001",), (), "mark-up included", wheat.without, wheat.formula, wheat.source),
    ]


def _equivalent(
    codes: tuple[str, ...], exporters: tuple[str, ...], where: str, rate: float, formula: str, source: str
) -> dict[str, Any]:
    return {
        "codes": list(codes),
        "exporters": list(exporters),
        "where": where,
        "rate": round(rate, 4),
        "formula": formula,
        "source": source,
    }


def provenance(tables: dict[str, pl.DataFrame]) -> str:
    """Say what the tables hold, from what, and what they do not know."""
    sections = {
        US_FILE: _us_words(tables[US_FILE]),
        JAPAN_FILE: _japan_words(tables[JAPAN_FILE]),
        ABOUT_FILE: (
            "What each table is, its agreements, and ad valorem equivalents of duties that are no percentage, with "
            "formula and source. There are none for sugar, dairy, starch and pork, where no sourced price was at hand.",
        ),
    }
    head = "Computed by `python -m dealspace.world.build.duty_tables`; no source file is shipped."
    parts = ["# Provenance of the tables of normal duties", head]
    for name, paragraphs in sections.items():
        parts += [f"## {name}", *(textwrap.fill(text, 120, break_long_words=False) for text in paragraphs)]
    return "\n\n".join(parts) + "\n"


def _us_words(table: pl.DataFrame) -> tuple[str, ...]:
    known, lines, agreed = (table[name].is_not_null().sum() for name in ("mfn", "hs", "JPN"))
    return (
        f"Source: {usa.SOURCE}. Public domain.",
        f"{lines:,} lines of 8 digits; the normal duty of {known:,} is known. It is the rate that most entries of "
        f"partners without an agreement paid ({', '.join(usa.WITHOUT_AGREEMENT)}), in steps of {100 * usa.STEP:g} "
        f"points; an entry is one partner and one 10-digit line, and weighs the root of its value. A rate counts with "
        f"{100 * usa.CLEAR:.0f} % of the weight, or with {100 * usa.CLEAR_ENOUGH:.0f} % when next to nobody "
        f"({100 * usa.ABOVE:.0f} %) paid more: special provisions lower what is collected. Where rates scatter, as "
        f"specific and compound duties do, or nothing was imported, the duty is unknown. Section 232 duties of 2018 on "
        f"steel (25 points) and aluminium (10 points) are taken off before counting; who paid them in part paid more "
        f"than the normal duty, so for steel the lowest rate with {100 * usa.ABOVE:.0f} % of the weight counts. China "
        f"(section 301), Russia (column 2) and partners with an agreement do not vote.",
        f"For {', '.join(usa.FREE_IF_QUALIFIED)} the table has the per cent of the duty that goods were spared (their "
        f"use of the preference); for JPN the rate under the agreement of 2019 where most of Japan's trade in the line "
        f"paid it (free, or half), which finds only {agreed} of its 241 lines; for CHN the mean duty collected, with "
        f"section 301.",
    )


def _japan_words(table: pl.DataFrame) -> tuple[str, ...]:
    plain, vague = table["mfn"].is_not_null().sum(), (table["mfn_form"] == japan.CONDITIONAL).sum()
    return (
        f"Source: {japan.SOURCE}.",
        f"{table['hs'].n_unique():,} lines of 9 digits, {table.height:,} with seasons. The applied general rate is the "
        f"temporary rate, else the general one, under the WTO rate where that is lower. It is a plain percentage on "
        f"{plain:,} rows; the others keep their legal form in English words, and {vague} are only marked as "
        f"conditional. Each exporter with an agreement has the best of its plain rates; quotas and conditions of "
        f"agreements stand in words, and use of preferences is taken for granted.",
    )


def write_tables(shared: Path, folder: Path) -> list[Path]:
    """Write the tables, the equivalents and their provenance to `folder`, and return the paths."""
    tables = build_tables(shared)
    for name, table in tables.items():
        table.write_parquet(folder / name, compression="zstd", compression_level=19, statistics=False)
    (folder / ABOUT_FILE).write_text(json.dumps(about(), indent=1, ensure_ascii=False) + "\n", "utf-8")
    (folder / "PROVENANCE.md").write_text(provenance(tables), "utf-8")
    return [folder / name for name in (*tables, ABOUT_FILE, "PROVENANCE.md")]


if __name__ == "__main__":
    home = Path(__file__).resolve().parents[2] / "instruments" / "data"
    for path in write_tables(Path(sys.argv[1] if len(sys.argv) > 1 else "../shared"), home):
        print(f"{path.name}: {path.stat().st_size:,} bytes")
