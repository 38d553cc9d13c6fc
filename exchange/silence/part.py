"""What silence gives the exchange module."""

from exchange.silence.actions import run_disputes, run_silence
from kdnx.module import DueJob

DUE_JOBS = (DueJob("booking.silence", run_silence), DueJob("booking.disputes", run_disputes))
__all__ = ["DUE_JOBS"]
