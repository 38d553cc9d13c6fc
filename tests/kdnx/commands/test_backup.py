"""`backup` and `restore`: the whole database in one file, back into an empty place only."""

import os

import pytest

from tests.serving import kdnx

pytestmark = pytest.mark.slow
QUICK = {"KDNX_PG_UNSAFE": "1"}


@pytest.fixture
def folders(tmp_path):
    tmp_path.chmod(0o711)
    return tmp_path / "one", tmp_path / "two", tmp_path / "sicherung.kdnx"


def test_what_was_saved_comes_back_and_only_into_an_empty_place(folders):
    one, two, file = folders
    assert kdnx(one, "migrate", **QUICK).returncode == 0
    assert kdnx(one, "backup", str(file), **QUICK).returncode == 0
    assert file.stat().st_mode & 0o077 == 0, "nobody else reads a backup"
    again = kdnx(one, "backup", str(file), **QUICK)
    assert again.returncode == 1
    assert "gibt es schon" in again.stderr
    back = kdnx(two, "restore", str(file), **QUICK)
    assert back.returncode == 0, back.stderr
    assert "nachgerechnet" in back.stdout
    assert kdnx(two, "migrate", "--status", **QUICK).stdout.startswith("0 ")
    twice = kdnx(two, "restore", str(file), **QUICK)
    assert twice.returncode == 1
    assert "nicht leer" in twice.stderr


def test_a_file_that_is_no_backup_is_refused(folders):
    one, _two, file = folders
    file.write_bytes(os.urandom(100))
    refused = kdnx(one, "restore", str(file), **QUICK)
    assert refused.returncode == 2
    assert "keine Sicherung" in refused.stderr
