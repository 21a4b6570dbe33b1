"""An economy derives its accounts, keeps what it was given, and survives a round trip."""

from __future__ import annotations

import pickle
import subprocess
import sys
import warnings

import numpy as np
import pytest
import xarray as xr

from dealspace.errors import EconomyError, UnknownNameError
from dealspace.world.catalogue import load_world
from dealspace.world.economy import Economy, EconomyWarning
from world.small import arrays, economy


def test_accounts_by_hand():
    world = economy()
    np.testing.assert_allclose(world.output, [[95.0, 85.0], [110.0, 100.0]])
    np.testing.assert_allclose(world.expenditure, [[80 + 22, 60 + 31.5], [18 + 90, 25 + 70]])
    np.testing.assert_allclose(world.value_added, [[57.0, 51.0], [66.0, 70.0]])
    np.testing.assert_allclose(world.revenue, [2.0 + 1.5, 3.0])
    # HOME buys 50 abroad and sells 40.
    np.testing.assert_allclose(world.deficit, [10.0, -10.0])
    np.testing.assert_allclose(world.income, world.value_added.sum(axis=1) + world.revenue + world.deficit)
    np.testing.assert_allclose(world.final_demand.sum(axis=1), world.income)


def test_arrays_cannot_be_changed():
    world = economy()
    for array in (world.flows, world.tariff, world.io_share, world.va_share, world.trade_elasticity, world.output):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
    with pytest.raises(AttributeError):
        world.name = "other"
    with pytest.raises(TypeError):
        world.groups["NEW"] = ("HOME",)


def test_the_caller_keeps_its_arrays():
    given = arrays()
    Economy(**given)
    given["flows"][0, 0, 0] = 1.0
    assert given["flows"].flags.writeable


def test_labelled_arrays_are_transposed_by_name():
    given = arrays()
    coords = {"importer": ["HOME", "AWAY"], "exporter": ["HOME", "AWAY"], "sector": ["FARM", "CARS"]}
    flows = xr.DataArray(given["flows"], dims=("importer", "exporter", "sector"), coords=coords)
    io_share = xr.DataArray(given["io_share"], dims=("region", "input", "sector"))
    turned = flows.transpose("sector", "exporter", "importer")
    world = Economy(
        **(given | {"flows": turned, "io_share": io_share.transpose("sector", "region", "input")}),
    )
    assert world == economy()
    unnamed = {key: value for key, value in given.items() if key not in ("regions", "sectors")}
    assert Economy(**(unnamed | {"flows": turned})).sectors == ("FARM", "CARS")
    with pytest.raises(EconomyError, match="has dimensions"):
        Economy(**(given | {"flows": flows.rename(sector="good")}))


def test_single_rates_are_spread():
    world = economy(tariff=0.1, trade_elasticity=5)
    assert world.tariff[0, 0, 0] == 0
    assert world.tariff[0, 1, 1] == 0.1
    np.testing.assert_array_equal(world.trade_elasticity, [5.0, 5.0])


def test_shares_that_miss_one_by_rounding_are_renormalised():
    given = arrays()
    given["va_share"] = given["va_share"] * (1 + 4e-7)
    world = Economy(**given)
    np.testing.assert_allclose(world.io_share.sum(axis=1) + world.va_share, 1.0, atol=1e-15)


def test_zero_own_absorption_and_zero_output_are_legal():
    given = arrays()
    given["flows"][0, 0, 0] = 0.0
    given["flows"][:, 0, 0] = 0.0
    world = Economy(**given)
    assert world.output[0, 0] == 0
    assert np.isfinite(world.final_demand).all()


def test_one_region_and_one_sector_are_legal():
    world = Economy(flows=[[[10.0]]], tariff=0.0, io_share=[[[0.4]]], va_share=[[0.6]], trade_elasticity=4.0)
    assert world.regions == ("R1",)
    assert world.sectors == ("S1",)
    np.testing.assert_allclose(world.final_demand, [[6.0]])
    np.testing.assert_allclose(world.deficit, [0.0], atol=1e-12)


def negative_final_demand() -> dict:
    """AWAY uses more farm goods than it buys."""
    given = arrays()
    given["io_share"][1, :, 0] = (0.6, 0.1)
    given["io_share"][1, :, 1] = (0.55, 0.1)
    given["va_share"] = 1 - given["io_share"].sum(axis=1)
    return given


