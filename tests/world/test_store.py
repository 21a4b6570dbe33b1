"""Files that are damaged, foreign or cannot be written are refused in the library's own words."""

from __future__ import annotations

import zipfile

import numpy as np
import polars as pl
import pytest

from dealspace.errors import EconomyError, UnknownNameError
from dealspace.world.catalogue import headline_facts, load_world
from dealspace.world.lines import COLUMNS, Lines
from dealspace.world.store import lines_path, read_economy
from world.small import economy


def frame(**changes: list) -> pl.DataFrame:
    """One product line."""
    row = ("HOME", "AWAY", "870323", "CARS", 20.0, 1.0, "test")
    return pl.DataFrame(dict(zip(COLUMNS, ([value] for value in row), strict=True)) | changes)


def sentence(path) -> str:
    """What loading `path` says; it must be the library's own error and no advice to unpickle."""
    with pytest.raises(EconomyError) as caught:
        load_world(path)
    text = str(caught.value)
    assert str(path) in text
    assert "pickle" not in text
    return text


def test_a_damaged_file_is_refused_in_own_words(tmp_path):
    path = economy().save(tmp_path / "w.npz")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert "is not a saved economy (no .npz archive)" in sentence(path)
    path.write_bytes(b"")
    assert "is not a saved economy (no .npz archive)" in sentence(path)
    told = []
    for at in range(60, len(whole) - 22, 61):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        try:
            read = read_economy(path)
        except EconomyError as error:
            told.append(str(path) in str(error))
        else:
            assert read == economy()  # a byte that nobody reads, such as a time stamp
    assert len(told) >= 10
    assert all(told)
    path.write_bytes(whole)
    assert load_world(path) == economy()


def test_objects_are_never_unpickled(tmp_path):
    path = tmp_path / "w.npz"
    np.savez(path, description=np.array([{"format": "dealspace-world/1"}], dtype=object))
    assert "is damaged or was not written by Economy.save" in sentence(path)


def test_a_file_that_lacks_parts_names_them(tmp_path):
    path = economy().save(tmp_path / "w.npz")
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}

    def without(*names: str, **changes: bytes) -> None:
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in (parts | {f"{key}.npy": value for key, value in changes.items()}).items():
                if name.removesuffix(".npy") not in names:
                    archive.writestr(name, content)

    without("flows", "va_share")
    assert "it lacks flows, va_share; save it again" in sentence(path)
    without("description")
    assert "it lacks a description" in sentence(path)
    without(flows=b"no array")
    assert "is damaged" in sentence(path)
    without(description=b"{}")
    assert "is damaged" in sentence(path)
    without(tariff=parts["flows.npy"])
    assert "tariff: is not zero on a region's own sales" in sentence(path)


def test_a_description_with_other_fields_is_refused(tmp_path):
    path = economy().save(tmp_path / "w.npz")
    with np.load(path) as archive:
        arrays = dict(archive)
    text = arrays["description"].tobytes().replace(b'"year"', b'"years"')
    np.savez(path, **(arrays | {"description": np.frombuffer(text, dtype=np.uint8)}))
    assert "lacks or adds fields" in sentence(path)


@pytest.mark.parametrize("damage", [b"", b"nothing", b"PAR1 and no more PAR1", None])
def test_damaged_lines_are_refused_in_own_words(tmp_path, damage):
    path = economy(lines=Lines(frame())).save(tmp_path / "w.npz")
    beside = lines_path(path)
    beside.write_bytes(beside.read_bytes()[:-200] if damage is None else damage)
    world = load_world(path)
    with pytest.raises(EconomyError, match=r"w-lines\.parquet .*lines: is not a readable Parquet file"):
        _ = world.lines.frame
    with pytest.raises(EconomyError, match="not a readable Parquet file"):
        _ = Lines(tmp_path / "none.parquet").frame


def test_lines_need_their_columns(tmp_path):
    short = frame().drop("duty", "hs")
    with pytest.raises(EconomyError, match="lines: lacks hs, duty; the columns are importer"):
        _ = Lines(short).frame
    short.write_parquet(tmp_path / "short.parquet")
    with pytest.raises(EconomyError, match=r"short\.parquet .*lacks hs, duty"):
        _ = Lines(tmp_path / "short.parquet").frame


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    with pytest.raises(EconomyError, match=r"x\.npz .*cannot be written \(No such file.*make the folder first"):
        economy().save(tmp_path / "nodir" / "x.npz")
    (tmp_path / "taken.npz").mkdir()
    with pytest.raises(EconomyError, match=r"cannot be written .*give another path"):
        economy().save(tmp_path / "taken.npz")


@pytest.mark.parametrize("name", ["x" * 300 + ".npz", "a\0b.npz"])
def test_names_that_no_file_can_have(name):
    with pytest.raises(UnknownNameError, match="there is no file"):
        load_world(name)


def test_headline_facts_cannot_be_changed():
    facts = headline_facts()
    assert facts["reporter"] == "USA"
    assert facts["basis_words"] == "US imports for consumption less US exports, customs basis, 2024"
    assert facts["source_words"].startswith("US Census Bureau")
    with pytest.raises(TypeError):
        facts["year"] = 1999
    with pytest.raises(TypeError):
        facts["partners"]["JPN"]["exports"] = 0.0
    assert isinstance(facts["other_bases"]["JPN"], tuple)
    for name in ("x" * 300, "../data/world-2022", "mine"):
        with pytest.raises(UnknownNameError, match="unknown world with headline facts"):
            headline_facts(name)
