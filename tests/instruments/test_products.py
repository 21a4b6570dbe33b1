"""From products to lines: shares, scaled duties, prefixes, and what is refused."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from tests.instruments.small_world import ROWS, SECTORS, small_world

from dealspace.errors import SheetError
from dealspace.instruments.products import LineBook, known_lists, line_book, select
from dealspace.termsheet.products import parse_term
from dealspace.world.lines import Lines

JAPAN = [row for row in ROWS if row[0] == "JPN"]


def caught(book: LineBook, exporter: str, *terms: str, within: np.ndarray | None = None) -> list[str]:
    lines = book.pair("USA", exporter)
    mask = select([parse_term(term) for term in terms], lines, book, known_lists(), "p", within)
    return sorted(str(code) for code in lines.codes[mask])


def test_the_lines_of_a_cell_keep_the_cells_own_rate() -> None:
    world = small_world()
    lines = line_book(world).pair("USA", "JPN")
    for j in range(len(SECTORS)):
        here = lines.sector == j
        assert lines.share[here].sum() == pytest.approx(1.0, abs=1e-15)
        mean = 1.0 / (lines.share[here] / lines.tau0[here]).sum() - 1.0
        assert mean == pytest.approx(world.tariff[0, 1, j], abs=1e-15)
    assert len(lines.codes) == len(JAPAN) + 1  # services are one line without a code


def test_duties_are_scaled_to_the_economys_rate() -> None:
    world = small_world()
    tariff = world.tariff.copy()
    tariff[0, 1, SECTORS.index("C29")] *= 2
    lines = LineBook(world.with_(tariff=tariff)).pair("USA", "JPN")
    car = int(np.flatnonzero(lines.codes == "8703230190")[0])
    assert lines.tau0[car] - 1 == pytest.approx(0.05, abs=1e-15)
    assert lines.reported[car] == pytest.approx(0.025, abs=1e-15)


def test_a_cell_whose_lines_pay_nothing_takes_its_rate_evenly() -> None:
    world = small_world()
    tariff = world.tariff.copy()
    tariff[0, 1, SECTORS.index("C26")] = 0.01
    lines = LineBook(world.with_(tariff=tariff)).pair("USA", "JPN")
    assert lines.tau0[lines.sector == SECTORS.index("C26")] == pytest.approx([1.01, 1.01], abs=1e-15)


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("hs:8703", ["8703230190"]),
        ("hs:8701-8703", ["8701100100", "8703230190"]),
        ("hs:87", ["8701100100", "8703230190", "8704310120", "8708295160"]),
        ("hs:8703230190", ["8703230190"]),
        ("list:s232-autos", ["8703230190", "8704310120", "8708295160"]),
        ("C24", ["7108121020", "7208510030", "7403110000"]),
        ("all-services", [""]),
    ],
)
def test_terms(term: str, expected: list[str]) -> None:
    assert caught(line_book(small_world()), "JPN", term) == expected


def test_terms_are_a_union() -> None:
    book = line_book(small_world())
    assert caught(book, "JPN", "hs:8703", "list:s232-autos-vehicles") == ["8703230190", "8704310120"]
    assert len(caught(book, "JPN", "all-goods")) == len(JAPAN)


def test_codes_where_the_world_knows_sectors_only() -> None:
    book = line_book(small_world())
    with pytest.raises(SheetError) as error:
        caught(book, "ROW", "hs:8703")
    text = str(error.value)
    assert "hs:8703 cannot be told apart in USA's imports from ROW, which this world knows by sector only" in text
    assert "name sectors" in text
    assert "coverage" in text
    assert caught(book, "ROW", "C29") == [""]


def test_what_does_not_matter_need_not_be_told_apart() -> None:
    book = line_book(small_world())
    lines = book.pair("USA", "ROW")
    farm = lines.sector == SECTORS.index("A01")
    with pytest.raises(SheetError, match="list:s232-autos"):
        caught(book, "ROW", "list:s232-autos", within=farm)
    services = lines.sector == SECTORS.index("S")
    assert caught(book, "ROW", "list:s232-autos", within=services) == []


def chapters(rest: float) -> LineBook:
    """A book in which the pair has one fine line, and a chapter of a given value beside it."""
    frame = pl.DataFrame(
        {
            "importer": ["USA"] * 2,
            "exporter": ["JPN"] * 2,
            "hs": ["8703230190", "87"],
            "sector": ["C29"] * 2,
            "value": [100.0, rest],
            "duty": [2.5, 0.0],
            "source": ["test"] * 2,
        }
    )
    return LineBook(small_world().with_(lines=Lines(frame)))


def test_a_small_rest_of_a_chapter_is_on_no_list() -> None:
    book = chapters(1.0)
    within = book.pair("USA", "JPN").sector == SECTORS.index("C29")
    assert caught(book, "JPN", "hs:8703", within=within) == ["8703230190"]
    assert caught(book, "JPN", "hs:87", within=within) == ["87", "8703230190"]


def test_a_large_rest_of_a_chapter_is_not_guessed() -> None:
    book = chapters(50.0)
    within = book.pair("USA", "JPN").sector == SECTORS.index("C29")
    with pytest.raises(SheetError, match="at 10 digits at most, and not everywhere"):
        caught(book, "JPN", "hs:8703", within=within)


def test_members_take_the_composition_of_their_group() -> None:
    world = small_world()
    assert world.lines is not None
    frame = world.lines.frame.filter(pl.col("exporter") == "JPN").with_columns(exporter=pl.lit("PAIR"))
    book = LineBook(world.with_(lines=Lines(frame)))
    assert caught(book, "JPN", "hs:8703") == caught(book, "MEX", "hs:8703") == ["8703230190"]


def test_unknown_names() -> None:
    book = line_book(small_world())
    with pytest.raises(SheetError, match="there is no list 's232-auto'; did you mean 's232-autos'"):
        caught(book, "JPN", "list:s232-auto")
    with pytest.raises(SheetError, match="no sector 'C28'"):
        caught(book, "JPN", "C28")


def rests(*codes: str) -> LineBook:
    """A book in which the pair is known by these codes, each worth 10, all in one sector."""
    frame = pl.DataFrame(
        {
            "importer": ["USA"] * len(codes),
            "exporter": ["JPN"] * len(codes),
            "hs": codes,
            "sector": ["A01"] * len(codes),
            "value": [10.0] * len(codes),
            "duty": [0.0] * len(codes),
            "source": ["test"] * len(codes),
        }
    )
    return LineBook(small_world().with_(lines=Lines(frame)))


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("hs:0201", ["0201"]),
        ("hs:0201-0202", ["0201", "0202"]),
        ("hs:02", ["0201", "0202", "02x"]),
        ("hs:01-04", ["0201", "0202", "02x", "04"]),
        ("hs:04", ["04"]),
        ("A01", ["0201", "0202", "02x", "04"]),
    ],
)
def test_a_rest_holds_none_of_the_codes_named_beside_it(term: str, expected: list[str]) -> None:
    book = rests("0201", "0202", "02x", "04")
    farm = book.pair("USA", "JPN").sector == SECTORS.index("A01")
    assert caught(book, "JPN", term, within=farm) == expected


@pytest.mark.parametrize("term", ["hs:0203", "hs:0201-0203", "hs:0207.14"])
def test_a_code_inside_a_rest_is_refused(term: str) -> None:
    book = rests("0201", "0202", "02x", "04")
    farm = book.pair("USA", "JPN").sector == SECTORS.index("A01")
    with pytest.raises(SheetError, match=r"of chapter 02 this world names 0201, 0202 and knows the rest as one"):
        caught(book, "JPN", term, within=farm)


def test_a_finer_code_than_the_named_one_is_refused_for_the_named_line_alone() -> None:
    book = rests("0201", "02x")
    farm = book.pair("USA", "JPN").sector == SECTORS.index("A01")
    with pytest.raises(SheetError, match=r"hs:020130 cannot be told apart .* at 4 digits at most"):
        caught(book, "JPN", "hs:0201.30", within=farm)


def test_the_rest_of_a_cell_holds_none_of_the_pairs_named_codes() -> None:
    book = rests("0201", "x")
    farm = book.pair("USA", "JPN").sector == SECTORS.index("A01")
    assert caught(book, "JPN", "hs:0201", within=farm) == ["0201"]
    with pytest.raises(SheetError, match="there this world names 0201"):
        caught(book, "JPN", "hs:8703", within=farm)


def test_a_chapter_whose_named_codes_fill_the_range_together() -> None:
    book = rests("10", "0201", "0202", "02x")
    farm = book.pair("USA", "JPN").sector == SECTORS.index("A01")
    # The named headings beside the asked ones complete the chapter.
    assert caught(book, "JPN", "hs:0200-0299", within=farm) == ["0201", "0202", "02x"]
