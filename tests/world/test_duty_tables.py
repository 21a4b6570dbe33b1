"""The tables of normal duties: readers on small sources, known rates, and the shipped files computed again."""

from __future__ import annotations

import gzip
from importlib import resources
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from dealspace.world.build.duty_tables import JAPAN_FILE, US_FILE, about, build_tables, write_tables
from dealspace.world.build.japan import GENERAL, TEMPORARY, WTO
from dealspace.world.build.japan_duties import CONDITIONAL, in_words, japan_duties
from dealspace.world.build.us_duties import us_duties

DATA = Path(str(resources.files("dealspace") / "instruments" / "data"))
CODES = {"0003": "EUU", "5880": "JPN", "4120": "GBR", "5800": "KOR", "5700": "CHN", "5830": "TWN"}


def us_table(tmp_path: Path, rows: list[tuple[str, str, float, float]]) -> dict[str, dict]:
    """Compute the table from (partner, HS10, value, duty) rows in USD."""
    pl.DataFrame(rows, schema=["partner_code", "hs10", "imports_usd", "duty_usd"], orient="row").write_parquet(
        tmp_path / "imports.parquet"
    )
    lines = [f"{code},{iso},name" for code, iso in CODES.items()]
    (tmp_path / "codes.csv").write_text("CTY_CODE,ISO3,country\n" + "\n".join(lines) + "\n")
    table = us_duties(tmp_path / "imports.parquet", tmp_path / "codes.csv")
    return {row["hs"]: row for row in table.to_dicts()}


def test_the_rate_that_most_pay(tmp_path: Path) -> None:
    found = us_table(
        tmp_path,
        [
            ("0003", "8703230110", 4e6, 1e5),  # 2.5 %
            ("5880", "8703230110", 4e6, 1e5),
            ("4120", "8703230190", 1e6, 2e4),  # 2 %: some of it came in under a special provision
            ("5800", "8703230110", 4e6, 0.0),  # an agreement
            ("5700", "8703230110", 1e6, 2.75e5),  # 2.5 % and 25 points
        ],
    )["87032301"]
    assert (found["mfn"], found["entries"], found["clear"]) == (0.025, 3, 80)  # roots of 4, 4 and 1: 4 of 5
    assert (found["KOR"], found["KOR_used"]) == (0.0, 100)
    assert (found["CHN"], found["JPN"]) == (0.275, None)
    assert found["inner"] == "10 90"


def test_scattered_rates_are_unknown(tmp_path: Path) -> None:
    rows = [("0003", 1e6, 8_450.0), ("5880", 1e6, 12_620.0), ("4120", 1e6, 5_310.0), ("5830", 1e6, 20_780.0)]
    found = us_table(tmp_path, [(partner, "2204215005", value, duty) for partner, value, duty in rows])["22042150"]
    assert found["mfn"] is None
    assert found["mean"] == pytest.approx((8450 + 12620 + 5310 + 20780) / 4e6, abs=5e-5)


def test_lower_rates_do_not_hide_the_normal_one(tmp_path: Path) -> None:
    rows = [("0003", 4e6, 2.12e5), ("5880", 4e6, 2.12e5), ("4120", 9e6, 1.3e5), ("5830", 9e6, 2.2e5)]
    found = us_table(tmp_path, [(partner, "3926909990", value, duty) for partner, value, duty in rows])["39269099"]
    assert (found["mfn"], found["clear"]) == (0.053, 40)


def test_steel_pays_what_is_left_without_the_old_duty(tmp_path: Path) -> None:
    rows = [
        ("0003", 4e6, 1.4e5),  # partly over a quota
        ("5880", 1e6, 2.5e5),  # the whole old duty
        ("5830", 1e6, 2.5e5),
        ("4120", 1e6, 0.0),
    ]
    found = us_table(tmp_path, [(partner, "7209160070", value, duty) for partner, value, duty in rows])["72091600"]
    assert found["mfn"] == 0.0


