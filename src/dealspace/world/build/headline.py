"""Customs totals of the United States by partner: the numbers a briefing names before any model speaks."""

from __future__ import annotations

from typing import Any

import polars as pl

IMPORTS_CITATION = "US Census Bureau, US imports for consumption and calculated duty by HS10 and partner, 2024"
EXPORTS_CITATION = "US Census Bureau, US exports by HS chapter and partner, 2024"

YEAR = 2024
#: How reports name the basis of the balances and where they come from.
BASIS_WORDS = f"US imports for consumption less US exports, customs basis, {YEAR}"
SOURCE_WORDS = "US Census Bureau, USA Trade Online (imports and exports by partner)"

#: Numbers on other bases, and finer than chapters, that a briefing shows beside the customs totals.
OTHER_BASES: dict[str, list[dict[str, Any]]] = {
    "JPN": [
        {
            "what": "US goods deficit with Japan, 2024, general imports basis",
            "value": 68_500.0,
            "source": "Congressional Research Service, IN12608, as quoted (69 bn rounded)",
        },
        {
            "what": "US general imports from Japan, 2024",
            "value": 148_200.0,
            "source": "US Census Bureau, general imports, as quoted in the press, 23 July 2025",
        },
        {
            "what": "US exports of cars (HS 8703) to Japan, 2024",
            "value": 853.0,
            "source": "Opportimes, U.S. gains access to Japan's automotive market (customs value)",
        },
        {
            "what": "US services imports from Japan, 2024",
            "value": 42_000.0,
            "source": "Congressional Research Service, IF11120 (15 July 2025)",
        },
        {
            "what": "US services exports to Japan, 2024",
            "value": 49_000.0,
            "source": "Congressional Research Service, IF11120 (15 July 2025)",
        },
    ]
}


def headline(imports: pl.DataFrame, exports: pl.DataFrame) -> dict[str, Any]:
    """Totals by partner in USD million.

    Parameters
    ----------
    imports : exporter, hs (10 digits), value, duty
    exports : importer, hs (chapter), value
    """
    partners: dict[str, dict[str, float]] = {}
    for (partner,), part in imports.group_by("exporter", maintain_order=True):
        partners[str(partner)] = _imports_of(part)
    for (partner,), part in exports.group_by("importer", maintain_order=True):
        entry = partners.setdefault(str(partner), {})
        entry["exports"] = _total(part, "")
        entry["exports_hs87"] = _total(part, "87")
        if "imports_for_consumption" in entry:
            entry["goods_deficit"] = round(entry["imports_for_consumption"] - entry["exports"], 6)
    return {
        "unit": "USD million",
        "year": YEAR,
        "reporter": "USA",
        "basis_words": BASIS_WORDS,
        "source_words": SOURCE_WORDS,
        "basis": "imports for consumption (customs value) less exports (free alongside ship)",
        "partners": {name: partners[name] for name in sorted(partners)},
        "other_bases": OTHER_BASES,
        "sources": {"imports": IMPORTS_CITATION, "exports": EXPORTS_CITATION},
    }


def _imports_of(part: pl.DataFrame) -> dict[str, float]:
    return {
        "imports_for_consumption": _total(part, ""),
        "calculated_duty": _total(part, "", "duty"),
        "imports_hs87": _total(part, "87"),
        "imports_hs8703": _total(part, "8703"),
        "imports_hs8704": _total(part, "8704"),
        "imports_hs8708": _total(part, "8708"),
        "imports_hs98": _total(part, "98"),
        "imports_hs99": _total(part, "99"),
    }


def _total(part: pl.DataFrame, prefix: str, column: str = "value") -> float:
    return round(float(part.filter(pl.col("hs").str.starts_with(prefix))[column].sum()), 6)
