"""Reader of Japan's import schedule (9-digit lines): general and preferential rates by HS6."""

from __future__ import annotations

import csv
import gzip
import re
from pathlib import Path
from typing import NamedTuple

from dealspace.world.build.naming import GROUPS

#: Columns of the schedule: general law, temporary law, WTO rate; the lower of domestic and WTO rate applies.
GENERAL, TEMPORARY, WTO = "基本", "暫定", "WTO協定"
#: Preference columns that an exporter can use; the lowest rate counts (full use of preferences).
PREFERENCES: dict[str, tuple[str, ...]] = {
    "USA": ("EPA_日米貿易協定",),
    "CHN": ("EPA_RCEP_中国",),
    "KOR": ("EPA_RCEP_韓国",),
    "VNM": ("EPA_ベトナム", "EPA_アセアン", "EPA_CPTPP", "EPA_RCEP_アセアン豪州NZ"),
    "IND": ("EPA_インド",),
    "IDN": ("EPA_インドネシア", "EPA_アセアン", "EPA_RCEP_アセアン豪州NZ"),
    "THA": ("EPA_タイ", "EPA_アセアン", "EPA_RCEP_アセアン豪州NZ"),
    "MYS": ("EPA_マレーシア", "EPA_アセアン", "EPA_CPTPP", "EPA_RCEP_アセアン豪州NZ"),
    "PHL": ("EPA_フィリピン", "EPA_アセアン", "EPA_RCEP_アセアン豪州NZ"),
    "SGP": ("EPA_シンガポール", "EPA_アセアン", "EPA_CPTPP", "EPA_RCEP_アセアン豪州NZ"),
    "AUS": ("EPA_豪州", "EPA_CPTPP", "EPA_RCEP_アセアン豪州NZ"),
    "NZL": ("EPA_CPTPP", "EPA_RCEP_アセアン豪州NZ"),
    "CAN": ("EPA_CPTPP",),
    "MEX": ("EPA_メキシコ", "EPA_CPTPP"),
    "GBR": ("EPA_英国",),
    "CHE": ("EPA_スイス",),
    **dict.fromkeys(GROUPS["EU"], ("EPA_欧州連合",)),
}

_FREE = "無税"
_PER_CENT = re.compile(r"^\(?\s*([0-9]+(?:\.[0-9]+)?)\s*[%％]\s*\)?$")


class Estimate(NamedTuple):
    """An ad valorem equivalent of a duty or mark-up that is not ad valorem."""

    product: str
    with_preference: float
    without: float
    users: tuple[str, ...]
    formula: str
    source: str


#: State-traded cereals. HS heading -> equivalent. `users` get `with_preference`.
ESTIMATES: dict[str, Estimate] = {
    "1006": Estimate(
        "rice",
        with_preference=240 / 148 - 1,
        without=240 / 148 - 1,
        users=(),
        formula="price gap inside the minimum-access quota: domestic milled rice 240 yen/kg over US medium grain "
        "148 yen/kg, less 1 (the out-of-quota levy of 341 yen/kg keeps other imports out)",
        source="SBS tenders of FY2016, Agrinews (http://english.agrinews.co.jp/?p=5914)",
    ),
    "1001": Estimate(
        "wheat",
        with_preference=85 / 200,
        without=155 / 200,
        users=("USA", "CAN", "AUS", "NZL", "MEX", "GBR", *GROUPS["EU"]),
        formula="effective levy of 85 USD/t under the agreements, 70 USD/t more without, over an import value of "
        "200 USD/t (USD 600 mn for 3 mn t of US wheat)",
        source="US Wheat Associates on the cut of the mark-up (https://www.thefencepost.com/) and on exports "
        "(https://www.unconventionalag.com/)",
    ),
}

