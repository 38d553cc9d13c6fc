"""What fingerprints give the exchange module."""

from exchange.digests.actions import prove_figures, tell_cuts
from exchange.digests.api import api
from exchange.digests.pages import DOORS
from kdnx.module import DueJob

APIS = (api,)
TEMPLATES = {"digests": "exchange.digests"}
DUE_JOBS = (
    DueJob("ledger.digests", tell_cuts, every_minutes=60),
    DueJob("ledger.figures", prove_figures, every_minutes=1440),
)
__all__ = ["APIS", "DOORS", "DUE_JOBS", "TEMPLATES"]
