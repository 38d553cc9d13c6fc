"""Logs go to what standard error is when they are written."""

import io
import logging
import sys

import pytest

from kdnx.log import set_up_logs


@pytest.fixture
def root():
    """The root logger as it was, put back afterwards."""
    logger = logging.getLogger()
    handlers, level = list(logger.handlers), logger.level
    yield logger
    logger.handlers[:] = handlers
    logger.setLevel(level)


def test_a_log_line_outlives_the_stream_of_the_command_that_set_it_up(monkeypatch, root):
    """A command run within a program has a standard error of its own, closed when it is done."""
    lent, own = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stderr", lent)
    set_up_logs("text")
    root.info("in the command")
    assert "in the command" in lent.getvalue()
    lent.close()
    monkeypatch.setattr(sys, "stderr", own)
    root.info("after it")
    assert "after it" in own.getvalue()
    assert "Traceback" not in own.getvalue()
