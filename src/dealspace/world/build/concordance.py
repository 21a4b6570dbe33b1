"""Reader of the concordance from HS6 to sectors, with overrides where its equal split is wrong."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from dealspace.world.build.naming import GOODS, sector_of

#: Sectors of an HS prefix, after the international industry classification (ISIC rev. 4: which industry makes
#: the good). The longest prefix wins. Several sectors share evenly. Prefixes not listed keep the published
#: concordance, with services taken out.
OVERRIDES: dict[str, tuple[str, ...]] = {
    # Animal products, food residues and waste of food that the concordance gives to services.
    "05": ("C10T12",),
    "1802": ("C10T12",),
    "23": ("C10T12",),
    "240130": ("C10T12",),
    "090111": ("A01_02",),
    "090112": ("A01_02",),
    "090121": ("C10T12",),
    "090122": ("C10T12",),
    "07": ("A01_02",),
    "0710": ("C10T12",),
    "0711": ("C10T12",),
    "0712": ("C10T12",),
    "08": ("A01_02",),
    "0811": ("C10T12",),
    "0812": ("C10T12",),
    "0814": ("C10T12",),
    "2208": ("C10T12",),
    # Fuels: extraction, not mining support services; electricity has no sector among goods.
    "2705": ("C19",),
    "2709": ("B05_06",),
    "2711": ("B05_06",),
    "271112": ("C19",),
    "271113": ("C19",),
    "2716": ("C19",),
    "2618": ("C24",),
    "2619": ("C24",),
    "2620": ("C24",),
    "2621": ("C24",),
    # Chemicals and pharmaceuticals.
    "2844": ("C20",),
    "2933": ("C20",),
    "2934": ("C20",),
    "2936": ("C21",),
    "2937": ("C21",),
    "2939": ("C21",),
    "2941": ("C21",),
    "30": ("C21",),
    "3302": ("C20",),
    "37": ("C20",),
    "3804": ("C20",),
    "3818": ("C20",),
    "3822": ("C20",),
    "3824": ("C20",),
    "39": ("C22",),
    "3901": ("C20",),
    "3902": ("C20",),
    "3903": ("C20",),
    "3904": ("C20",),
    "3905": ("C20",),
    "3906": ("C20",),
    "3907": ("C20",),
    "3908": ("C20",),
    "3909": ("C20",),
    "3910": ("C20",),
    "3911": ("C20",),
    "3912": ("C20",),
    "3913": ("C20",),
    "3914": ("C20",),
    "4004": ("C22",),
    "4012": ("C22",),
    # Hides, textiles, clothing, footwear.
    "4115": ("C13T15",),
    "42": ("C13T15",),
    "5003": ("C13T15",),
    "5103": ("C13T15",),
    "5104": ("C13T15",),
    "5202": ("C13T15",),
    "5505": ("C13T15",),
    "61": ("C13T15",),
    "62": ("C13T15",),
    "63": ("C13T15",),
    "64": ("C13T15",),
    # Wood, paper, print.
    "4401": ("C16",),
    "4707": ("C17_18",),
    "49": ("C17_18",),
    # Metals, scrap and metal products.
    "7112": ("C24",),
    "7204": ("C24",),
    "7404": ("C24",),
    "7503": ("C24",),
    "7602": ("C24",),
    "7802": ("C24",),
    "7902": ("C24",),
    "8002": ("C24",),
    "7318": ("C25",),
    "7326": ("C25",),
    # Engines and machinery.
    "840731": ("C29",),
    "840732": ("C29",),
    "840733": ("C29",),
    "840734": ("C29",),
    "840820": ("C29",),
    "8409": ("C28", "C29"),
    "840910": ("C30",),
    "8411": ("C30",),
    "841181": ("C28",),
    "841182": ("C28",),
    "841199": ("C28",),
    "8414": ("C28",),
    "8415": ("C28",),
    "8418": ("C28",),
    "841810": ("C27",),
    "841821": ("C27",),
    "8421": ("C28",),
    "844331": ("C26",),
    "844332": ("C26",),
    "844399": ("C26",),
    "845710": ("C28",),
    "8467": ("C28",),
    "8471": ("C26",),
    "8473": ("C26",),
    "8479": ("C28",),
    "8486": ("C28",),
    # Electrical and electronic goods.
    "8501": ("C27",),
    "8502": ("C27",),
    "8503": ("C27",),
    "8504": ("C27",),
    "8506": ("C27",),
    "8507": ("C27",),
    "8511": ("C29",),
    "8512": ("C27",),
    "8517": ("C26",),
    "8518": ("C26",),
    "8519": ("C26",),
    "8521": ("C26",),
    "8522": ("C26",),
    "8523": ("C26",),
    "8524": ("C26",),
    "8525": ("C26",),
    "8526": ("C26",),
    "8527": ("C26",),
    "8528": ("C26",),
    "8529": ("C26",),
    "8532": ("C26",),
    "8533": ("C26",),
    "8534": ("C26",),
    "8535": ("C27",),
    "8536": ("C27",),
    "8537": ("C27",),
    "8538": ("C27",),
    "8540": ("C26",),
    "8541": ("C26",),
    "8542": ("C26",),
    "8543": ("C27",),
    "8544": ("C27",),
    "854430": ("C29",),
    # Vehicles and other transport.
    "8701": ("C28",),
    "870120": ("C29",),
    "870121": ("C29",),
    "870122": ("C29",),
    "870123": ("C29",),
    "870124": ("C29",),
    "870129": ("C29",),
    "8702": ("C29",),
    "8703": ("C29",),
    "8704": ("C29",),
    "8705": ("C29",),
    "8706": ("C29",),
    "8707": ("C29",),
    "8708": ("C29",),
    "8709": ("C28",),
    "8710": ("C30",),
    "8711": ("C30",),
    "8712": ("C30",),
    "8713": ("C30",),
    "8714": ("C30",),
    "8715": ("C31T33",),
    "8716": ("C29",),
    "871680": ("C28",),
    "88": ("C30",),
    "8908": ("C30",),
    # Instruments: electro-medical and measuring are electronics, other medical goods are not.
    "9018": ("C31T33",),
    "901811": ("C26",),
    "901812": ("C26",),
    "901813": ("C26",),
    "901814": ("C26",),
    "901819": ("C26",),
    "901820": ("C26",),
    "9019": ("C31T33",),
    "9021": ("C31T33",),
    "902140": ("C26",),
    "902150": ("C26",),
    "9022": ("C26",),
    "9027": ("C26",),
    "9030": ("C26",),
    "9031": ("C26",),
    "9032": ("C26",),
    "91": ("C26",),
    # Furniture, toys, art.
    "9401": ("C31T33",),
    "940120": ("C29",),
    "9403": ("C31T33",),
    "9404": ("C31T33",),
    "9503": ("C31T33",),
    "9504": ("C31T33",),
    "950450": ("C26",),
    "9505": ("C31T33",),
    "9506": ("C31T33",),
    "97": ("C31T33",),
}
#: Chapters of special provisions (returned goods, low-value shipments): no product, hence no sector.
SPECIAL_CHAPTERS = ("98", "99")
_OTHER_WASTE = "C31T33"


class Concordance:
    """Weights from HS codes of six or more digits to the goods sectors of the benchmark."""

    def __init__(self, table: pl.DataFrame):
        good = pl.col("icio") != "SVC"
        listed = (
            table.filter(good)
            .with_columns(sector=pl.col("icio").map_elements(sector_of, return_dtype=pl.String))
            .select("hs6", "sector")
            .unique()
            .sort("hs6", "sector")
        )
        self._sectors: dict[str, tuple[str, ...]] = {}
        for hs6, sector in listed.iter_rows():
            self._sectors[hs6] = (*self._sectors.get(hs6, ()), sector)
        self.codes = tuple(sorted(table["hs6"].unique().to_list()))

    def sectors(self, code: str) -> tuple[str, ...]:
        """Sectors that share `code` evenly; empty for chapters 98 and 99."""
        hs6 = code[:6]
        if hs6[:2] in SPECIAL_CHAPTERS:
            return ()
        for length in (6, 4, 2):
            if hs6[:length] in OVERRIDES:
                return OVERRIDES[hs6[:length]]
        if hs6 in self._sectors:
            return self._sectors[hs6]
        return self._neighbours(hs6)

    def _neighbours(self, hs6: str) -> tuple[str, ...]:
        """Sectors of the codes under the same heading, for codes of other HS editions."""
        for length in (5, 4, 2):
            found = {s for code in self.codes if code[:length] == hs6[:length] for s in self._sectors.get(code, ())}
            if found:
                return tuple(sorted(found))
        return (_OTHER_WASTE,)

    def weights(self, codes: pl.Series) -> pl.DataFrame:
        """One row per code and sector: columns hs, sector, weight (adding to 1 per code)."""
        rows = [
            (code, sector, 1.0 / len(shared))
            for code in codes.unique().sort().to_list()
            if (shared := self.sectors(code))
            for sector in shared
        ]
        return pl.DataFrame(rows, schema={"hs": pl.String, "sector": pl.String, "weight": pl.Float64}, orient="row")

    def chapter_counts(self) -> dict[str, dict[str, float]]:
        """Chapter -> sector -> number of HS6 codes of the chapter (split evenly) that belong to the sector."""
        counts: dict[str, dict[str, float]] = {}
        for code in self.codes:
            shared = self.sectors(code)
            chapter = counts.setdefault(code[:2], {})
            for sector in shared:
                chapter[sector] = chapter.get(sector, 0.0) + 1.0 / len(shared)
        return {chapter: sectors for chapter, sectors in counts.items() if sectors}


def read_concordance(path: Path) -> Concordance:
    """Read columns `HS_6d`, `icio`, `w` and apply the overrides."""
    table = pl.read_csv(path, schema_overrides={"HS_6d": pl.String})
    unknown = {s for shared in OVERRIDES.values() for s in shared} - set(GOODS)
    if unknown:
        raise ValueError(f"overrides name sectors that do not exist: {sorted(unknown)}")
    return Concordance(table.rename({"HS_6d": "hs6"}))
