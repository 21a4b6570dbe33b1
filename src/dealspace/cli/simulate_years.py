"""`dealspace simulate SHEET --years 2025-2033`: the gains of one policy by year and their present value."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dealspace.cli.output import Progress, text_table
from dealspace.errors import DealspaceError

if TYPE_CHECKING:
    from dealspace.outcomes.path import YearPath
    from dealspace.termsheet import TermSheet

_YEARS = re.compile(r"(\d{4})(?:-(\d{4}))?")
#: Most years that one call solves.
MOST = 100


def read_years(text: str) -> range:
    """Read ``2025-2033`` or ``2025``; DealspaceError for anything else."""
    match = _YEARS.fullmatch(text.strip())
    if match is None:
        raise DealspaceError(f"--years {text!r} names no years; write a first and a last one, as in 2025-2033")
    first, last = int(match[1]), int(match[2] or match[1])
    if last < first:
        raise DealspaceError(f"--years {text}: {last} is before {first}; write {last}-{first}")
    if last - first >= MOST:
        raise DealspaceError(f"--years {text}: these are {last - first + 1} years; write at most {MOST}")
    return range(first, last + 1)


def read_discount(text: str) -> float:
    """Read ``3%`` or ``0.03``; DealspaceError for anything else."""
    number = text.strip().removesuffix("%")
    try:
        return float(number) / (100 if text.strip().endswith("%") else 1)
    except ValueError:
        raise DealspaceError(f"--discount {text!r} is not a rate; write 3% or 0.03") from None


def solve_years(
    sheet: TermSheet,
    policy: str,
    years: range,
    discount: float,
    against: str | None,
    law: list[str],
    report: Progress,
    **closure: Any,
) -> YearPath:
    """Solve the years of a policy; as `dealspace.outcomes.path.along_years`."""
    report("loading the engine", 0.0)
    from dealspace.outcomes.path import along_years

    return along_years(sheet, policy, years, discount, against=against, law=law, report=report, **closure)


def record(sheet: TermSheet, path: YearPath) -> dict[str, Any]:
    """Return a path for machines."""
    head = {
        "sheet": path.sheet,
        "policy": path.policy,
        "against": path.against or "the benchmark before any measure, under the same closure",
        "closure": path.equilibria[0].closing,
        "discount": path.discount,
        "law": list(path.law),
        "left_out": list(path.left_out),
        "converged": path.converged,
        "reason": path.reason,
        "years": list(path.years),
    }
    if not path.converged:
        return head
    names = path.world.region_names or {}
    gains, income, value = path.equivalent_variation.values, path.real_income.values, path.present_value.values
    return head | {
        "regions": [
            {
                "region": region,
                "name": names.get(region, region),
                "equivalent_variation_usd_mn": [float(x) for x in gains[:, k]],
                "real_income_percent": [100.0 * (float(x) - 1.0) for x in income[:, k]],
                "present_value_usd_mn": float(value[k]),
            }
            for k, region in enumerate(path.world.regions)
        ]
    }


def text(sheet: TermSheet, path: YearPath) -> str:
    """Return a path for the terminal: gains by year of the parties and of the most moved others."""
    found = record(sheet, path)
    own = [region for party in sheet.parties for region in sheet.members(party, path.world)]
    rows = sorted(found["regions"], key=lambda row: (row["region"] not in own, -abs(row["present_value_usd_mn"])))
    shown = rows[: len(own) + 4]
    header = ["gain, bn USD", *(row["name"] for row in shown)]
    body = [
        [str(year), *(f"{row['equivalent_variation_usd_mn'][k] / 1e3:+.2f}" for row in shown)]
        for k, year in enumerate(path.years)
    ]
    body.append(["present value", *(f"{row['present_value_usd_mn'] / 1e3:+.2f}" for row in shown)])
    against = path.against or "the benchmark before any measure"
    lines = [
        f"{path.sheet}, policy {path.policy} against {against}: {found['closure']}, {path.world.name}.",
        f"One equilibrium a year at the size of the base year, acts and rates as on 31 December; discounted at "
        f"{100 * path.discount:g} % a year to {path.years[0]}.",
        "",
        text_table(header, body),
    ]
    if path.law:
        lines += ["", f"In force in every year: {', '.join(path.law)}."]
    if path.left_out:
        lines.append(f"Left out, since the economy cannot tell their products apart: {', '.join(path.left_out)}.")
    return "\n".join(lines)
