"""run.py says in one German line what hinders and what helps, and does nothing twice."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import run


def test_an_old_python_is_told_what_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "OLDEST", (4, 0))
    monkeypatch.setenv("PATH", "")
    with pytest.raises(run.Hindrance, match=r"braucht Python 4\.0 oder neuer.*Abhilfe"):
        run.find_newer_python([])


def test_the_file_says_so_even_to_python_3_6() -> None:
    source = Path(run.__file__).read_text()
    assert "from __future__ import annotations" not in source  # 3.6 stops at it
    ast.parse(source, feature_version=(3, 6))


@pytest.mark.slow
def test_without_network_the_first_start_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text(f"# == runtime ==\nclick==8.0.0 \\\n    --hash=sha256:{'0' * 64}\n")
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/")
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    with pytest.raises(run.Hindrance, match="braucht einmal Netz"):
        run.make_venv(("runtime",), lock, tmp_path / "venv")
    assert not (tmp_path / "venv" / ".made-from").exists()


def test_what_is_installed_is_not_installed_again(tmp_path: Path) -> None:
    lock, stamp = tmp_path / "requirements.lock", tmp_path / "venv" / ".made-from"
    lock.write_text("# == runtime ==\n# == dev ==\n")
    (tmp_path / "venv" / "bin").mkdir(parents=True)
    for program in ("python", "pip"):
        (tmp_path / "venv" / "bin" / program).touch()
    text = f'{{"home": "{sys.version.split()[0]} {run.ROOT}", "runtime": "{run.digest(chr(10))}"}}'
    stamp.write_text(text)
    run.make_venv(("runtime",), lock, tmp_path / "venv")
    assert stamp.read_text() == text


def test_a_broken_stamp_counts_as_none(tmp_path: Path) -> None:
    (tmp_path / "stamp").write_text("{")
    assert run.read_stamp(tmp_path / "stamp") == {}


def test_help_names_every_task() -> None:
    done = subprocess.run(
        [sys.executable, run.__file__, "help"], capture_output=True, text=True, check=False
    )
    assert done.stdout.startswith(run.HELP)
    for task in set(run.TASKS) - {"help"}:
        assert f"python3 run.py {task}" in done.stdout


def test_checkers_are_absent_without_their_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "CHECKS", tmp_path / "missing")
    assert run.make_checkers() is None


def test_gate_checks_what_the_house_demands() -> None:
    assert list(run.LINTS) == ["Stil", "Typen", "Pfeile"]
    ci = (run.ROOT / ".ci" / "run").read_text()
    assert "run.py gate --lint" in ci
    assert "run.py test" in ci


def test_a_whole_run_takes_every_core_and_a_file_one_process() -> None:
    assert run.spread(["-m", "not slow"]) == ["-n", "auto", "--dist", "loadfile"]
    assert run.spread(["tests/house/test_sql.py::test_sql", "-x"]) == []
    assert run.spread(["-n", "0"]) == []
