"""Labels decide where a number goes: arrays in any order of labels give the same economy, other labels are a fault."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from dealspace.errors import EconomyError
from dealspace.world import checks
from dealspace.world.economy import Economy
from world.small import arrays, economy

REGIONS, SECTORS = ("HOME", "AWAY"), ("FARM", "CARS")


def labelled(field: str, *, reverse: tuple[str, ...] = (), **coords: Any) -> xr.DataArray:
    """One array of the sound economy with labels; axes in `reverse` are turned round together with their labels."""
    axes = checks.AXES[field]
    own = {axis: list(SECTORS if axis in ("input", "sector") else REGIONS) for axis in axes}
    array = xr.DataArray(arrays()[field], dims=axes, coords=own | coords)
    return array.isel({axis: slice(None, None, -1) for axis in reverse})


def unnamed() -> dict[str, Any]:
    return {key: value for key, value in arrays().items() if key not in ("regions", "sectors")}


def same(first: Economy, second: Economy) -> None:
    assert (first.regions, first.sectors) == (second.regions, second.sectors)
    for field in checks.AXES:
        np.testing.assert_allclose(getattr(first, field), getattr(second, field), rtol=1e-14, err_msg=field)


@pytest.mark.parametrize("field", checks.AXES)
def test_any_order_of_labels_is_read_alike(field):
    for axis in checks.AXES[field]:
        same(Economy(**(arrays() | {field: labelled(field, reverse=(axis,))})), economy())
    turned = labelled(field, reverse=checks.AXES[field])
    same(Economy(**(arrays() | {field: turned.transpose(*turned.dims[::-1])})), economy())


def test_names_come_from_the_first_labels():
    every = {field: labelled(field) for field in checks.AXES}
    same(Economy(**every), economy())
    every["tariff"] = labelled("tariff", reverse=("importer",))
    every["va_share"] = labelled("va_share", reverse=("sector", "region"))
    same(Economy(**every), economy())
    # The importers of flows give the order of all.
    every["flows"] = labelled("flows", reverse=("importer",))
    turned = Economy(**every)
    assert turned.regions == ("AWAY", "HOME")
    np.testing.assert_allclose(turned.output, economy().output[::-1])
    np.testing.assert_allclose(turned.flows[0, 1], economy().flows[1, 0])
    # Only the shares carry labels.
    same(Economy(**(unnamed() | {"va_share": labelled("va_share")})), economy())


def test_explicit_names_set_the_order():
    every = {field: labelled(field) for field in checks.AXES}
    turned = Economy(**every, regions=("AWAY", "HOME"), sectors=["CARS", "FARM"])
    assert (turned.regions, turned.sectors) == (("AWAY", "HOME"), ("CARS", "FARM"))
    np.testing.assert_allclose(turned.value_added, economy().value_added[::-1, ::-1])
    np.testing.assert_allclose(turned.io_share[0, 0, 1], economy().io_share[1, 1, 0])


def test_a_dataset_of_an_economy_gives_it_back():
    dataset = economy().to_dataset().isel(region=[1, 0], exporter=[1, 0], input=[1, 0])
    same(Economy(**{field: dataset[field] for field in checks.AXES}), economy())


def test_pandas_tables_are_read_by_their_index():
    given = arrays()
    shares = pd.DataFrame(given["va_share"], index=list(REGIONS), columns=list(SECTORS))
    theta = pd.Series(given["trade_elasticity"], index=list(SECTORS))
    changes = {"va_share": shares.iloc[::-1, ::-1], "trade_elasticity": theta.iloc[::-1]}
    same(Economy(**(given | changes)), economy())
    same(Economy(**(given | {"trade_elasticity": theta.reset_index(drop=True)})), economy())
    with pytest.raises(EconomyError, match="va_share: its region labels lack HOME, AWAY"):
        Economy(**(given | {"va_share": shares.T}))


WRONG: list[tuple[str, dict[str, Any], str]] = [
    (
        "importers and exporters differ",
        {"flows": labelled("flows", exporter=["HOME", "AWAYS"])},
        "flows: its exporter labels lack AWAY; they hold 'AWAYS', no region here (did you mean 'AWAY'?)",
    ),
    (
        "tariff of other regions",
        {"flows": labelled("flows"), "tariff": labelled("tariff", importer=["HOME", "ABROAD"])},
        "tariff: its importer labels lack AWAY; they hold 'ABROAD', no region here",
    ),
    (
        "labels twice",
        {"va_share": labelled("va_share", region=["HOME", "HOME"]), "regions": REGIONS},
        "va_share: its region labels name HOME more than once; they lack AWAY",
    ),
    (
        "sectors of inputs",
        {"flows": labelled("flows"), "io_share": labelled("io_share", input=["FARM", "CAR"])},
        "io_share: its input labels lack CARS; they hold 'CAR', no sector here (did you mean 'CARS'?)",
    ),
    (
        "names that contradict labels",
        {"flows": labelled("flows", importer=["A", "B"], exporter=["A", "B"]), "regions": REGIONS},
        "flows: its importer labels lack HOME, AWAY; they hold 'A', 'B', no region here",
    ),
    (
        "labels of another length",
        {"trade_elasticity": labelled("trade_elasticity").isel(sector=[0]), "sectors": SECTORS},
        "trade_elasticity: its sector labels lack CARS",
    ),
    (
        "orders that differ while flows has none",
        {"tariff": labelled("tariff"), "va_share": labelled("va_share", reverse=("region",))},
        "regions: tariff and va_share name the same regions in different orders, and flows has no labels",
    ),
    (
        "numbers as labels",
        {"flows": labelled("flows", importer=[1, 2], exporter=[1, 2])},
        "regions: 1 is not a name; use text",
    ),
    ("a whole data set", {"flows": economy().to_dataset()}, "flows: is a data set; give one of its arrays"),
]


@pytest.mark.parametrize(("given", "sentence"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_labels_that_do_not_fit_are_refused_in_words(given, sentence):
    with pytest.raises(EconomyError) as caught:
        Economy(**(unnamed() | given))
    assert sentence in str(caught.value)


def test_every_wrong_array_is_told():
    with pytest.raises(EconomyError) as caught:
        Economy(
            **(
                arrays()
                | {
                    "flows": labelled("flows", importer=["HOME", "X"], exporter=["Y", "AWAY"]),
                    "va_share": labelled("va_share", sector=["FARM", "Z"]),
                }
            )
        )
    assert [fault.path for fault in caught.value.faults] == ["flows", "flows", "va_share"]
