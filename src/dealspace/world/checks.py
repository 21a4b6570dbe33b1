"""The checks that arrays must pass to be an economy: one function a rule, each naming offenders and cure.

All functions return faults instead of raising, so that a user sees every fault of an economy at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from dealspace.errors import Fault, near_matches

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


def name_faults(kind: str, names: Sequence[str]) -> list[Fault]:
    """Names must be non-empty text, each once."""
    if not names:
        return [Fault(f"there is no {kind}; name at least one", f"{kind}s")]
    faults = [Fault(f"{name!r} is not a name; use text", f"{kind}s") for name in names if not str(name).strip()]
    seen: set[str] = set()
    repeated: list[str] = []
    for name in names:
        if name in seen and name not in repeated:
            repeated.append(name)
        seen.add(name)
    if repeated:
        faults.append(Fault(f"{', '.join(repeated)} stands more than once; names must be unique", f"{kind}s"))
    return faults


def goods_faults(goods: Sequence[str], sectors: Sequence[str]) -> list[Fault]:
    """Goods must be names of sectors."""
    return [
        Fault(f"{name!r} is not a sector; {near_matches(name, sectors)}", "goods")
        for name in goods
        if name not in sectors
    ]


def group_faults(groups: Mapping[str, Sequence[str]], regions: Sequence[str]) -> list[Fault]:
    """A group has a name of its own and members that are regions."""
    faults = []
    for group, members in groups.items():
        if group in regions or group == "world":
            faults.append(Fault(f"{group!r} is already the name of a region; rename the group", "groups"))
        faults += [
            Fault(f"{member!r} is not a region; {near_matches(member, regions)}", f"groups.{group}")
            for member in members
            if member not in regions
        ]
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
