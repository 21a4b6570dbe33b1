"""Japan's import schedule as a compact table: what each 9-digit line pays, from whom, and in which legal form.

Duties that are no plain percentage keep their legal form, put into English term by term (`in_words`); texts that
resist are marked as conditional. Numbers are fractions.
"""

from __future__ import annotations

import csv
import gzip
import re
from pathlib import Path

import polars as pl

from dealspace.world.build.japan import GENERAL, PREFERENCES, TEMPORARY, WTO, applied_mfn, parse_rate
from dealspace.world.build.naming import GROUPS

SOURCE = "Japan Customs, import tariff schedule of 1 April 2025"
#: Exporters with an agreement; the members of the European Union share one.
PARTNERS: dict[str, tuple[str, ...]] = {
    **{name: columns for name, columns in PREFERENCES.items() if name not in GROUPS["EU"]},
    "EU": PREFERENCES[GROUPS["EU"][0]],
}
CONDITIONAL = "conditional, see the schedule"

_PLAIN = str.maketrans("（）％＋，　．", "()%+, .")
_TERMS = (
    (
        r"1キログラムにつき枝肉に係る基準輸入価格と課税価格との差額",
        "standard import price of carcasses less the value, per kg",
    ),
    (
        r"1キログラムにつき部分肉に係る基準輸入価格と課税価格との差額",
        "standard import price of cuts less the value, per kg",
    ),
    (r"関税割当数量以内のもの ?", "within the tariff quota: "),
    (r"関税割当数量以外のもの ?", "outside the tariff quota: "),
    (r"世界貿易機関設立協定の日本国の譲許表における関税割当て ?", "within the WTO tariff quota: "),
    (r"ただしその税率が[^\n]*?を下回る場合は([^\n]*)", r"but at least \1"),
    (r"ただしその税率が[^\n]*?を超える場合は([^\n]*)", r"but at most \1"),
    (r"のうちいずれか高い税率", ", whichever is higher"),
    (r"のうちいずれか低い税率", ", whichever is lower"),
    (r"その他のもの ", "other: "),
    (r"無税", "free"),
    (r"非譲許", "no concession"),
    (r"課税価格", "value"),
    (r"又は", " or "),
    (r"円/", " yen/"),
    (r"円", " yen"),
    (r"㎡", "m2"),
    (r"足", "pair"),
    (r"本", "piece"),
    (r"個", "piece"),
    (r"〜", " to "),
    (r"×", " x "),
    (r"◆\d+|[●◎※*]", ""),
)
_SEASON = re.compile(r"毎年(\d+)月(\d+)日から(?:同年|翌年)(\d+)月(?:(\d+)日|末日)")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def in_words(text: str) -> str:
    """Put the legal form of a duty into English; `CONDITIONAL` where terms are left over.

    Examples
    --------
    >>> in_words("15%又は125円/lのうちいずれか低い税率")
    '15% or 125 yen/l, whichever is lower'
    """
    words = re.sub(r"([+])\s+", r"\1", text.strip().translate(_PLAIN))
    marked = bool(re.search(r"[●◎]", words))
    for pattern, english in _TERMS:
        words = re.sub(pattern, english, words)
    words = "; ".join(" ".join(line.split()) for line in words.splitlines() if line.strip())
    words = words.replace("; but at", ", but at").replace(" ,", ",")
    if not words or re.search(r"[^\x00-\x7f]", words):
        return CONDITIONAL
    return f"{words} (on conditions)" if marked else words


def mfn_form(row: dict[str, str]) -> str:
    """Legal form of the applied general duty of a line that is no plain percentage."""
    domestic, bound = row[TEMPORARY].strip() or row[GENERAL].strip(), row[WTO].strip()
    if not domestic and not bound:
        return CONDITIONAL
    # A WTO rate in brackets is above the domestic one and idle; any other is the one that applies.
    idle = bound.translate(_PLAIN).lstrip("*").startswith("(")
    return in_words(domestic if not bound or idle else bound)


def japan_duties(path: Path) -> pl.DataFrame:
    """Return the schedule (csv.gz) as a table with one row per line, or per season of a line.

    Returns
    -------
    DataFrame
        ``hs`` (9 digits), ``season`` (empty for all year), ``mfn`` (applied general rate, null where it is no plain
        percentage) and ``mfn_form`` (then its legal form); for each of `PARTNERS` the best rate of its agreements, null
        where they do not better the general one, and ``.._form``.
    """
    rows = []
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            mfn = applied_mfn(row)
            record = {"hs": row["stat9"], "season": _season(row["desc_ja"]), "mfn": mfn}
            record["mfn_form"] = mfn_form(row) if mfn is None else None
            for partner, columns in PARTNERS.items():
                record[partner], record[f"{partner}_form"] = _preference([row.get(c, "") for c in columns], mfn)
            rows.append(record)
    kinds = {name: pl.Float64 if name in ("mfn", *PARTNERS) else pl.String for name in rows[0]}
    table = pl.DataFrame(rows, schema=kinds).sort("hs", "season", maintain_order=True)
    twice = table.group_by("hs").agg(pl.col("season").n_unique().alias("n")).filter(pl.col("n") > 1)["hs"]
    table = table.with_columns(season=pl.when(pl.col("hs").is_in(twice.implode())).then("season").otherwise(pl.lit("")))
    return table.unique(["hs", "season"], keep="first", maintain_order=True).with_columns(pl.col(pl.Float64).round(4))


def _preference(texts: list[str], mfn: float | None) -> tuple[float | None, str | None]:
    """The best rate of an exporter's agreements and, where none is a plain percentage, their legal form."""
    texts = [text for text in texts if text and text.strip()]
    rates = [rate for text in texts if (rate := parse_rate(text)) is not None]
    if rates:
        return (min(rates), None) if mfn is None or min(rates) < mfn else (None, None)
    forms = sorted({in_words(text) for text in texts}, key=lambda form: (len(form), form))
    return None, (forms[0] if forms else None)


def _season(description: str) -> str:
    found = _SEASON.search(description or "")
    if not found:
        return ""
    first, day, last, end = (int(part) if part else 0 for part in found.groups())
    return f"{day} {_MONTHS[first - 1]} to {end or 'the end of'} {_MONTHS[last - 1]}"
