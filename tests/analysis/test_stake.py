"""What is at stake: the balance, its basis, its make-up."""

from __future__ import annotations

import pytest

import dealspace as ds
from dealspace.analysis.stake import find_stake


def test_the_goods_deficit_and_its_make_up():
    sheet = ds.load_sheet("us-japan-2025")
    stake = find_stake(sheet, ds.load_world(sheet.world))
    assert (stake.deficit_of, stake.partner) == ("USA", "JPN")
    assert stake.imports == pytest.approx(151_340, abs=5)
    assert stake.exports == pytest.approx(78_863, abs=5)
    assert stake.deficit == pytest.approx(72_477, abs=5)
    assert "imports for consumption less US exports" in stake.basis
    assert stake.pieces[0].sector == "C29"
    assert stake.pieces[0].share > 0.5
    assert sum(piece.deficit for piece in stake.pieces) == pytest.approx(stake.deficit)
    assert any("68.5" in other.value for other in stake.other_bases)


def test_a_pair_without_customs_totals_says_so():
    world = ds.load_world("world-2022")
    sheet = ds.load_sheet("us-japan-2025").model_copy(update={"parties": ("DEU", "KOR"), "facts": {}})
    stake = find_stake(sheet, world)
    assert stake.basis == "sales at basic price in world-2022"
    assert stake.deficit > 0
