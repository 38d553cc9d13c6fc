"""The wheel holds the four packages, the migrations and the browser assets, and nothing else."""

import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

import run

PARTS = ("kdnx", "catalog", "procurement", "exchange", "migrations")
FILES = (
    "pyproject.toml",
    "package.json",
    "package-lock.json",
    "README.md",
    "LICENSE",
    ".gitignore",
)


@pytest.mark.slow
def test_the_wheel_is_whole(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    for part in PARTS:
        shutil.copytree(run.ROOT / part, tree / part, ignore=shutil.ignore_patterns("__pycache__"))
    for file in FILES:
        shutil.copy(run.ROOT / file, tree / file)
    (tree / "tests").mkdir()
    (tree / "tests" / "test_x.py").touch()
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    done = subprocess.run(build, cwd=tree, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    names = set(ZipFile(next(tmp_path.glob("*.whl"))).namelist())
    assert {name.split("/")[0] for name in names if "dist-info" not in name} == {
        "kdnx", "catalog", "procurement", "exchange",
    }  # fmt: skip
    for migration in (tree / "migrations").glob("*.sql"):
        assert f"kdnx/migrations/{migration.name}" in names
    for asset in (tree / "kdnx" / "web" / "static").rglob("*.*"):
        if asset.is_file():
            assert asset.relative_to(tree).as_posix() in names
    for template in tree.rglob("templates/**/*.html"):
        assert template.relative_to(tree).as_posix() in names
