"""Built-in HS lists: what is on them, and that the committed file is what the raw data gives."""

from __future__ import annotations

import gzip
from importlib import resources
from pathlib import Path

import pytest

from dealspace.instruments.lists import FILE, build_lists, load_lists, read_lists, write_lists


def on_list(name: str, line: str) -> bool:
    return line.startswith(load_lists()[name].codes)


@pytest.mark.parametrize(
    ("name", "line", "expected"),
    [
        ("s232-autos", "8703230190", True),
        ("s232-autos-vehicles", "8703230190", True),
        ("s232-autos-parts", "8703230190", False),
        ("s232-autos-parts", "8708295160", True),
        ("s232-autos-parts", "8507600010", True),  # 8507.60: a six-digit code
        ("s232-autos", "8701100100", False),  # tractors
        ("s232-autos", "8711200000", False),  # motorcycles
        ("s232-steel", "7208510030", True),  # plate, named in the proclamation's text
        ("s232-steel", "7216610000", False),  # cold-formed sections of 7216.61: not an article of 9705
        ("s232-steel", "7304110020", True),
        ("s232-steel", "7322900045", True),  # a slip of the compiled list mended
        ("s232-steel", "7202110000", False),  # ferro-manganese
        ("s232-aluminium", "7601106000", True),
        ("s232-aluminium", "7602000030", False),  # scrap
        ("s232-metals", "7606113060", True),
        ("s232-metal-content", "8418100010", True),  # refrigerators since 23 June
        ("s232-metal-content", "8703230190", False),
        ("annex-II", "3004909290", True),  # medicines: the annex pads eight digits with 00
        ("annex-II", "2709002010", True),  # crude oil
        ("annex-II", "8542310001", True),  # chips since 11 April
        ("electronics", "8517130000", True),
        ("annex-II", "8703230190", False),
        ("annex-II", "9018908000", False),
    ],
)
def test_membership(name: str, line: str, expected: bool) -> None:
    assert on_list(name, line) is expected


def test_vehicles_and_parts_make_the_auto_list() -> None:
    lists = load_lists()
    parts = {*lists["s232-autos-vehicles"].codes, *lists["s232-autos-parts"].codes}
    assert parts == set(lists["s232-autos"].codes)
    assert not {*lists["s232-autos-vehicles"].codes} & {*lists["s232-autos-parts"].codes}


def test_nothing_is_later_than_the_case() -> None:
    assert max(entry.in_force for entry in load_lists().values()) <= "2025-07-20"


def test_every_list_says_where_it_comes_from() -> None:
    for entry in load_lists().values():
        assert all((entry.title, entry.act, entry.source, entry.terms))
        assert list(entry.codes) == sorted(entry.codes)
        assert all(code.isdigit() and len(code) in (4, 6, 8, 10) for code in entry.codes)


def test_no_code_stands_behind_another() -> None:
    for entry in load_lists().values():
        assert not any(b.startswith(a) for a, b in zip(entry.codes, entry.codes[1:], strict=False))


def test_writing_and_reading_agree() -> None:
    lists = load_lists()
    packed = write_lists(lists)
    assert read_lists(gzip.decompress(packed).decode()) == lists
    assert write_lists(lists) == packed


def test_the_committed_file_is_what_the_raw_data_gives(shared: Path) -> None:
    committed = (resources.files("dealspace") / "instruments" / "data" / FILE).read_bytes()
    assert read_lists(gzip.decompress(committed).decode()) == build_lists(shared)


def test_the_raw_codes_are_read_with_care(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "us-tariff-2025"
    folder.mkdir(parents=True)
    for file in ("auto-tariffs", "steel-tariffs", "alu-tariffs", "consumer-electronics-exemptions-2025-04-11"):
        (folder / f"{file}.csv").write_text("HTSUS\n")
    (folder / "annex-II-exemptions.csv").write_text("HTSUS\n508000000\n2841800000\n28418000\n870323\n")
    codes = build_lists(tmp_path)["annex-II"].codes
    assert codes == ("05080000", "28418000", "870323")
    (folder / "annex-II-exemptions.csv").write_text("HTSUS\nabc\n")
    with pytest.raises(ValueError, match=r"annex-II-exemptions\.csv: 'abc'"):
        build_lists(tmp_path)
