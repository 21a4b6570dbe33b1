"""The checks that arrays must pass to be an economy: one function a rule, each naming offenders and cure.

All functions return faults instead of raising, so that a user sees every fault of an economy at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dealspace.errors import Fault, near_matches
from dealspace.world.lines import Lines

#: Published elasticities reach 64.85 (petroleum in Caliendo and Parro 2015); policy work is supported at 0.5 to 15.
ELASTICITY_LIMIT = 100.0
#: Cost shares that miss one by more than this are a fault; a smaller miss is rounding and is renormalised.
SHARE_TOLERANCE = 1e-3

#: Axes of every array, in order.
AXES: dict[str, tuple[str, ...]] = {
    "flows": ("importer", "exporter", "sector"),
    "tariff": ("importer", "exporter", "sector"),
    "io_share": ("region", "input", "sector"),
    "va_share": ("region", "sector"),
    "trade_elasticity": ("sector",),
}


#: Names that stand for something else wherever names are read.
RESERVED = {"region": ("world",), "sector": ("all", "goods", "all-goods")}


def name_faults(kind: str, names: Sequence[Any]) -> list[Fault]:
    """Names must be text that means nothing else, each once."""
    place = f"{kind}s"
    if not names:
        return [Fault(f"there is no {kind}; name at least one", place)]
    faults = []
    for name in dict.fromkeys(names):
        problem = _name_problem(name)
        if problem:
            faults.append(Fault(problem, place))
        elif name in RESERVED[kind]:
            faults.append(Fault(f"{name!r} stands for all or many {kind}s; choose another name", place))
    repeated = _repeated(names)
    if repeated:
        faults.append(Fault(f"{', '.join(map(str, repeated))} stands more than once; names must be unique", place))
    return faults


def _name_problem(name: Any) -> str:
    """Say why something is not a name; empty when it is."""
    if not isinstance(name, str) or not name.strip():
        return f"{name!r} is not a name; use text"
    if ":" in name:
        return f"{name!r} holds a colon, which parts the words of a measure (ev:HOME); use another sign"
    return ""


def _repeated(names: Sequence[Any]) -> list[Any]:
    return [name for name, count in Counter(names).items() if count > 1]


def goods_faults(goods: Sequence[Any], sectors: Sequence[str]) -> list[Fault]:
    """Goods must be names of sectors."""
    return [
        Fault(f"{name!r} is not a sector; {near_matches(name, sectors)}", "goods")
        for name in goods
        if name not in sectors
    ]


def group_faults(groups: Mapping[Any, Sequence[Any]], regions: Sequence[str]) -> list[Fault]:
    """A group has a name of its own and members that are regions, each once."""
    faults = []
    for group, members in groups.items():
        place = f"groups.{group}"
        problem = _name_problem(group)
        if problem:
            faults.append(Fault(problem, "groups"))
        elif group in regions or group in RESERVED["region"]:
            faults.append(Fault(f"{group!r} is already the name of a region; rename the group", "groups"))
        if not members:
            faults.append(Fault("has no members; name at least one region or leave the group out", place))
        repeated = _repeated(members)
        if repeated:
            faults.append(Fault(f"{', '.join(map(str, repeated))} stands more than once; name it once", place))
        faults += [
            Fault(f"{member!r} is not a region; {near_matches(member, regions)}", place)
            for member in dict.fromkeys(members)
            if member not in regions
        ]
    return faults


def label_faults(name: object, year: object, lines: object) -> list[Fault]:
    """An economy is named in text, its year is a whole number, and its lines are `Lines`."""
    faults = []
    if not isinstance(name, str) or not name.strip():
        faults.append(Fault(f"{name!r} is not a name; use text", "name"))
    if year is not None and (isinstance(year, bool) or not isinstance(year, int | np.integer)):
        faults.append(Fault(f"{year!r} is not a year; give a whole number, such as 2022, or None", "year"))
    if lines is not None and not isinstance(lines, Lines):
        faults.append(
            Fault(
                f"is a {type(lines).__name__}; wrap a frame or the path of a Parquet file, as in "
                "dealspace.world.lines.Lines(frame)",
                "lines",
            )
        )
    return faults


def shape_faults(arrays: Mapping[str, np.ndarray], regions: int, sectors: int) -> list[Fault]:
    """Every array has the axes of its name, with the lengths that the names give."""
    lengths = {
        "importer": regions,
        "exporter": regions,
        "region": regions,
        "input": sectors,
        "sector": sectors,
    }
    faults = []
    for field, axes in AXES.items():
        array = arrays[field]
        if array.ndim != len(axes):
            wanted = ", ".join(f"{axis} {lengths[axis]}" for axis in axes)
            faults.append(Fault(f"has {array.ndim} axes; it needs {len(axes)}: ({wanted})", field))
            continue
        wrong = [f"{a} should be {lengths[a]}" for a, n in zip(axes, array.shape, strict=True) if n != lengths[a]]
        if wrong:
            found = ", ".join(f"{axis} {size}" for axis, size in zip(axes, array.shape, strict=True))
            faults.append(Fault(f"has axes ({found}): {', '.join(wrong)}", field))
    return faults


def cells(mask: np.ndarray, labels: Sequence[Sequence[str]], limit: int = 3) -> str:
    """Name the first cells where `mask` holds: ``(USA, JPN, C29), ... and 4 more``."""
    where = np.argwhere(mask)
    named = [[str(labels[axis][i]) for axis, i in enumerate(index)] for index in where[:limit]]
    shown = ", ".join(f"({', '.join(names)})" for names in named)
    return shown + (f" and {len(where) - limit} more" if len(where) > limit else "")


def _labels(field: str, regions: Sequence[str], sectors: Sequence[str]) -> list[Sequence[str]]:
    return [sectors if axis in ("input", "sector") else regions for axis in AXES[field]]


def value_faults(arrays: Mapping[str, np.ndarray], regions: Sequence[str], sectors: Sequence[str]) -> list[Fault]:
    """Every number is finite and has the sign and range that its meaning needs."""
    rules = [
        ("flows", lambda x: x < 0, "is negative at {}; sales are zero or positive (set re-exports to 0)"),
        ("tariff", lambda x: x <= -1, "is -100 % or less at {}; a rate is above -1 (0.25 is 25 %)"),
        # Published tables hold a few inputs just below zero (falling stocks); they do no harm to the solution.
        ("io_share", lambda x: x < -SHARE_TOLERANCE, "is negative at {}; input shares are zero or positive"),
        ("va_share", lambda x: x < 0, "is negative at {}; raise it to zero or more, or merge the sector"),
        (
            "trade_elasticity",
            lambda x: (x <= 0) | (x > ELASTICITY_LIMIT),
            "is outside (0, 100] at {}; give theta > 0, the elasticity of the duty-inclusive price "
            "(0.5 to 15 for policy work; published tables reach 65)",
        ),
    ]
    faults = []
    for field, broken, sentence in rules:
        array, labels = arrays[field], _labels(field, regions, sectors)
        unusable = ~np.isfinite(array)
        if unusable.any():
            faults.append(Fault(f"is not a finite number at {cells(unusable, labels)}", field))
        mask = broken(np.where(unusable, 1.0, array))
        if mask.any():
            faults.append(Fault(sentence.format(cells(mask, labels)), field))
    return faults


def domestic_tariff_faults(tariff: np.ndarray, regions: Sequence[str], sectors: Sequence[str]) -> list[Fault]:
    """A region puts no tariff on itself."""
    domestic = np.einsum("nnj->nj", tariff) != 0
    if not domestic.any():
        return []
    where = cells(domestic, [regions, sectors])
    return [Fault(f"is not zero on a region's own sales at {where}; set the diagonal to 0", "tariff")]


def share_faults(
    total: np.ndarray,
    va_share: np.ndarray,
    output: np.ndarray,
    regions: Sequence[str],
    sectors: Sequence[str],
) -> list[Fault]:
    """Cost shares of a sector that sells add to one, and it adds some value."""
    labels, active = [regions, sectors], output > 0
    faults = []
    missed = active & (np.abs(total - 1) > SHARE_TOLERANCE)
    if missed.any():
        n, j = np.argwhere(missed)[0]
        faults.append(
            Fault(
                f"inputs and value added do not add to 1 at {cells(missed, labels)} "
                f"(first: {total[n, j]:.4f}); io_share counts shares of gross output, summed over inputs",
                "io_share + va_share",
            )
        )
    idle = active & (va_share <= 0)
    if idle.any():
        faults.append(Fault(f"is zero at {cells(idle, labels)}, which sells; give it a share or merge it", "va_share"))
    return faults


def region_faults(value_added: np.ndarray, income: np.ndarray, regions: Sequence[str]) -> list[Fault]:
    """Every region earns something and spends something."""
    faults = [
        Fault(f"{name} has no value added; give it output or merge it into another region", "flows")
        for name, earned in zip(regions, value_added, strict=True)
        if not earned > 0
    ]
    faults += [
        Fault(
            f"{name} has no final spending ({spent:.4g}): its intermediate use exceeds what it buys; "
            "check io_share, va_share and flows",
            "flows",
        )
        for name, earned, spent in zip(regions, value_added, income, strict=True)
        if earned > 0 and not spent > 0
    ]
    return faults


def supply_faults(
    expenditure: np.ndarray, use: np.ndarray, regions: Sequence[str], sectors: Sequence[str]
) -> list[Fault]:
    """Nothing is used as an input that nobody sells there."""
    scale = use.sum(axis=1, keepdims=True) + expenditure.sum(axis=1, keepdims=True)
    missing = (expenditure <= 0) & (use > 1e-12 * scale)
    if not missing.any():
        return []
    where = cells(missing, [regions, sectors])
    return [Fault(f"is zero for every supplier at {where}, where io_share uses it as an input", "flows")]
