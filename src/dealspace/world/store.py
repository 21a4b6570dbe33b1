"""Economies as files: a deterministic `.npz` of arrays and names, readable without pickle."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from dealspace.errors import EconomyError, Fault
from dealspace.world.economy import ARRAYS, Economy
from dealspace.world.lines import Lines

_FORMAT = "dealspace-world/1"
_DESCRIBED = ("name", "year", "regions", "sectors", "goods", "groups", "region_names", "sector_names")
_BROKEN = (zipfile.BadZipFile, zlib.error)  # what a damaged archive raises
_EPOCH = (1980, 1, 1, 0, 0, 0)


def write_npz(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """Write arrays so that equal content gives equal bytes: fixed order and time stamps."""
    with zipfile.ZipFile(path, "w", compression=zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, array in arrays.items():
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, np.ascontiguousarray(array), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, buffer.getvalue())


def lines_path(path: Path) -> Path:
    """The Parquet file of product lines that belongs to a world file."""
    return path.with_name(f"{path.stem}-lines.parquet")


def save_economy(world: Economy, path: Path) -> Path:
    """Write `world` to `path` (`.npz`), its lines beside it, and return the path; EconomyError when it cannot."""
    if path.suffix != ".npz":
        path = path.with_name(path.name + ".npz")
    fields = {field: getattr(world, field) for field in _DESCRIBED}
    mappings = {field: dict(value) for field, value in fields.items() if isinstance(value, Mapping)}
    description = {"format": _FORMAT} | fields | mappings
    text = np.frombuffer(json.dumps(description, ensure_ascii=False).encode(), dtype=np.uint8)
    try:
        write_npz(path, {"description": text} | {field: getattr(world, field) for field in ARRAYS})
        if world.lines is not None:
            world.lines.frame.write_parquet(lines_path(path), compression="zstd", compression_level=12)
    except OSError as error:
        cure = "make the folder first" if not path.parent.is_dir() else "give another path"
        why = error.strerror or type(error).__name__
        raise EconomyError(Fault(f"cannot be written ({why}); {cure}", "", str(path))) from None
    return path


def read_economy(path: Path, **changes: Any) -> Economy:
    """Read an economy that `save_economy` wrote; EconomyError when the file is not one.

    `changes` replace fields before the checks run (``trade_elasticity=...``).
    """
    content, lines = _content(path), lines_path(path)
    content["lines"] = Lines(lines) if lines.exists() else None
    try:
        return Economy(**(content | changes))
    except EconomyError as error:
        raise EconomyError([replace(fault, file=str(path)) for fault in error.faults]) from None


def _content(path: Path) -> dict[str, Any]:
    """Return arrays and description of a saved economy, with nothing missing."""

    def fault(message: str) -> EconomyError:
        return EconomyError(Fault(message, "", str(path)))

    if not zipfile.is_zipfile(path):
        raise fault("is not a saved economy (no .npz archive); write one with Economy.save")
    try:
        with np.load(path, allow_pickle=False) as archive:
            if "description" not in archive.files:
                raise fault("is not a saved economy: it lacks a description; write one with Economy.save")
            description = json.loads(_array(archive, "description").tobytes().decode())
            if not isinstance(description, dict) or description.pop("format", None) != _FORMAT:
                raise fault(f"has another format than {_FORMAT}; save it again")
            missing = [name for name in ARRAYS if name not in archive.files]
            if missing:
                raise fault(f"is not a saved economy: it lacks {', '.join(missing)}; save it again")
            arrays = {name: _array(archive, name) for name in ARRAYS}
    except (OSError, EOFError, ValueError, KeyError, RuntimeError, *_BROKEN):
        # What NumPy says here may advise to read pickled objects, which would run whatever the file holds.
        raise fault("is damaged or was not written by Economy.save; write it again") from None
    if set(description) != set(_DESCRIBED):
        raise fault("has a description that lacks or adds fields; save it again")
    return arrays | description


def _array(archive: Mapping[str, Any], name: str) -> np.ndarray:
    """Return an array of an archive; ValueError for an entry that holds something else (NumPy gives its bytes)."""
    entry = archive[name]
    if not isinstance(entry, np.ndarray):
        raise ValueError(name)
    return entry
