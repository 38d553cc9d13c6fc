"""Structured logs: one line an event, with the request id, never with the content of a form."""

import json
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TextIO

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
STANDARD = set(vars(logging.makeLogRecord({})))


class Structured(logging.Formatter):
    """JSON lines: at, level, logger, message, request_id and the extra fields."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **{
                k: v for k, v in vars(record).items() if k not in STANDARD and not k.startswith("_")
            },
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class StandardError(logging.StreamHandler[TextIO]):
    """Writes to what standard error is at that moment: that of a command run within a program closes with it."""

    def emit(self, record: logging.LogRecord) -> None:
        """One line."""
        self.stream = sys.stderr
        super().emit(record)


def set_up_logs(kind: str) -> None:
    """`kind` is 'json' for machines or 'text' for a terminal; both go to standard error."""
    handler = StandardError()
    handler.setFormatter(
        Structured() if kind == "json" else logging.Formatter("%(levelname)s %(name)s: %(message)s")
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
