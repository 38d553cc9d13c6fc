"""What reminders give the exchange module."""

from exchange.reminding.actions import run_reminders
from kdnx.module import DueJob

DUE_JOBS = (DueJob("inhouse.reminders", run_reminders, every_minutes=360),)
__all__ = ["DUE_JOBS"]
