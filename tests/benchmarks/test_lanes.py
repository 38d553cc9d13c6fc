"""Every lane of `benchmarks/` runs to its end and prints figures; how fast is not asked here."""

import json
import subprocess
import sys

import pytest

from tests.house.rooms import ROOT

LANES = {
    "booking_import": "60",
    "euro_trail": "3000",
    "http_pages": "16",
    "ledger_posting": "4",
    "offering_import": "20",
    "offering_search": "40",
    "settlement": "2000",
    "volume_report": "2000",
}


def test_every_lane_is_tried():
    found = {p.stem for p in (ROOT / "benchmarks").glob("*.py")} - {"__init__", "ground"}
    assert found == set(LANES)


@pytest.mark.slow
@pytest.mark.parametrize("lane", sorted(LANES))
def test_a_lane_runs(lane):
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{lane}", LANES[lane]],
        cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    figures = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert figures and all(f["value"] >= 0 for f in figures)
    assert {"case", "peer", "n", "value", "unit"} <= set(figures[0])
