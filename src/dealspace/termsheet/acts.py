"""Policy acts and the issues of a deal: the parts of a sheet that become wedges.

An **act** is a measure in force or threatened; an **issue** is an axis along which a deal can move. Each
kind is a class of its own, so a key that has no effect on a kind is refused. New kinds are new classes.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Discriminator

from dealspace.termsheet.acts_border import (
    BarrierAct,
    ExportTaxAct,
    GatePriceAct,
    ServicesTaxAct,
    Stacking,
    SubsidyAct,
    TariffAct,
)
from dealspace.termsheet.acts_quota import CommitmentAct, QuotaAct, SafeguardAct
from dealspace.termsheet.entries import Act, Issue
from dealspace.termsheet.issues import (
    BarrierIssue,
    CommitmentIssue,
    ExportTaxIssue,
    MarkupIssue,
    QuotaShareIssue,
    QuotaVolumeIssue,
    ServicesTaxIssue,
    SubsidyIssue,
    TariffIssue,
)

ACTS: dict[str, type[Act]] = {
    "tariff": TariffAct,
    "ntb": BarrierAct,
    "services-tax": ServicesTaxAct,
    "subsidy": SubsidyAct,
    "export-tax": ExportTaxAct,
    "quota": QuotaAct,
    "safeguard": SafeguardAct,
    "gate-price": GatePriceAct,
    "commitment": CommitmentAct,
}
ISSUES: dict[str, type[Issue]] = {
    "tariff": TariffIssue,
    "ntb": BarrierIssue,
    "services-tax": ServicesTaxIssue,
    "subsidy": SubsidyIssue,
    "export-tax": ExportTaxIssue,
    "quota-volume": QuotaVolumeIssue,
    "quota-share": QuotaShareIssue,
    "markup": MarkupIssue,
    "commitment": CommitmentIssue,
}
AnyAct = Annotated[
    TariffAct
    | BarrierAct
    | ServicesTaxAct
    | SubsidyAct
    | ExportTaxAct
    | QuotaAct
    | SafeguardAct
    | GatePriceAct
    | CommitmentAct,
    Discriminator("kind"),
]
AnyIssue = Annotated[
    TariffIssue
    | BarrierIssue
    | ServicesTaxIssue
    | SubsidyIssue
    | ExportTaxIssue
    | QuotaVolumeIssue
    | QuotaShareIssue
    | MarkupIssue
    | CommitmentIssue,
    Discriminator("kind"),
]

__all__ = [
    "ACTS",
    "ISSUES",
    "Act",
    "AnyAct",
    "AnyIssue",
    "BarrierAct",
    "BarrierIssue",
    "CommitmentAct",
    "CommitmentIssue",
    "ExportTaxAct",
    "ExportTaxIssue",
    "GatePriceAct",
    "Issue",
    "MarkupIssue",
    "QuotaAct",
    "QuotaShareIssue",
    "QuotaVolumeIssue",
    "SafeguardAct",
    "ServicesTaxAct",
    "ServicesTaxIssue",
    "Stacking",
    "SubsidyAct",
    "SubsidyIssue",
    "TariffAct",
    "TariffIssue",
]
