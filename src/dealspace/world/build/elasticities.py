"""Reader of published trade elasticities: each table mapped to the benchmark's sectors, on one definition."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from statistics import median, stdev
from typing import Any

from dealspace.world.build.naming import GOODS, SECTORS, SERVICES

DEFAULT = "published-median"
#: Services: the aggregate of Lashkaripour (2021), except where a paper's own model uses another value.
SERVICES_THETA = 5.0
_RANGE = (0.5, 15.0)

#: Table -> good -> rows of the table (their mean is taken). Goods that a table does not know take the median.
MAPPING: dict[str, dict[str, tuple[int, ...]]] = {
    "caliendo_parro_2015": {
        **dict.fromkeys(("A01_02", "A03"), (1,)),
        **dict.fromkeys(("B05_06", "B07T09"), (2,)),
        "C10T12": (3,),
        "C13T15": (4,),
        "C16": (5,),
        "C17_18": (6,),
        "C19": (7,),
        **dict.fromkeys(("C20", "C21"), (8,)),
        "C22": (9,),
        "C23": (10,),
        "C24": (11,),
        "C25": (12,),
        "C26": (14, 16, 17),
        "C27": (15,),
        "C28": (13,),
        "C29": (18,),
        "C30": (19,),
        "C31T33": (20,),
    },
    "fontagne_2022": {
        **dict.fromkeys(("A01_02", "A03"), (1,)),
        **dict.fromkeys(("B05_06", "B07T09"), (2,)),
        "C10T12": (3,),
        "C13T15": (4,),
        "C16": (5,),
        "C17_18": (6,),
        "C19": (7,),
        **dict.fromkeys(("C20", "C21"), (8,)),
        "C22": (9,),
        "C23": (10,),
        "C24": (11,),
        "C25": (12,),
        "C28": (13,),
        "C26": (14,),
        "C27": (15,),
        "C29": (16,),
        "C30": (17,),
        "C31T33": (18,),
    },
    "giri_yi_yilmazkuday_2021": {
        "C10T12": (1, 2),
        "C13T15": (3, 4, 5, 6),
        "C16": (7,),
        "C31T33": (8,),
        "C17_18": (9,),
        **dict.fromkeys(("C20", "C21"), (10,)),
        "C22": (11, 12),
        "C23": (13, 14, 15),
        "C24": (16,),
        "C25": (17,),
        **dict.fromkeys(("C26", "C27"), (18,)),
        **dict.fromkeys(("C29", "C30"), (19,)),
    },
    "bagwell_staiger_yurukoglu_2021": {
        "A01_02": (4, 14, 40, 46),
        "A03": (27,),
        "B05_06": (15, 18),
        "B07T09": (49,),
        "C10T12": (6, 10, 11, 13, 17, 22, 25),
        "C13T15": (3, 30, 48),
        "C16": (20, 23),
        "C17_18": (9, 19),
        "C19": (18,),
        "C20": (36, 39, 42, 43),
        "C21": (33,),
        "C22": (44,),
        "C23": (26,),
        "C24": (8, 34),
        "C26": (28, 31),
        "C27": (7,),
        "C28": (29, 35),
        "C29": (16,),
        "C30": (5,),
        "C31T33": (12, 32),
    },
    "shapiro_2016": {
        **dict.fromkeys(("A01_02", "A03"), (1,)),
        **dict.fromkeys(("B05_06", "B07T09"), (2,)),
        "C10T12": (3,),
        "C13T15": (4, 5),
        "C16": (6,),
        "C17_18": (7,),
        **dict.fromkeys(("C19", "C23"), (8,)),
        **dict.fromkeys(("C20", "C21", "C22"), (9,)),
        **dict.fromkeys(("C24", "C25"), (10,)),
        **dict.fromkeys(("C26", "C27", "C28"), (11,)),
        **dict.fromkeys(("C29", "C30"), (12,)),
        "C31T33": (13,),
    },
    "lashkaripour_lugovskyy_2023": {
        **dict.fromkeys(("A01_02", "A03", "B05_06", "B07T09"), (1,)),
        "C10T12": (2,),
        "C13T15": (3,),
        "C16": (4,),
        "C17_18": (5,),
        "C19": (6,),
        **dict.fromkeys(("C20", "C21"), (7,)),
        "C22": (8,),
        "C23": (9,),
        **dict.fromkeys(("C24", "C25"), (10,)),
        "C28": (11,),
        **dict.fromkeys(("C26", "C27"), (12,)),
        **dict.fromkeys(("C29", "C30"), (13,)),
        "C31T33": (14,),
    },
    "lashkaripour_2021": {
        **dict.fromkeys(("A01_02", "A03"), (1,)),
        **dict.fromkeys(("B05_06", "B07T09"), (2,)),
        "C10T12": (3,),
        "C13T15": (4,),
        **dict.fromkeys(("C16", "C17_18"), (5,)),
        "C19": (6,),
        **dict.fromkeys(("C20", "C21"), (7,)),
        **dict.fromkeys(("C22", "C23"), (8,)),
        "C24": (9,),
        "C25": (10,),
        "C26": (11,),
        "C27": (12,),
        "C28": (13,),
        **dict.fromkeys(("C29", "C30"), (14,)),
        "C31T33": (15,),
    },
}

_AS_PUBLISHED = "none: the paper's parameter is the elasticity of spending to the duty-inclusive price"
#: Table -> what to subtract so that the number is theta of duty-inclusive spending, and why.
CONVERSION: dict[str, tuple[float, str]] = {
    "fontagne_2022": (
        1.0,
        "1 is subtracted: the paper regresses trade values net of duty on 1 + tariff, whose elasticity is 1 + theta",
    ),
}
#: Services elasticity of a paper's own model, where it states one.
OWN_SERVICES = {"caliendo_parro_2015": 8.22}


def read_elasticities(path: Path) -> dict[str, dict[str, Any]]:
    """Named sets (citation, conversion, theta by sector, deviation, note) from the published tables.

    The default set is the median across papers, kept within 0.5 to 15, with the standard deviation of log
    theta across papers as its uncertainty.
    """
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    tables = {name: _one_table(name, rows) for name in MAPPING}
    middle = {good: median(t[good] for t in tables.values() if good in t) for good in GOODS}
    sets = {DEFAULT: _median_set(tables, middle)}
    for name, table in tables.items():
        citation = next(row["citation"] for row in rows if row["source"] == name)
        missing = [good for good in GOODS if good not in table]
        services = OWN_SERVICES.get(name, SERVICES_THETA)
        sets[name.replace("_", "-")] = {
            "citation": citation,
            "conversion": CONVERSION.get(name, (0.0, _AS_PUBLISHED))[1],
            "theta": {s: round(table.get(s, middle.get(s, services)), 6) for s in SECTORS},
            "deviation": {},
            "note": f"not in the paper, median of the others: {', '.join(missing)}" if missing else "",
        }
    return sets


def _one_table(name: str, rows: list[dict[str, str]]) -> dict[str, float]:
    native = {int(row["n"]): float(row["trade_elasticity"]) for row in rows if row["source"] == name}
    subtract = CONVERSION.get(name, (0.0, ""))[0]
    return {good: sum(native[n] for n in numbers) / len(numbers) - subtract for good, numbers in MAPPING[name].items()}


def _median_set(tables: dict[str, dict[str, float]], middle: dict[str, float]) -> dict[str, Any]:
    low, high = _RANGE
    theta = {good: min(max(value, low), high) for good, value in middle.items()}
    spread = {good: stdev([math.log(t[good]) for t in tables.values() if good in t]) for good in GOODS}
    return {
        "citation": "Median by sector of the seven published tables kept as sets of their own",
        "conversion": "each table as stated with it",
        "theta": {s: round(theta.get(s, SERVICES_THETA), 6) for s in SECTORS},
        "deviation": {good: round(value, 4) for good, value in spread.items()},
        "note": f"services {', '.join(SERVICES)}: {SERVICES_THETA}, the services aggregate of Lashkaripour (2021)",
    }
