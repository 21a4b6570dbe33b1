"""Free trade between regions: which pairs pay no duty in the benchmark, and why.

Sources: the texts as notified to the WTO (Regional Trade Agreements Database, https://rtais.wto.org) in force in
2024. Only agreements that had removed nearly all duties on the goods named are listed; partial ones are left at MFN.
"""

from __future__ import annotations

from typing import NamedTuple

from dealspace.world.build.naming import GOODS, GROUPS

ALL_GOODS = GOODS
#: Everything but farm goods, fish and food.
INDUSTRIAL = tuple(good for good in GOODS if good not in ("A01_02", "A03", "C10T12"))
EU = GROUPS["EU"]


class Agreement(NamedTuple):
    """Goods that move free of duty between members of `left` and `right` (or among `left` alone)."""

    name: str
    since: int
    left: tuple[str, ...]
    right: tuple[str, ...]
    goods: tuple[str, ...]


AGREEMENTS: tuple[Agreement, ...] = (
    Agreement("European Union, single market", 1993, EU, EU, ALL_GOODS),
    Agreement("EU-United Kingdom Trade and Cooperation Agreement", 2021, EU, ("GBR",), ALL_GOODS),
    Agreement("EU-Switzerland free trade agreement", 1973, EU, ("CHE",), INDUSTRIAL),
    Agreement("EU-Türkiye customs union", 1996, EU, ("TUR",), INDUSTRIAL),
    Agreement("EU-Canada Comprehensive Economic and Trade Agreement", 2017, EU, ("CAN",), INDUSTRIAL),
    Agreement("EU-Korea free trade agreement", 2011, EU, ("KOR",), INDUSTRIAL),
    Agreement("EU-Mexico Global Agreement", 2000, EU, ("MEX",), INDUSTRIAL),
    Agreement("EU-Japan Economic Partnership Agreement", 2019, EU, ("JPN",), INDUSTRIAL),
    Agreement("EU-Southern Africa partnership (SADC EPA), imports of the EU", 2016, EU, ("ZAF",), INDUSTRIAL),
    Agreement("United Kingdom-Japan partnership agreement", 2021, ("GBR",), ("JPN",), INDUSTRIAL),
    Agreement("United Kingdom-Switzerland trade agreement", 2021, ("GBR",), ("CHE",), INDUSTRIAL),
    Agreement("United Kingdom-Türkiye free trade agreement", 2021, ("GBR",), ("TUR",), INDUSTRIAL),
    Agreement("United Kingdom-Korea free trade agreement", 2021, ("GBR",), ("KOR",), INDUSTRIAL),
    Agreement("USMCA", 2020, ("USA", "CAN", "MEX"), ("USA", "CAN", "MEX"), ALL_GOODS),
    Agreement("KORUS", 2012, ("USA",), ("KOR",), ALL_GOODS),
    Agreement("Australia-United States free trade agreement", 2005, ("USA",), ("AUS",), ALL_GOODS),
    Agreement("ASEAN Trade in Goods Agreement", 2010, GROUPS["ASEAN"], GROUPS["ASEAN"], ALL_GOODS),
    Agreement("ASEAN-China free trade area", 2010, GROUPS["ASEAN"], ("CHN",), INDUSTRIAL),
    Agreement("Australia-New Zealand closer economic relations", 1983, ("AUS",), ("NZL",), ALL_GOODS),
    Agreement("Australia-China free trade agreement", 2015, ("AUS",), ("CHN",), INDUSTRIAL),
    Agreement("New Zealand-China free trade agreement", 2008, ("NZL",), ("CHN",), ALL_GOODS),
    Agreement("Japan-Australia partnership agreement", 2015, ("AUS",), ("JPN",), INDUSTRIAL),
    Agreement("Japan-Mexico partnership agreement", 2005, ("MEX",), ("JPN",), INDUSTRIAL),
    Agreement("Korea-Australia free trade agreement", 2014, ("AUS",), ("KOR",), INDUSTRIAL),
    Agreement("Korea-Canada free trade agreement", 2015, ("CAN",), ("KOR",), INDUSTRIAL),
)
#: Sides that open one way only in the benchmark: (importer, exporter) pairs that the list above must not free.
ONE_WAY_EXCEPT: frozenset[tuple[str, str]] = frozenset({("ZAF", member) for member in EU})


def free_pairs() -> dict[tuple[str, str], tuple[tuple[str, ...], str]]:
    """(importer, exporter) -> goods free of duty and the agreement; the widest list stands."""
    found: dict[tuple[str, str], tuple[tuple[str, ...], str]] = {}
    for agreement in AGREEMENTS:
        for a in agreement.left:
            for b in agreement.right:
                for pair in ((a, b), (b, a)):
                    wider = len(agreement.goods) > len(found.get(pair, ((), ""))[0])
                    if a != b and pair not in ONE_WAY_EXCEPT and wider:
                        found[pair] = (agreement.goods, agreement.name)
    return found
