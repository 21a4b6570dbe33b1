"""Every fault of an economy names the place, the offender and the cure, and all are told at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dealspace.errors import EconomyError, UnknownNameError
from dealspace.world.economy import Economy
from world.small import arrays, economy


def changed(name: str, index: tuple[int, ...], value: float) -> dict[str, Any]:
    """Arguments of the sound economy with one number replaced."""
    given = arrays()
    given[name][index] = value
    return given


def without(given: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return given | changes


BROKEN: list[tuple[str, dict[str, Any], str]] = [
    (
        "io_share axes",
        without(arrays(), io_share=np.full((2, 2, 3), 0.1)),
        "io_share: has axes (region 2, input 2, sector 3): sector should be 2",
    ),
    ("flows dimensions", without(arrays(), flows=np.ones((2, 2))), "flows: has 2 axes; it needs 3"),
    ("tariff regions", without(arrays(), tariff=np.zeros((2, 3, 2))), "exporter should be 2"),
    ("elasticity length", without(arrays(), trade_elasticity=np.ones(3)), "trade_elasticity: has axes (sector 3)"),
    ("not a number", changed("flows", (0, 1, 1), np.nan), "flows: is not a finite number at (HOME, AWAY, CARS)"),
    ("infinite", changed("va_share", (1, 0), np.inf), "va_share: is not a finite number at (AWAY, FARM)"),
    ("negative sales", changed("flows", (1, 0, 0), -1.0), "flows: is negative at (AWAY, HOME, FARM)"),
    ("tariff of -100 %", changed("tariff", (0, 1, 1), -1.0), "tariff: is -100 % or less at (HOME, AWAY, CARS)"),
    ("own tariff", changed("tariff", (1, 1, 0), 0.1), "tariff: is not zero on a region's own sales at (AWAY, FARM)"),
    ("negative input", changed("io_share", (0, 1, 0), -0.2), "io_share: is negative at (HOME, CARS, FARM)"),
    ("negative value added", changed("va_share", (0, 1), -0.1), "va_share: is negative at (HOME, CARS)"),
    ("elasticity of zero", changed("trade_elasticity", (1,), 0.0), "trade_elasticity: is outside (0, 100] at (CARS)"),
    ("elasticity of 500", changed("trade_elasticity", (0,), 500.0), "published tables reach 65"),
    (
        "shares that miss one",
        changed("va_share", (0, 0), 0.7),
        "inputs and value added do not add to 1 at (HOME, FARM) (first: 1.1000)",
    ),
    ("names twice", without(arrays(), regions=("HOME", "HOME")), "regions: HOME stands more than once"),
    ("empty name", without(arrays(), sectors=("FARM", " ")), "sectors: ' ' is not a name"),
    ("unknown good", without(arrays(), goods=("CAR",)), "goods: 'CAR' is not a sector; did you mean 'CARS' or"),
    (
        "unknown member",
        without(arrays(), groups={"UNION": ("HOME", "AWAYS")}),
        "groups.UNION: 'AWAYS' is not a region; did you mean 'AWAY'?",
    ),
    ("group named as a region", without(arrays(), groups={"HOME": ("AWAY",)}), "rename the group"),
    ("text for numbers", without(arrays(), flows="many"), "flows: is not an array of numbers"),
]


@pytest.mark.parametrize(("given", "sentence"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_a_broken_economy_is_refused_in_words(given, sentence):
    with pytest.raises(EconomyError) as caught:
        Economy(**given)
    assert sentence in str(caught.value)


SOLE: list[tuple[str, dict[str, Any], str]] = [
    ("member twice", {"groups": {"UNION": ("AWAY", "AWAY")}}, "groups.UNION: AWAY stands more than once"),
    ("empty group", {"groups": {"UNION": ()}}, "groups.UNION: has no members"),
    ("group of text", {"groups": {"UNION": "AWAY"}}, "groups.UNION: is the single text 'AWAY'; give a list"),
    ("group named world", {"groups": {"world": ("AWAY",)}}, "groups: 'world' is already the name"),
    ("group without name", {"groups": {None: ("AWAY",)}}, "groups: None is not a name; use text"),
    ("group with a colon", {"groups": {"A:B": ("AWAY",)}}, "groups: 'A:B' holds a colon"),
    ("groups as a list", {"groups": ["HOME"]}, "groups: is not a mapping"),
    ("region named world", {"regions": ("HOME", "world")}, "regions: 'world' stands for all"),
    ("region with a colon", {"regions": ("HOME", "A:B")}, "regions: 'A:B' holds a colon, which parts the words"),
    ("region None", {"regions": ("HOME", None)}, "regions: None is not a name; use text"),
    ("region as a number", {"regions": (1, "AWAY")}, "regions: 1 is not a name; use text"),
    ("regions as text", {"regions": "AB"}, "regions: is the single text 'AB'; give a list of names"),
    ("regions as a number", {"regions": 2}, "regions: is 2; give a list of names"),
    ("regions as a set", {"regions": {"HOME", "AWAY"}}, "regions: is a set, which has no order"),
    ("sector named all", {"sectors": ("FARM", "all")}, "sectors: 'all' stands for all or many sectors"),
    ("sector named goods", {"sectors": ("goods", "CARS")}, "sectors: 'goods' stands for"),
    ("sector named all-goods", {"sectors": ("all-goods", "CARS")}, "sectors: 'all-goods' stands for"),
    ("sector with a colon", {"sectors": ("FARM", "C:1")}, "sectors: 'C:1' holds a colon"),
    ("goods as text", {"goods": "CARS"}, "goods: is the single text 'CARS'"),
    ("goods None", {"goods": ("CARS", None)}, "goods: None is not a sector"),
    ("complex flows", {"flows": arrays()["flows"] + 1j}, "flows: holds complex numbers"),
    ("masked flows", {"flows": np.ma.masked_less(arrays()["flows"], 30.0)}, "flows: masks 3 of its cells"),
    ("text in an array", {"tariff": arrays()["tariff"].astype(str)}, "tariff: is not an array of numbers: it holds"),
    ("dates", {"trade_elasticity": np.array(["2020", "2021"], dtype="M8[Y]")}, "is not an array of numbers"),
    ("ragged", {"va_share": [[0.6], [0.6, 0.7]]}, "va_share: is not an array of numbers"),
    ("lines as a frame", {"lines": {"hs": ["87"]}}, "lines: is a dict; wrap a frame or the path of a Parquet file"),
    ("year as text", {"year": "2022"}, "year: '2022' is not a year; give a whole number"),
    ("year as a fraction", {"year": 2022.5}, "year: 2022.5 is not a year"),
    ("name None", {"name": None}, "name: None is not a name; use text"),
]


@pytest.mark.parametrize(("given", "sentence"), [case[1:] for case in SOLE], ids=[case[0] for case in SOLE])
def test_one_mistake_is_one_fault(given, sentence):
    with pytest.raises(EconomyError) as caught:
        Economy(**(arrays() | given))
    assert len(caught.value.faults) == 1, caught.value
    assert sentence in str(caught.value)


def test_whole_masks_and_numpy_years_are_fine():
    world = economy(flows=np.ma.MaskedArray(arrays()["flows"]), year=np.int64(2022))
    assert world == economy()
    assert type(world.year) is int


def test_all_faults_are_told_at_once():
    given = arrays() | {"goods": ("CAR",), "groups": {"UNION": ("NOWHERE",)}}
    given["flows"][0, 1, 0] = -3.0
    given["tariff"][0, 1, 1] = -2.0
    given["trade_elasticity"][0] = np.nan
    with pytest.raises(EconomyError) as caught:
        Economy(**given)
    assert [fault.path for fault in caught.value.faults] == [
        "goods",
        "groups.UNION",
        "flows",
        "tariff",
        "trade_elasticity",
    ]


def test_a_sector_that_sells_must_add_value():
    given = arrays()
    given["io_share"][0, :, 1] = (0.5, 0.5)
    given["va_share"][0, 1] = 0.0
    with pytest.raises(EconomyError, match=r"va_share: is zero at \(HOME, CARS\), which sells"):
        Economy(**given)


def test_a_region_without_value_added_is_refused():
    given = arrays()
    given["flows"][:, 1, :] = 0.0
    with pytest.raises(EconomyError, match="AWAY has no value added"):
        Economy(**given)


def test_a_region_without_final_spending_is_refused():
    given = arrays()
    given["flows"][0] *= 0.01
    with pytest.raises(EconomyError, match="HOME has no final spending"):
        Economy(**given)


def test_an_input_that_nobody_sells_is_refused():
    given = arrays()
    given["flows"][0, :, 0] = 0.0
    with pytest.raises(EconomyError, match=r"flows: is zero for every supplier at \(HOME, FARM\)"):
        Economy(**given)


def test_many_offenders_are_counted_not_listed():
    with pytest.raises(EconomyError, match="and 5 more"):
        economy(flows=np.full((2, 2, 2), -1.0))


def test_unknown_names_offer_near_matches():
    world = economy()
    with pytest.raises(UnknownNameError, match="unknown region 'HOM'; did you mean 'HOME'"):
        world.region_index("HOM")
    with pytest.raises(UnknownNameError, match="did you mean 'CARS'"):
        world.sector_index("Car")
    with pytest.raises(UnknownNameError, match="unknown region or group 'EUROPE'"):
        world.members("EUROPE")
    with pytest.raises(UnknownNameError, match="did you mean 'tariff'"):
        world.with_(tarif=0.1)