#: US exports to Japan within a chapter where a simple mean of lines would mislead: heading -> USD mn.
WITHIN_CHAPTER: dict[str, dict[str, float]] = {
    # Beef 1.87 bn of 2024 (Asia Matters for America) counted at the rate of muscle cuts; pork 1.18 bn of
    # January-October 2024 (USMEF) at the rate above the gate price.
    "02": {"0201": 935.0, "0202": 935.0, "0203": 1180.0},
    # Rice 298 mn of 2024 (Census, in Firstpost); wheat 600 mn (US Wheat Associates); the rest is maize, free.
    "10": {"1006": 298.0, "1001": 600.0, "1005": float("nan")},
}


class Schedule(NamedTuple):
    """Simple means of ad valorem lines by HS6: applied MFN, and the rate of each exporter with a preference."""

    mfn: dict[str, float]
    preferential: dict[str, dict[str, float]]
    lines: int
    ad_valorem: int

    def rate(self, exporter: str, hs6: str) -> float | None:
        """Rate that `exporter` pays on `hs6`; None where no line is ad valorem and no estimate stands."""
        estimate = ESTIMATES.get(hs6[:4])
        if estimate is not None:
            return estimate.with_preference if exporter in estimate.users else estimate.without
        return self.preferential.get(exporter, {}).get(hs6, self.mfn.get(hs6))

    def heading_rate(self, exporter: str, heading: str) -> float:
        """Simple mean over the HS6 codes of a heading or chapter."""
        codes = [code for code in self.mfn if code.startswith(heading)]
        codes += [h + "00" for h in ESTIMATES if h.startswith(heading) and not any(c[:4] == h for c in codes)]
        rates = [rate for code in codes if (rate := self.rate(exporter, code)) is not None]
        return sum(rates) / len(rates) if rates else 0.0


def parse_rate(text: str) -> float | None:
    """Ad valorem rate of one cell as a fraction; None when blank or not purely ad valorem.

    >>> parse_rate("無税"), parse_rate("(8.5%)"), parse_rate("341円/kg")
    (0.0, 0.085, None)
    """
    text = text.strip()
    if text.strip("()（） ") == _FREE:
        return 0.0
    match = _PER_CENT.match(text.replace("（", "(").replace("）", ")"))
    return float(match.group(1)) / 100 if match else None


def applied_mfn(row: dict[str, str]) -> float | None:
    """Applied MFN rate of a line: the temporary rate stands before the general one, and WTO caps both."""
    text, bound_text = row[TEMPORARY].strip() or row[GENERAL].strip(), row[WTO].strip()
    domestic, bound = parse_rate(text), parse_rate(bound_text)
    # A WTO rate in brackets is above the domestic one and idle; any other counts, whatever its form.
    if bound is None and bound_text and bound_text[0] not in "(（":
        return None
    if domestic is None:
        # A specific domestic duty under a purely ad valorem bound still is not ad valorem.
        return bound if not text else None
    return domestic if bound is None else min(domestic, bound)


def read_schedule(path: Path) -> Schedule:
    """Read the schedule (csv, gzip or plain) with one row per 9-digit line."""
    opener = gzip.open if path.suffix == ".gz" else open
    sums: dict[str, dict[str, list[float]]] = {"mfn": {}} | {name: {} for name in PREFERENCES}
    total = numeric = 0
    with opener(path, "rt", encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            total += 1
            hs6, mfn = row["stat9"][:6], applied_mfn(row)
            if mfn is not None:
                numeric += 1
                sums["mfn"].setdefault(hs6, []).append(mfn)
            for exporter, columns in PREFERENCES.items():
                rates = [rate for column in columns if (rate := parse_rate(row.get(column, ""))) is not None]
                best = min(rates, default=mfn)
                if best is not None:
                    sums[exporter].setdefault(hs6, []).append(best if mfn is None else min(best, mfn))
    means = {name: {code: sum(r) / len(r) for code, r in by_code.items()} for name, by_code in sums.items()}
    mfn_means = means.pop("mfn")
    return Schedule(mfn_means, means, total, numeric)
