"""The embedded PostgreSQL: shared by processes, safe after a crash, clear when it cannot run."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from kdnx.db.embedded import SOCKET_PATH_LIMIT, Embedded
from kdnx.errors import Unavailable

needs_root = pytest.mark.skipif(
    os.geteuid() != 0, reason="nur root kann einen Ordner verschenken; als root ausführen"
)
pytestmark = pytest.mark.slow
STAY = """
import sys
from pathlib import Path
from kdnx.db.embedded import Embedded
with Embedded(Path(sys.argv[1])) as server:
    print(server.owner_dsn(), flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def data() -> Iterator[Path]:
    """A folder the server's user can enter: pytest's own are closed to others."""
    folder = Path(tempfile.mkdtemp(prefix="kdnx-test-"))
    folder.chmod(0o711)
    yield folder / "data"
    with contextlib.suppress(OSError):
        for pid_file in folder.rglob("postmaster.pid"):
            os.kill(int(pid_file.read_text().split()[0]), signal.SIGQUIT)
    shutil.rmtree(folder)


def another_process(data: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", STAY, str(data)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


async def answer(dsn: str, sql: str = "SELECT 1") -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


def is_running(server: Embedded) -> bool:
    return any(server.root.rglob("postmaster.pid"))


async def test_first_starts_at_once_share_one_server_and_the_last_stops_it(data: Path) -> None:
    others = [another_process(data) for _ in range(2)]
    dsns = {other.stdout.readline().strip() for other in others if other.stdout}
    assert len(dsns) == 1
    mine = Embedded(data)
    assert {mine.start()} == dsns
    for other in others:
        other.communicate("\n")
        assert other.returncode == 0
    assert await answer(mine.owner_dsn()) == 1
    mine.stop()
    assert not is_running(mine)
    mine.stop()


async def test_a_killed_process_leaves_no_trace(data: Path) -> None:
    other = another_process(data)
    assert other.stdout
    dsn = other.stdout.readline().strip()
    await answer(dsn, "CREATE TABLE kept AS SELECT 7 AS n")
    other.kill()
    other.communicate()
    with Embedded(data) as server:  # found running, left behind by the killed one
        assert await answer(server.owner_dsn(), "SELECT n FROM kept") == 7
    assert not is_running(server)


async def test_a_killed_server_comes_back_with_its_data(data: Path) -> None:
    server = Embedded(data)
    await answer(server.start(), "CREATE TABLE kept AS SELECT 7 AS n")
    pid = next(data.rglob("postmaster.pid")).read_text().split()[0]
    children = subprocess.run(["pgrep", "-P", pid], capture_output=True, text=True, check=False)
    for process in (pid, *children.stdout.split()):
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(process), signal.SIGKILL)
    assert await answer(server.start(), "SELECT n FROM kept") == 7
    server.stop()


async def test_the_cluster_is_the_same_everywhere(data: Path) -> None:
    with Embedded(data) as server:
        dsn = server.owner_dsn()
        assert await answer(dsn, "SELECT current_user || '/' || current_database()") == (
            "kdnx_owner/kdnx"
        )
        assert await answer(dsn, "SHOW listen_addresses") == ""
        assert await answer(dsn, "SHOW server_encoding") == "UTF8"
        assert await answer(dsn, "SELECT lower('ÄÖÜ')") == "äöü"
        assert await answer(dsn, "SELECT 'Z' < 'a' AND 'z' < 'Ä'") is True


async def test_a_long_path_gets_a_short_socket(data: Path) -> None:
    deep = data.joinpath(*["ein-recht-langer-ordnername"] * 4)
    with Embedded(deep) as server:
        folder = Path(server.owner_dsn().split("host=")[1].split("&")[0])
        assert len(str(folder)) < SOCKET_PATH_LIMIT
        assert folder.stat().st_mode & 0o777 == 0o700
        assert await answer(server.owner_dsn()) == 1
    folder.rmdir()


def test_another_major_version_is_refused_with_the_way_out(data: Path) -> None:
    with Embedded(data) as server:
        version = next(server.root.rglob("pgdata/PG_VERSION"))
    version.write_text("14\n")
    with pytest.raises(Unavailable, match="stammen von PostgreSQL 14") as refusal:
        server.start()
    assert "KDNX_PG_BIN" in str(refusal.value.remedy)
    assert "kdnx restore" in str(refusal.value.remedy)
    assert not is_running(server)


@needs_root
def test_the_data_of_another_user_are_refused_with_the_way_out(data: Path) -> None:
    (data / "pg").mkdir(parents=True)
    os.chown(data / "pg", 54321, 54321)
    with pytest.raises(Unavailable, match="gehört dem Benutzer 54321") as refusal:
        Embedded(data).start()
    assert "KDNX_DATA_DIR" in str(refusal.value.remedy)


@needs_root
async def test_a_closed_folder_of_root_stays_closed(data: Path) -> None:
    data.mkdir(mode=0o700)
    server = Embedded(data)
    try:
        assert await answer(server.start()) == 1
        assert data.stat().st_mode & 0o777 == 0o700
        assert not data.joinpath("pg").exists()
        server.stop()
    finally:
        shutil.rmtree(Path("/var/lib") / f"kdnx-{(data / 'id').read_text()}")


def test_wrong_programs_are_named(data: Path, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=f"KDNX_PG_BIN={tmp_path} liegt kein PostgreSQL"):
        Embedded(data, pg_bin=str(tmp_path)).start()


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable, match="lässt sich nicht anlegen") as refusal:
        Embedded(tmp_path / "file" / "data").start()
    assert "KDNX_DATA_DIR" in str(refusal.value.remedy)


def test_starting_is_quick_the_second_time(data: Path) -> None:
    Embedded(data).__enter__().stop()
    begun = time.monotonic()
    Embedded(data).__enter__().stop()
    assert time.monotonic() - begun < 5
