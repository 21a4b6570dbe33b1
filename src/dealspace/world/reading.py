"""What users hand in, plain or labelled, as float64 arrays on agreed names.

Labels decide, never positions: an array that carries labels is put into the order of the names, and labels that
do not hold exactly those names are a fault.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from dealspace.errors import EconomyError, Fault, near_matches
from dealspace.world import checks

SECTOR_AXES = frozenset({"input", "sector"})
_SHOWN = 3  # names listed in one fault


class Reading(NamedTuple):
    """One input: float64 values in the order of its axes, and the labels of those axes that carry any."""

    values: np.ndarray
    labels: dict[str, tuple[Any, ...]]


class Inputs(NamedTuple):
    """Arrays by field on the axes of `regions` and `sectors`; meaningless where there are faults."""

    arrays: dict[str, np.ndarray]
    regions: tuple[str, ...]
    sectors: tuple[str, ...]
    faults: list[Fault]


def read_inputs(given: Mapping[str, Any], regions: Any, sectors: Any) -> Inputs:
    """Read the arrays of an economy, settle its names, and put every labelled array into their order."""
    readings: dict[str, Reading] = {}
    faults: list[Fault] = []
    for field, value in given.items():
        try:
            readings[field] = read(field, value, checks.AXES[field])
        except EconomyError as error:
            faults.extend(error.faults)
    names = {}
    for kind, explicit in (("region", regions), ("sector", sectors)):
        names[kind], more = _settle(kind, explicit, readings)
        # Without flows there may be nothing to number; that fault is told already.
        faults += more or (checks.name_faults(kind, names[kind]) if names[kind] or not faults else [])
    arrays = {}
    if not faults:
        for field, reading in readings.items():
            try:
                arrays[field] = align(field, reading, checks.AXES[field], names["region"], names["sector"])
            except EconomyError as error:
                faults.extend(error.faults)
    return Inputs(arrays, names["region"], names["sector"], faults)


def read(field: str, value: Any, axes: Sequence[str]) -> Reading:
    """Return a float64 copy of `value` and its labels; labelled arrays are transposed to `axes`.

    xarray arrays carry labels in their coordinates, pandas frames and series in their index and columns (an index
    that only counts carries none).

    Raises
    ------
    EconomyError
        When the dimensions are others, or the content is not real numbers.
    """
    labels: dict[str, tuple[Any, ...]] = {}
    if hasattr(value, "dims") and hasattr(value, "transpose"):
        if not hasattr(value, "to_numpy"):
            raise EconomyError(Fault("is a data set; give one of its arrays", field))
        if set(value.dims) != set(axes):
            found, wanted = ", ".join(map(str, value.dims)), ", ".join(axes)
            raise EconomyError(Fault(f"has dimensions ({found}); it needs ({wanted})", field))
        value = value.transpose(*axes)
        coords = getattr(value, "coords", {})
        labels = {axis: tuple(coords[axis].to_numpy().tolist()) for axis in axes if axis in coords}
        value = value.to_numpy()
    elif hasattr(value, "index") and hasattr(value, "to_numpy"):
        sides = [list(side) for side in (value.index, *([value.columns] if hasattr(value, "columns") else []))]
        if len(sides) == len(axes):
            named = zip(axes, sides, strict=True)
            labels = {axis: tuple(side) for axis, side in named if side != list(range(len(side)))}
        value = value.to_numpy()
    return Reading(_numbers(field, value), labels)


def _numbers(field: str, value: Any) -> np.ndarray:
    """Return real numbers as a new float64 array; text and complex numbers are not converted."""
    if isinstance(value, np.ma.MaskedArray):
        masked = int(np.ma.getmaskarray(value).sum())
        if masked:
            raise EconomyError(Fault(f"masks {masked} of its cells; fill them, as in array.filled(0.0)", field))
        value = np.ma.getdata(value)
    problem = Fault("is not an array of numbers", field)
    try:
        raw = np.asarray(value)
    except (TypeError, ValueError):
        raise EconomyError(problem) from None
    if raw.dtype.kind == "c" or (raw.dtype.kind == "O" and any(isinstance(entry, complex) for entry in raw.flat)):
        raise EconomyError(Fault("holds complex numbers; give real ones (array.real)", field))
    if raw.dtype.kind in "US" or (raw.dtype.kind == "O" and any(isinstance(e, str | bytes) for e in raw.flat)):
        raise EconomyError(Fault("is not an array of numbers: it holds text; write 0.25 for 25 %", field))
    if raw.dtype.kind not in "biufO":
        raise EconomyError(problem)
    try:
        return np.array(raw, dtype=np.float64)
    except (TypeError, ValueError):
        raise EconomyError(problem) from None


def name_tuple(field: str, names: Any) -> tuple[tuple[Any, ...], list[Fault]]:
    """Return a sequence of names as a tuple, or the fault that it is none."""
    if isinstance(names, str | bytes):
        return (), [Fault(f"is the single text {names!r}; give a list of names, as in [{names!r}]", field)]
    if isinstance(names, set | frozenset):
        return (), [Fault("is a set, which has no order; give a list of names", field)]
    try:
        return tuple(str(name) if isinstance(name, str) else name for name in names), []
    except TypeError:
        return (), [Fault(f"is {names!r}; give a list of names", field)]


def _settle(kind: str, explicit: Any, readings: Mapping[str, Reading]) -> tuple[tuple[Any, ...], list[Fault]]:
    """Names as given, or from the labels of the first labelled input, or numbered."""
    if explicit is not None:
        return name_tuple(f"{kind}s", explicit)
    labelled = [
        (field, reading.labels[axis])
        for field, reading in readings.items()
        for axis in checks.AXES[field]
        if (axis in SECTOR_AXES) == (kind == "sector") and axis in reading.labels
    ]
    if not labelled:
        flows = readings["flows"].values if "flows" in readings else np.empty(0)
        count = flows.shape[0 if kind == "region" else 2] if flows.ndim == 3 else 0
        return tuple(f"{kind[0].upper()}{i + 1}" for i in range(count)), []
    source, names = labelled[0]
    others = [field for field, labels in labelled if labels != names and set(labels) == set(names)]
    if source != "flows" and others:
        return (), [
            Fault(
                f"{source} and {others[0]} name the same {kind}s in different orders, and flows has no labels; "
                f"give {kind}s= in the order of flows",
                f"{kind}s",
            )
        ]
    return names, []


def align(
    field: str, reading: Reading, axes: Sequence[str], regions: Sequence[str], sectors: Sequence[str]
) -> np.ndarray:
    """Return the values in the order of the names; EconomyError where labels do not hold exactly these."""
    values, faults = reading.values, []
    for position, axis in enumerate(axes):
        if axis not in reading.labels:
            continue
        labels, kind = reading.labels[axis], "sector" if axis in SECTOR_AXES else "region"
        names = sectors if kind == "sector" else regions
        problem = _label_problem(labels, names, kind)
        if problem:
            faults.append(Fault(f"its {axis} labels {problem}", field))
        else:
            values = values.take([labels.index(name) for name in names], axis=position)
    if faults:
        raise EconomyError(faults)
    return values


def _label_problem(labels: Sequence[Any], names: Sequence[str], kind: str) -> str:
    """Say how labels differ from the names; empty when they hold exactly these, in whatever order."""
    repeated = [label for label, count in Counter(labels).items() if count > 1]
    missing = [name for name in names if name not in labels]
    extra = [label for label in dict.fromkeys(labels) if label not in names]
    parts = []
    if repeated:
        parts.append(f"name {_some(repeated)} more than once")
    if missing:
        parts.append(f"lack {_some(missing)}")
    if extra:
        parts.append(f"hold {_some(map(repr, extra))}, no {kind} here ({near_matches(extra[0], missing or names)})")
    return "; they ".join(parts)


def _some(items: Any) -> str:
    listed = list(map(str, items))
    more = f" and {len(listed) - _SHOWN} more" if len(listed) > _SHOWN else ""
    return ", ".join(listed[:_SHOWN]) + more


def broadcast(arrays: dict[str, np.ndarray], regions: int, sectors: int) -> dict[str, np.ndarray]:
    """Spread a single tariff rate over foreign cells and a single elasticity over sectors."""
    spread = dict(arrays)
    if arrays["tariff"].ndim == 0:
        spread["tariff"] = off_diagonal(float(arrays["tariff"]), 0.0, (regions, regions, sectors))
    if arrays["trade_elasticity"].ndim == 0:
        spread["trade_elasticity"] = np.full(sectors, float(arrays["trade_elasticity"]))
    return spread


def off_diagonal(value: float, own: float, shape: tuple[int, ...]) -> np.ndarray:
    """Return `value` in every cell between regions and `own` on a region's own sales."""
    array = np.full(shape, value)
    array[np.arange(shape[0]), np.arange(shape[0])] = own
    return array
