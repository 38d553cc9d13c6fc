"""What reminders give the exchange module."""

from exchange.reminding.actions import run_reminders
from exchange.reminding.auditors import remind_auditors
from kdnx.module import DueJob

DUE_JOBS = (
    DueJob("inhouse.reminders", run_reminders, every_minutes=360),
    DueJob("audit.ending", remind_auditors, every_minutes=360),
)
__all__ = ["DUE_JOBS"]
