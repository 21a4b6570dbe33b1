"""Regions and sectors of the benchmark, and how each source's codes map to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

REGION_NAMES: dict[str, str] = {
    "USA": "United States",
    "JPN": "Japan",
    "CHN": "China",
    "KOR": "Korea",
    "TWN": "Taiwan",
    "VNM": "Vietnam",
    "IND": "India",
    "IDN": "Indonesia",
    "THA": "Thailand",
    "MYS": "Malaysia",
    "PHL": "Philippines",
    "SGP": "Singapore",
    "AUS": "Australia",
    "NZL": "New Zealand",
    "CAN": "Canada",
    "MEX": "Mexico",
    "BRA": "Brazil",
    "GBR": "United Kingdom",
    "DEU": "Germany",
    "FRA": "France",
    "ITA": "Italy",
    "ESP": "Spain",
    "NLD": "Netherlands",
    "POL": "Poland",
    "CHE": "Switzerland",
    "TUR": "Türkiye",
    "SAU": "Saudi Arabia",
    "ZAF": "South Africa",
    "REU": "Rest of the EU",
    "ROW": "Rest of the world",
}
REGIONS = tuple(REGION_NAMES)

#: Member states of the EU that are not regions of their own (`ROM` is Romania in WIOD 2013).
REST_OF_EU = frozenset(
    {
        *("AUT", "BEL", "BGR", "CYP", "CZE", "DNK", "EST", "FIN", "GRC", "HRV", "HUN", "IRL", "LTU", "LUX"),
        *("LVA", "MLT", "PRT", "ROU", "ROM", "SVK", "SVN", "SWE"),
    }
)
GROUPS: dict[str, tuple[str, ...]] = {
    "EU": ("DEU", "FRA", "ITA", "ESP", "NLD", "POL", "REU"),
    "ASEAN": ("VNM", "IDN", "THA", "MYS", "PHL", "SGP"),
    "USMCA": ("USA", "CAN", "MEX"),
    "CPTPP": ("JPN", "VNM", "MYS", "SGP", "AUS", "NZL", "CAN", "MEX", "GBR"),
}

GOODS_NAMES: dict[str, str] = {
    "A01_02": "Agriculture and forestry",
    "A03": "Fishing",
    "B05_06": "Coal, oil and gas",
    "B07T09": "Other mining",
    "C10T12": "Food, drink and tobacco",
    "C13T15": "Textiles, clothing and leather",
    "C16": "Wood",
    "C17_18": "Paper and printing",
    "C19": "Refined petroleum",
    "C20": "Chemicals",
    "C21": "Pharmaceuticals",
    "C22": "Rubber and plastics",
    "C23": "Glass, cement and ceramics",
    "C24": "Basic metals",
    "C25": "Metal products",
    "C26": "Computers and electronics",
    "C27": "Electrical equipment",
    "C28": "Machinery",
    "C29": "Motor vehicles and parts",
    "C30": "Aircraft, ships and other transport",
    "C31T33": "Furniture, medical and other goods",
}
SERVICES_NAMES: dict[str, str] = {
    "J58T63": "Digital and information services",
    "K_M_N": "Finance and business services",
    "G_H_I": "Trade, transport and hospitality",
    "D_E_F": "Utilities and construction",
    "L_O_T": "Real estate, public and other services",
}
SECTOR_NAMES = GOODS_NAMES | SERVICES_NAMES
SECTORS = tuple(SECTOR_NAMES)
GOODS = tuple(GOODS_NAMES)
SERVICES = tuple(SERVICES_NAMES)

#: ICIO codes, of any edition used here, that are merged into one sector of the benchmark.
_MERGED = {
    "A01_02": ("A01", "A02"),
    "B05_06": ("B05", "B06"),
    "B07T09": ("B07", "B08", "B07_08", "B09"),
    "C24": ("C24A", "C24B"),
    "C30": ("C301", "C302T309"),
    "J58T63": ("J58T60", "J61", "J62_63"),
    "K_M_N": ("K", "M", "N"),
    "G_H_I": ("G", "H49", "H50", "H51", "H52", "H53", "I"),
    "D_E_F": ("D", "E", "F"),
    "L_O_T": ("L", "O", "P", "Q", "R", "S", "T"),
}
_SECTOR_OF = {code: sector for sector, codes in _MERGED.items() for code in codes}


def region_of(iso3: str) -> str:
    """The benchmark's region of a country code; countries without a region of their own are ROW or REU."""
    if iso3 in REGION_NAMES:
        return iso3
    return "REU" if iso3 in REST_OF_EU else "ROW"


def sector_of(code: str) -> str:
    """The benchmark's sector of an ICIO code; KeyError when there is none."""
    code = _SECTOR_OF.get(code, code)
    if code not in SECTOR_NAMES:
        raise KeyError(f"{code} is not an ICIO code that the benchmark knows")
    return code


def summing_matrix(old: Sequence[str], new: Sequence[str], target: Mapping[str, str]) -> np.ndarray:
    """The 0/1 matrix (new, old) that sums `old` names into `new` ones; names without a target are left out."""
    matrix = np.zeros((len(new), len(old)))
    for column, name in enumerate(old):
        if name in target:
            matrix[new.index(target[name]), column] = 1.0
    return matrix
