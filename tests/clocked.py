"""kdnx with its clock moved: `python -m tests.clocked serve …` runs KDNX_TEST_CLOCK_AHEAD seconds ahead.

Only the one place that reads the time is moved; everything else takes `now` from there.
"""

import os
from datetime import datetime, timedelta

from kdnx import clock

AHEAD = timedelta(seconds=float(os.environ.get("KDNX_TEST_CLOCK_AHEAD", "0")))
_true_clock = clock.read_clock


def read_clock() -> datetime:
    """The moved instant in UTC."""
    return _true_clock() + AHEAD


clock.read_clock = read_clock  # before anything else imports it by name

if __name__ == "__main__":
    from kdnx.cli import main

    main()