def test_negative_final_demand_is_repaired_and_its_size_told():
    given = negative_final_demand()
    with pytest.warns(EconomyWarning, match=r"negative in 1 of 4 cells, 7\.12% of final demand.*AWAY FARM \(13\)"):
        world = Economy(**given)
    assert world.final_demand.min() > -1e-9
    output = given["flows"].sum(axis=0)
    before = (given["va_share"] * output).sum()
    np.testing.assert_allclose(world.value_added.sum(), before, rtol=1e-12)
    np.testing.assert_allclose(world.deficit, [10.0, -10.0], rtol=1e-9)
    # A repaired economy is consistent: read again it needs no repair.
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        again = world.with_(name="again")
    np.testing.assert_array_equal(again.flows, world.flows)


def test_repair_keeps_what_demand_does_not_touch():
    with pytest.warns(EconomyWarning):
        world = Economy(**negative_final_demand())
    raw = negative_final_demand()
    use = np.einsum("nkj,nj->nk", raw["io_share"], raw["flows"].sum(axis=0))
    final = (raw["flows"] * (1 + raw["tariff"])).sum(axis=1) - use
    alpha = np.maximum(final, 0) / np.maximum(final, 0).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(world.final_demand / world.income[:, None], alpha, atol=1e-11)
    np.testing.assert_allclose(world.io_share, raw["io_share"], rtol=1e-14)
    np.testing.assert_allclose(world.va_share, raw["va_share"], rtol=1e-14)


def test_content_decides_equality():
    assert economy() == economy(name="another name")
    assert hash(economy()) == hash(economy())
    assert economy() != economy(trade_elasticity=[4.0, 6.5])
    assert economy() != economy(regions=("HOME", "ELSEWHERE"))
    assert len(economy().digest) == 64


def test_with_replaces_and_checks():
    world = economy(groups={"ALL": ("HOME", "AWAY")})
    other = world.with_(trade_elasticity=[8.0, 8.0])
    np.testing.assert_array_equal(other.trade_elasticity, [8.0, 8.0])
    assert other.members("ALL") == ("HOME", "AWAY")
    with pytest.raises(EconomyError, match="trade_elasticity"):
        world.with_(trade_elasticity=[8.0, -1.0])


def test_names_and_groups():
    world = economy(groups={"UNION": ("AWAY",)}, goods=("CARS",))
    assert world.members("UNION") == ("AWAY",)
    assert world.members("HOME") == ("HOME",)
    assert world.members("world") == ("HOME", "AWAY")
    assert world.region_index("AWAY") == 1
    assert world.sector_index("CARS") == 1
    assert world.goods_mask.tolist() == [False, True]


def test_pickled_for_a_worker():
    world = economy(groups={"UNION": ("AWAY",)})
    again = pickle.loads(pickle.dumps(world))
    assert again == world
    assert again.members("UNION") == ("AWAY",)


def test_saved_and_loaded(tmp_path):
    world = economy(name="small", year=1999, groups={"UNION": ("AWAY",)}, goods=("CARS",))
    path = world.save(tmp_path / "small")
    assert path.name == "small.npz"
    again = load_world(path)
    assert again == world
    assert (again.name, again.year, again.goods, again.lines) == ("small", 1999, ("CARS",), None)
    first = path.read_bytes()
    assert world.save(path).read_bytes() == first


def test_a_file_that_is_no_economy(tmp_path):
    path = tmp_path / "broken.npz"
    path.write_bytes(b"nothing")
    with pytest.raises(EconomyError, match=r"broken\.npz.*is not a saved economy"):
        load_world(path)
    np.savez(path, description=np.frombuffer(b'{"format": "other/9"}', dtype=np.uint8))
    with pytest.raises(EconomyError, match="has another format"):
        load_world(path)
    with pytest.raises(UnknownNameError, match="there is no file"):
        load_world(tmp_path / "absent.npz")


def test_labelled_dataset():
    dataset = economy().to_dataset()
    assert dataset["flows"].sel(importer="HOME", exporter="AWAY", sector="CARS").item() == 30.0
    assert dataset["value_added"].sel(region="AWAY", sector="CARS").item() == pytest.approx(70.0)
    assert dataset["flows"].attrs["unit"] == "USD million"


def test_baseline_agrees_with_the_accounts():
    world = economy()
    np.testing.assert_allclose(world.baseline.output, world.output)
    np.testing.assert_allclose(world.baseline.deficit, world.deficit, atol=1e-12)
    assert world.baseline is world.baseline


def test_import_stays_light():
    script = (
        "import sys; import dealspace.world.economy, dealspace.world.catalogue; "
        "heavy = {'jax', 'xarray', 'polars', 'pandas'} & set(sys.modules); assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)
