"""A tiny mock of every source format, written where a test asks, so that readers are tested offline.

Numbers are made up; layouts, names and types are those of the real files.
"""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import polars as pl

COUNTRIES = ("USA", "JPN", "AUT", "ARG")
GOODS = ("A01", "A02", "C29", "C301")


def icio_flows(path: Path) -> Path:
    """Flows (exporter, importer, sector): value 100 x exporter + 10 x importer + sector."""
    e, i, k = np.meshgrid(range(4), range(4), range(5), indexing="ij")
    np.savez(
        path,
        X=(100 * e + 10 * i + k + 1).astype(np.float32),
        countries=np.array(COUNTRIES),
        sectors=np.array([*GOODS, "Services (aggregate)"]),
    )
    return path


def coefficients(path: Path) -> Path:
    """Shares of gross output: each sector spends 8 % on each of its five inputs."""
    sectors = np.array(["A01_02", "C29", "J62_63", "M", "N"])
    io = np.full((5, 3, 5), 0.08, dtype=np.float32)
    np.savez(
        path,
        io_coef=io,
        va_share=np.full((5, 3), 0.6),
        final_share=np.tile(np.array([0.1, 0.2, 0.3, 0.2, 0.2])[:, None], (1, 3)),
        countries=np.array(["USA", "JPN", "ROW"]),
        sectors=sectors,
    )
    return path


def wiod(path: Path) -> Path:
    """Three countries, three industries: goods, post and telecommunications, business services."""
    Z = np.ones((9, 9), dtype=np.float32)
    F = np.ones((9, 15), dtype=np.float32)
    F[5, 0] = -4.0
    np.savez(
        path,
        Z=Z,
        F=F,
        x=Z.sum(axis=1) + F.sum(axis=1),
        countries=np.array(["JPN", "USA", "RoW"]),
        industries=np.array(["c1", "c27", "c30"]),
    )
    return path


def census_imports(folder: Path) -> tuple[Path, Path]:
    """Imports in USD: Japan, the EU as one, Slovakia again on its own, Israel as rest of the world."""
    rows = [
        ("5880", "8703230101", 40e9, 1e9),
        ("5880", "8708290000", 6e9, 0.1e9),
        ("5880", "9801001000", 4e9, 0.0),
        ("0003", "8703230101", 50e9, 1.25e9),
        ("4359", "8703230101", 8e9, 0.2e9),
        ("5081", "3004900000", 2e9, 0.0),
        ("5081", "9999950000", 1e9, 0.0),
    ]
    codes = [("5880", "JPN", "Japan"), ("4359", "SVK", "Slovakia"), ("5081", "ISR", "Israel")]
    imports, names = folder / "imports.parquet", folder / "codes.csv"
    pl.DataFrame(rows, schema=["partner_code", "hs10", "imports_usd", "duty_usd"], orient="row").write_parquet(imports)
    pl.DataFrame(codes, schema=["CTY_CODE", "ISO3", "country"], orient="row").write_csv(names)
    return imports, names


def census_exports(path: Path, *, total: float = 100e6) -> Path:
    """Exports in USD by chapter; `00` is the total."""
    rows = [
        ("JAPAN", "00", 1.0, 1.0, total),
        ("JAPAN", "10", 1.0, 1.0, 60e6),
        ("JAPAN", "87", 1.0, 1.0, 30e6),
        ("JAPAN", "98", None, None, 10e6),
        ("BELGIUM", "00", 1.0, 1.0, 5e6),
    ]
    pl.DataFrame(rows, schema=["CTY_NAME", "E_COMMODITY", "2022", "2023", "2024"], orient="row").write_csv(path)
    return path


def japan_schedule(path: Path) -> Path:
    """Six lines: free, ad valorem with a preference, bound below the general rate, specific, mixed."""
    head = ["chapter", "stat9", "基本", "暫定", "WTO協定", "EPA_日米貿易協定", "EPA_豪州", "EPA_CPTPP"]
    lines = [
        ("87", "870323100", "無税", "", "(無税)", "", "無税", "無税"),
        ("02", "020110000", "50%", "38.5%", "(50%)", "21.6%", "19.3%", "21.6%"),
        ("02", "020110900", "50%", "38.5%", "(50%)", "21.6%", "", ""),
        ("62", "620342000", "12%", "", "9.1%", "", "", "無税"),
        ("10", "100630010", "402円/kg", "", "341円/kg", "", "", ""),
        ("22", "220421020", "45%", "", "15%又は125円/lのうちいずれか低い税率", "1.4%", "", ""),
    ]
    with gzip.open(path, "wt", encoding="utf-8") as stream:
        stream.write(",".join(head) + "\n")
        stream.writelines(",".join(line) + "\n" for line in lines)
    return path


def tariff_profiles(path: Path) -> Path:
    """Means in per cent; the primary mean of 2019 is a jump that must not be used."""
    rows = [
        ("CHN", "manufactured products (SITC 5-8 less 68)", "", "5.17", "2018"),
        ("CHN", "manufactured products (SITC 5-8 less 68)", "", "3.87", "2019"),
        ("CHN", "primary products (SITC 0-4 plus 68)", "", "2.94", "2018"),
        ("CHN", "primary products (SITC 0-4 plus 68)", "", "99.0", "2019"),
        ("CHN", "passenger cars HS8703 (MFN duty)", "25", "", "2024"),
        ("NZL", "manufactured products (SITC 5-8 less 68)", "", "3.01", "2019"),
    ]
    schema = ["region", "product_group", "mfn_simple", "mfn_trade_weighted", "year"]
    pl.DataFrame(rows, schema=schema, orient="row").write_csv(path)
    return path


def concordance(path: Path) -> Path:
    """HS6 to ICIO, equal split; the real file gives part of 8708 to textiles and part of 3004 to furniture."""
    rows = [
        ("870323", "C29", 1.0),
        ("870829", "C13T15", 0.5),
        ("870829", "C29", 0.5),
        ("300490", "C21", 0.5),
        ("300490", "C31T33", 0.5),
        ("100630", "A01", 0.5),
        ("100630", "C10T12", 0.5),
        ("880240", "C301", 1.0),
        ("010110", "A01", 0.5),
        ("010110", "SVC", 0.5),
        ("999999", "SVC", 1.0),
    ]
    pl.DataFrame(rows, schema=["HS_6d", "icio", "w"], orient="row").write_csv(path)
    return path