def test_japan_gets_what_the_agreement_of_2019_halves(tmp_path: Path) -> None:
    rows = [("0003", 1e6, 8e4), ("4120", 1e6, 8e4), ("5830", 1e6, 8e4), ("5880", 2e6, 8e4)]
    found = us_table(tmp_path, [(partner, "8714950000", value, duty) for partner, value, duty in rows])["87149500"]
    assert (found["mfn"], found["JPN"]) == (0.08, 0.04)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("無税", "free"),
        ("◎無税", "free (on conditions)"),
        ("341円/kg", "341 yen/kg"),
        ("21.3%＋396円/kg", "21.3%+396 yen/kg"),
        ("15%又は125円/lのうちいずれか低い税率\nただしその税率が67円/lを下回る場合は67円/l",
         "15% or 125 yen/l, whichever is lower, but at least 67 yen/l"),
        ("（524円×1.004-課税価格）/kg又は58円/kgのうちいずれか低い税率",
         "(524 yen x 1.004-value)/kg or 58 yen/kg, whichever is lower"),
        ("関税割当数量以内のもの　10.9%\n関税割当数量以外のもの　40%",
         "within the tariff quota: 10.9%; outside the tariff quota: 40%"),
        ("くらげ　無税", CONDITIONAL),
        ("◆11", CONDITIONAL),
    ],
)  # fmt: skip
def test_legal_forms_in_words(text: str, words: str) -> None:
    assert in_words(text) == words


def test_japan_rows(tmp_path: Path) -> None:
    head = ["stat9", "desc_ja", GENERAL, TEMPORARY, WTO, "EPA_日米貿易協定", "EPA_CPTPP"]
    rows = [
        ["020130010", "", "(50%)", "38.5%", "(50%)", "21.6%", "21.6%"],
        ["100630090", "", "", "49円/kg", "*(341円/kg)", "", "49円/kg"],
        ["220421020", "", "21.3%", "", "15%", "無税", "無税"],
        ["080510000", "毎年6月1日から同年11月30日までに", "20%", "", "16%", "無税", ""],
        ["080510000", "毎年12月1日から翌年5月31日までに", "40%", "", "32%", "無税", ""],
    ]
    text = "\n".join(",".join(row) for row in [head, *rows]) + "\n"
    path = tmp_path / "schedule.csv.gz"
    path.write_bytes(gzip.compress(text.encode()))
    found = {(row["hs"], row["season"]): row for row in japan_duties(path).to_dicts()}
    beef, rice, wine = found["020130010", ""], found["100630090", ""], found["220421020", ""]
    assert (beef["mfn"], beef["USA"], beef["CAN"], beef["GBR"]) == (0.385, 0.216, 0.216, None)
    assert (rice["mfn"], rice["mfn_form"], rice["CAN_form"]) == (None, "49 yen/kg", "49 yen/kg")
    assert (wine["mfn"], wine["USA"]) == (0.15, 0.0)
    assert found["080510000", "1 June to 30 November"]["mfn"] == 0.16
    assert found["080510000", "1 December to 31 May"]["mfn"] == 0.32


def test_the_shipped_tables_are_small_and_known_rates_stand_in_them() -> None:
    us, jp = pl.read_parquet(DATA / US_FILE), pl.read_parquet(DATA / JAPAN_FILE)
    assert all((DATA / name).stat().st_size < 200_000 for name in (US_FILE, JAPAN_FILE))
    known = dict(us.select("hs", "mfn").iter_rows())
    # Harmonized Tariff Schedule of the United States, column 1: cars, pickups, bearings, steel plate.
    for code, rate in (("87032301", 0.025), ("87043101", 0.25), ("84822000", 0.058), ("72085100", 0.0)):
        assert known[code] == rate
    assert us["mfn"].is_not_null().mean() > 0.8  # type: ignore[operator]
    beef = jp.filter(pl.col("hs").str.starts_with("0201"))
    assert set(beef["USA"]) == {0.216}
    assert set(beef["mfn"]) == {0.385}


def test_equivalents_are_arithmetic_on_sourced_numbers() -> None:
    rates = {(entry["where"], entry["codes"][0]): entry["rate"] for entry in about()["JPN"]["equivalents"]}
    assert rates["over the quota", "100610090"] == round(341 / 148, 4)
    assert rates["within the quota", "100610010"] == round(240 / 148 - 1, 4)


def test_the_shipped_tables_are_those_of_the_script(shared: Path, tmp_path: Path) -> None:
    for name, table in build_tables(shared).items():
        assert_frame_equal(table, pl.read_parquet(DATA / name))
    for path in write_tables(shared, tmp_path):
        assert path.read_bytes() == (DATA / path.name).read_bytes(), path.name
