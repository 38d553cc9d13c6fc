"""Start and stop a PostgreSQL of our own in the data folder: for trials, never in production."""

import contextlib
import fcntl
import os
import secrets
import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Self
from urllib.parse import quote

from kdnx.db.programs import call, copy_programs, find_bin, is_reachable, unprivileged, user_name
from kdnx.errors import Unavailable

OWNER = "kdnx_owner"
APP = "kdnx_app"
DATABASE = "kdnx"
PORT = 5432  # only the name of the socket file: the server listens on no network address
SOCKET_PATH_LIMIT = 80  # sun_path holds 107 bytes (macOS 103), the file name takes 16
# The names below these folders are random, and their owner is checked.
SHORT = Path("/tmp")  # noqa: S108  # as said
OUTSIDE = (Path("/var/lib"), Path("/var/tmp"))  # noqa: S108  # as said
SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "128MB",
    "max_connections": "60",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
UNSAFE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
# After kill -9 the old server's processes and shared memory linger for a moment.
LINGERING = ("lock file", "shared memory", "could not bind", "starting up")


class Embedded:
    """One cluster in the folder `data`, shared by every process that starts it.

    Whoever comes first starts the server, whoever leaves last stops it. A process that dies leaves
    by itself, for its file lock dies with it. `KDNX_PG_BIN` names other programs than the
    packaged ones; `KDNX_PG_UNSAFE=1` trades durability for speed (tests).
    """

    def __init__(self, data: Path, *, pg_bin: str | None = None) -> None:
        self.root = data.resolve()
        self._wanted_bin = os.environ.get("KDNX_PG_BIN", "") if pg_bin is None else pg_bin
        self._user: tuple[int, int] | None = None
        self._presence: IO[str] | None = None
        self._bin = self._base = self._socket = Path()

    def __enter__(self) -> Self:
        """Start, as `start`."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Leave, as `stop`."""
        self.stop()

    def start(self) -> str:
        """The owner's DSN of the running server; Unavailable with a remedy when it cannot run."""
        self._user = unprivileged()
        self._claim_root()
        with self._locked():
            self._settle()
            presence = self._presence or (self.root / "users").open("a")
            fcntl.flock(presence, fcntl.LOCK_SH)
            try:
                if not (self._pgdata / "PG_VERSION").exists():
                    self._create()
                self._check_fit()
                if not self._answers():
                    self._launch()
                self._presence = presence
            except BaseException:
                presence.close()
                self._presence = None
                raise
        return self.owner_dsn()

    def stop(self) -> None:
        """Leave the server, and stop it when nobody else is there; harmless when not started."""
        if self._presence is None:
            return
        with self._locked():
            try:
                fcntl.flock(self._presence, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass  # somebody else still works with it
            else:
                self._run("pg_ctl", "-D", str(self._pgdata), "-m", "fast", "-w", "stop")
            self._presence.close()
            self._presence = None

    def owner_dsn(self) -> str:
        """DSN of the cluster's superuser: for migrations, creates databases and roles."""
        return self._dsn(OWNER)

    def app_dsn(self) -> str:
        """DSN of the login that owns nothing; the first migration makes this role."""
        return self._dsn(APP)

    def bin_folder(self) -> Path:
        """Where `pg_dump` and its like lie; known after `start`."""
        return self._bin

    def _dsn(self, role: str) -> str:
        return f"postgresql://{role}@/{DATABASE}?host={quote(str(self._socket))}&port={PORT}"

    @property
    def _pgdata(self) -> Path:
        return self._base / "pgdata"

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        with (self.root / "lock").open("a") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def _claim_root(self) -> None:
        try:
            self.root.mkdir(parents=True, exist_ok=True, mode=0o711 if self._user else 0o700)
        except OSError as error:
            raise Unavailable(
                f"Der Datenordner {self.root} lässt sich nicht anlegen ({error.strerror}).",
                remedy="Mit KDNX_DATA_DIR einen beschreibbaren Ordner nennen.",
            ) from error
        if self._user is None:  # root may write anywhere; what counts is whose the cluster is
            self._check_owner(self.root)

    def _check_owner(self, path: Path) -> None:
        owner = path.lstat().st_uid
        if owner not in {os.geteuid(), self._user[0] if self._user else os.geteuid()}:
            raise Unavailable(
                f"{path} gehört dem Benutzer {user_name(owner)},"
                f" kdnx läuft als {user_name(os.geteuid())}.",
                remedy=f"Als {user_name(owner)} starten oder mit KDNX_DATA_DIR einen eigenen"
                " Ordner nennen.",
            )

    def _settle(self) -> None:
        """Choose programs, state and socket folder so that the server's user reaches them."""
        self._bin = find_bin(self._wanted_bin)
        self._base = self.root / "pg"
        if self._base.exists():
            self._check_owner(self._base)
        if self._user:
            outside = self._outside()
            if not self._base.exists() and not is_reachable(self.root, self._user[0]):
                self._private(outside, 0o755, os.geteuid())
                self._base = outside / "pg"
            if call([str(self._bin / "postgres"), "--version"], user=self._user)[0] != 0:
                self._private(outside, 0o755, os.geteuid())
                self._bin = copy_programs(self._bin, outside)
        self._private(self._base, 0o700)
        self._socket = self._base
        if len(os.fsencode(self._base)) >= SOCKET_PATH_LIMIT:
            self._socket = SHORT / f"kdnx-{self._ident()}"
        self._private(self._socket, 0o700)

    def _private(self, folder: Path, mode: int, owner: int | None = None) -> None:
        """Make `folder` for the server's user, or find that it is already his."""
        uid, gid = self._user or (os.geteuid(), os.getegid())
        if owner is None:
            owner = uid
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=mode)
            if os.geteuid() == 0 and owner == uid:
                os.chown(folder, uid, gid)
        self._check_owner(folder)

    def _outside(self) -> Path:
        """Root's place for what the server's user cannot reach in the data folder."""
        parent = next(p for p in OUTSIDE if os.access(p, os.W_OK))
        return parent / f"kdnx-{self._ident()}"

    def _ident(self) -> str:
        """A random name kept in the data folder: path and inode may come again for another one."""
        file = self.root / "id"
        if not file.exists():
            file.touch(mode=0o600)
        if not file.read_text():
            file.write_text(secrets.token_hex(8))
        return file.read_text()

    def _create(self) -> None:
        """A cluster with its database; a half-made one is never taken for a whole one."""
        new = self._base / "pgdata.new"
        shutil.rmtree(new, ignore_errors=True)
        # The same order and case mapping on every system, as far as the version can.
        locale = ["--locale=C.UTF-8"]
        if self._major() >= 17:
            locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        options = ("-D", str(new), "-U", OWNER, "-E", "UTF8", "--auth=trust", *locale)
        made, said = self._run("initdb", *options)
        if made == 0:
            single = ("postgres", "--single", "-D", str(new), "postgres")
            made, said = self._run(*single, stdin=f"CREATE DATABASE {DATABASE}\n")
        if made != 0:
            raise Unavailable(f"PostgreSQL ließ sich nicht einrichten: {said[-1500:]}")
        new.rename(self._pgdata)

    def _check_fit(self) -> None:
        stored, ours = int((self._pgdata / "PG_VERSION").read_text()), self._major()
        if stored != ours:
            raise Unavailable(
                f"Die Daten in {self._pgdata} stammen von PostgreSQL {stored},"
                f" die Programme sind Version {ours}.",
                remedy=f"Mit KDNX_PG_BIN die Programme der Version {stored} nennen, „kdnx backup“"
                " ausführen und die Sicherung mit „kdnx restore“ in einen neuen Datenordner"
                " einspielen.",
            )

    def _major(self) -> int:
        return int(self._run("postgres", "--version")[1].split()[2].split(".")[0])

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe, contextlib.suppress(OSError):
            probe.connect(str(self._socket / f".s.PGSQL.{PORT}"))
            return True
        return False

    def _launch(self) -> None:
        options = SETTINGS | (UNSAFE if os.environ.get("KDNX_PG_UNSAFE") == "1" else {})
        options |= {"unix_socket_directories": f'"{self._socket}"', "port": str(PORT)}
        log = self._base / "log"
        words = " ".join(f"-c {name}='{value}'" for name, value in options.items())
        command = ("pg_ctl", "-D", str(self._pgdata), "-w", "-l", str(log), "-o", words, "start")
        for _ in range(40):
            log.unlink(missing_ok=True)
            started, said = self._run(*command)
            if started == 0:
                return
            said = log.read_text(errors="replace") if log.exists() else said
            if not any(word in said for word in LINGERING):
                break
            time.sleep(0.25)
        raise Unavailable(
            f"PostgreSQL startet nicht: {said[-1500:].strip()}",
            remedy=f"Ausführlich in {log}. Die Datei postmaster.pid nur löschen, wenn kein Server"
            " mehr läuft.",
        )

    def _run(self, name: str, *args: str, stdin: str = "") -> tuple[int, str]:
        command = [str(self._bin / name), *args]
        return call(command, user=self._user, cwd=self._base, stdin=stdin)
