"""Product lines under the import cells of an economy, read only when they are asked for."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from dealspace.errors import EconomyError, Fault

if TYPE_CHECKING:
    import polars as pl

#: Columns of the frame, in order.
COLUMNS = ("importer", "exporter", "hs", "sector", "value", "duty", "source")


class Lines:
    """Product lines: customs value and duty by HS code within the cells of an economy.

    Parameters
    ----------
    source : pathlib.Path or polars.DataFrame
        A Parquet file, read at first use, or the frame itself.

    Notes
    -----
    `frame` has columns importer, exporter, hs (text of 10, 6, 4 or 2 digits), sector, value and duty (USD million)
    and source. A code that ends in ``x`` is a rest: ``10x`` is chapter 10, and ``x`` a whole cell, without every code
    that the same importer and exporter name. A code that belongs to several sectors stands once for each, with its
    share of the value. Chapters 98 and 99 are spread over a partner's sectors. Values are customs values; in cells
    that the benchmark does not pin to customs they give shares within the cell, not its level.
    """

    def __init__(self, source: Path | str | pl.DataFrame):
        self._source = source

    @cached_property
    def frame(self) -> pl.DataFrame:
        """The lines as a polars frame; EconomyError when the file cannot be read or lacks a column."""
        frame = _read(Path(self._source)) if isinstance(self._source, str | Path) else self._source
        missing = [name for name in COLUMNS if name not in getattr(frame, "columns", ())]
        if missing:
            file = str(self._source) if isinstance(self._source, str | Path) else None
            raise EconomyError(
                Fault(f"lacks {', '.join(missing)}; the columns are {', '.join(COLUMNS)}", "lines", file)
            )
        return frame.select(COLUMNS)

    def cell(self, importer: str, exporter: str, sector: str | None = None) -> pl.DataFrame:
        """Lines of one importer and exporter, and of one sector if named."""
        import polars as pl

        wanted = (pl.col("importer") == importer) & (pl.col("exporter") == exporter)
        if sector is not None:
            wanted = wanted & (pl.col("sector") == sector)
        return self.frame.filter(wanted)

    def __repr__(self) -> str:
        return "Lines(importer, exporter, hs, sector, value, duty, source)"


def _read(path: Path) -> pl.DataFrame:
    import polars as pl

    try:
        return pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError):
        raise EconomyError(
            Fault("is not a readable Parquet file of product lines; write the economy again", "lines", str(path))
        ) from None
