"""What signing gives the exchange module."""

from exchange.signing import files
from exchange.signing.actions import run_disputes, run_silence
from exchange.signing.api import api
from exchange.signing.pages import DOORS
from kdnx.module import DueJob

APIS = (api,)
TEMPLATES: dict[str, str] = {}
DUE_JOBS = (DueJob("booking.silence", run_silence), DueJob("booking.disputes", run_disputes))
FILE_KINDS = (files.KIND,)
__all__ = ["APIS", "DOORS", "DUE_JOBS", "FILE_KINDS", "TEMPLATES"]
