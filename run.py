#!/usr/bin/env python3
"""The one door of a checkout: `python3 run.py` demonstrates kdnx, `python3 run.py test` tests it.

Standard library only. Makes `.venv` from the hash-locked requirements once, then hands over.
This file must be readable by every Python 3, so that an old one can say what is missing.
"""

import contextlib
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
CHECK_VENV = ROOT / ".venv-check"
LOCK = ROOT / "requirements.lock"
NPM_LOCK = ROOT / "package-lock.json"
VENDOR = ROOT / "kdnx" / "web" / "static" / "vendor"
CHECKS = ROOT.parent / "shared" / "checks"
OLDEST = (3, 11)
FOR_START = ("runtime", "assets")
FOR_TESTS = ("runtime", "assets", "node", "dev")
SECTION = re.compile(r"^# == (\w+) ==$", re.MULTILINE)
ENTRY = re.compile(r"^[a-z0-9][^\n]*\\\n(?:    [^\n]*\n)+", re.MULTILINE)
OFFLINE = re.compile(
    r"connection|resolve|resolution|network|timed out|unreachable|No matching distribution",
    re.IGNORECASE,
)
HELP = """\
python3 run.py                    Demonstration: richtet beim ersten Mal alles ein und startet
python3 run.py --port 8100 …      dasselbe mit den Angaben von „kdnx demo“
python3 run.py test [PFAD …]      die ganze Testreihe oder einzelne Dateien
python3 run.py quick              Stil und Regeln in wenigen Sekunden
python3 run.py gate [--lint]      alles, was die Abnahme prüft; --lint ohne die Testreihe
python3 run.py shots              Bildschirmfotos der wichtigsten Seiten
python3 run.py assets             Browser-Bestandteile neu holen
python3 run.py lock [--upgrade]   requirements.lock und package-lock.json neu schreiben
python3 run.py BEFEHL …           jeder Befehl von kdnx:
"""


class Hindrance(Exception):
    """What hinders and what helps, in German; printed as the only line."""


def main(words: "list[str]") -> int:
    """Run the task or the kdnx command that `words` name; the exit code comes back."""
    find_newer_python(words)
    if os.name == "nt":
        raise Hindrance("kdnx läuft unter Linux und macOS. Abhilfe: unter Windows WSL verwenden.")
    task = TASKS.get(words[0]) if words else None
    if task:
        return task(words[1:])
    prepare(FOR_START)
    if not words or (words[0].startswith("-") and words[0] not in ("-h", "--help")):
        words = ["demo", *words]
    elif words[0] in ("-h", "--help"):
        print(HELP, flush=True)
    return hand_over("-P", "-m", "kdnx", *words)  # not what lies in the working folder


def find_newer_python(words: "list[str]") -> None:
    """Go on with a newer Python of this machine when the one that was called is too old."""
    if sys.version_info >= OLDEST:
        return
    for minor in range(14, OLDEST[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found:
            os.execv(found, [found, str(ROOT / "run.py"), *words])
    raise Hindrance(
        f"kdnx braucht Python {OLDEST[0]}.{OLDEST[1]} oder neuer, dies ist"
        f" {sys.version.split()[0]}. Abhilfe: ein neueres Python einrichten (Debian ab 12,"
        " Ubuntu ab 24.04 haben es) und run.py damit aufrufen."
    )


# --- environment ---------------------------------------------------------------------------


def prepare(sections: "tuple[str, ...]", *, dev_assets: bool = False) -> None:
    """Bring environment and browser assets to what the lock files say; nothing is done twice."""
    try:
        with alone():
            make_venv(sections)
            make_assets(dev=dev_assets)
    except PermissionError as error:
        raise Hindrance(
            f"In {error.filename or ROOT} darf dieser Benutzer nicht schreiben. Abhilfe: als der"
            " Benutzer starten, dem der Ordner gehört, oder den Ordner in das eigene Verzeichnis"
            " kopieren."
        ) from None


@contextlib.contextmanager
def alone() -> "Iterator[None]":
    """Two first starts at once: the second waits for the first."""
    import fcntl  # noqa: PLC0415  # missing under Windows, where main() has said so

    with open(__file__, "rb") as handle:  # noqa: PTH123  # any file can carry the lock
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def make_venv(sections: "tuple[str, ...]", lock: Path = LOCK, venv: Path = VENV) -> None:
    """Install what is missing of `sections` of `lock` into `venv`, made anew for another Python."""
    stamp = venv / ".made-from"
    home = f"{sys.version.split()[0]} {ROOT}"
    want = {name: digest(text) for name, text in read_sections(lock).items() if name in sections}
    have = read_stamp(stamp)
    can_install = (venv / "bin" / "pip").exists() or shutil.which("uv")
    if have.get("home") == home and python_of(venv).exists() and can_install:
        missing = [name for name in want if have.get(name) != want[name]]
    else:
        have, missing = {}, list(want)
        say("Einmalige Einrichtung der Python-Umgebung …")
        create_venv(venv)
        add_checkout(venv)
    if not missing:
        return
    say("Python-Pakete: " + ", ".join(missing) + " …")
    texts = read_sections(lock)
    with tempfile.TemporaryDirectory() as folder:
        chosen = Path(folder) / "requirements.txt"
        chosen.write_text("".join(texts[name] for name in missing))
        options = ["--require-hashes", "--no-deps", "--only-binary=:all:", "-r", str(chosen)]
        install(venv, *options)
    have.update({name: want[name] for name in missing})
    have["home"] = home
    stamp.write_text(json.dumps(have))


def read_stamp(stamp: Path) -> "dict[str, str]":
    """What the environment was made from; empty when unknown."""
    try:
        return dict(json.loads(stamp.read_text()))
    except (OSError, ValueError):
        return {}


def read_sections(lock: Path) -> "dict[str, str]":
    """Text of each section of the lock file by its name."""
    parts = SECTION.split(lock.read_text())
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def digest(text: str) -> str:
    """Short fingerprint of a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def python_of(venv: Path) -> Path:
    """The interpreter of a virtual environment."""
    return venv / "bin" / "python"


def create_venv(venv: Path) -> None:
    """An empty virtual environment in place of whatever is there."""
    if shutil.which("uv"):
        command = ["uv", "venv", "--quiet", "--clear", "--python", sys.executable, str(venv)]
    else:
        command = [sys.executable, "-m", "venv", "--clear", str(venv)]
    done = run_quietly(command)
    if done.returncode == 0:
        return
    if not os.access(str(venv if venv.exists() else venv.parent), os.W_OK):
        raise PermissionError(13, "not writable", str(ROOT))
    if "ensurepip" in done.stdout + done.stderr or "No module named venv" in done.stderr:
        raise Hindrance(
            "Das Modul venv fehlt diesem Python. Abhilfe unter Debian und Ubuntu:"
            " sudo apt-get install python3-venv"
        )
    raise Hindrance(f"Die Umgebung ließ sich nicht anlegen: {tail(done)}")


def add_checkout(venv: Path) -> None:
    """The project itself goes in as one line of a .pth file: no build, always the current state."""
    site = next((venv / "lib").glob("python3.*/site-packages"))
    (site / "kdnx_checkout.pth").write_text(f"{ROOT}\n")


def install(venv: Path, *options: str) -> None:
    """Let uv or pip install; Hindrance says what failed."""
    if shutil.which("uv") and not (venv / "bin" / "pip").exists():
        command = ["uv", "pip", "install", "--quiet", "--python", str(python_of(venv))]
    else:
        command = [str(python_of(venv)), "-m", "pip", "install", "--quiet", "--no-input"]
        command.append("--disable-pip-version-check")
    # Behind an inspecting proxy only the certificates of the system are right.
    settings = {"UV_NATIVE_TLS": "1", "UV_SYSTEM_CERTS": "1"}
    done = run_quietly([*command, *options], PIP_USER="0", PIP_REQUIRE_VIRTUALENV="0", **settings)
    if done.returncode == 0:
        return
    if OFFLINE.search(done.stderr):
        raise Hindrance(
            "Die Python-Pakete lassen sich nicht laden; der erste Start braucht einmal Netz."
            " Abhilfe: Verbindung oder Proxy (HTTPS_PROXY) prüfen und erneut starten."
            f" Letzte Meldung: {tail(done)}"
        )
    raise Hindrance(f"Die Python-Pakete ließen sich nicht einrichten: {tail(done)}")


def run_quietly(command: "list[str]", **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run and keep what it says."""
    return subprocess.run(
        command,
        cwd=str(ROOT),
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def tail(done: "subprocess.CompletedProcess[str]") -> str:
    """The last line a program said, for the end of a message."""
    lines = (done.stderr.strip() or done.stdout.strip()).splitlines()
    lines = [line for line in lines if not line.startswith("hint:")]
    return lines[-1].strip() if lines else f"Rückgabewert {done.returncode}"


def make_assets(*, dev: bool = False) -> None:
    """Fetch the browser assets when they are not those of package-lock.json."""
    want = hashlib.sha256(NPM_LOCK.read_bytes()).hexdigest()
    modules = ROOT / "node_modules" / ".made-from"
    ready = (VENDOR / ".made-from").exists() and (VENDOR / ".made-from").read_text() == want
    if ready and (not dev or (modules.exists() and modules.read_text() == want + " dev")):
        return
    if not shutil.which("npm"):
        make_venv((*FOR_START, "node"))
    say("Browser-Bestandteile …")
    done = run_quietly([str(python_of(VENV)), "-m", "kdnx.assets", *(["--dev"] if dev else [])])
    if done.returncode:
        raise Hindrance(done.stderr.strip())


def make_checkers() -> "Path | None":
    """Python with the offline validators of ../shared/checks, made at need; None without them.

    The validators are programs to call with it: their packages do not fit beside ours.
    """
    if not CHECKS.is_dir():
        return None
    files = [CHECKS / f"requirements-{name}.txt" for name in ("ocds", "xml", "xml-nodeps")]
    stamp = CHECK_VENV / ".made-from"
    want = {"made_from": digest("".join(f.read_text() for f in files) + sys.version + str(ROOT))}
    with alone():
        if read_stamp(stamp) != want:
            create_venv(CHECK_VENV)
            install(CHECK_VENV, "-r", str(files[0]), "-r", str(files[1]))
            install(CHECK_VENV, "--no-deps", "-r", str(files[2]))
            stamp.write_text(json.dumps(want))
    return python_of(CHECK_VENV)


# --- tasks ---------------------------------------------------------------------------------


def show_help(_: "list[str]") -> int:
    """Prepare and print every command."""
    return main(["--help"])


def run_tests(words: "list[str]") -> int:
    """The whole suite, or what `words` choose."""
    prepare(FOR_TESTS, dev_assets=True)
    os.chdir(str(ROOT))
    hand_over("-m", "pytest", *spread(words), *words)


def spread(words: "list[str]") -> "list[str]":
    """A whole run takes every core, a file stays in one process so that its fixtures are made once."""
    chosen = any((ROOT / word.split("::")[0]).exists() for word in words)
    return [] if chosen or "-n" in words else ["-n", "auto", "--dist", "loadfile"]


def run_gate(words: "list[str]") -> int:
    """Style, types, arrows between modules, then the suite; every finding in one go."""
    prepare(FOR_TESTS, dev_assets=True)
    failed = [name for name, command in LINTS.items() if not passes(name, command)]
    if words != ["--lint"] and not passes("Testreihe", ["-m", "pytest", *spread(words), *words]):
        failed.append("Testreihe")
    if failed:
        say("Nicht bestanden: " + ", ".join(failed))
    return 1 if failed else 0


def run_quick(_: "list[str]") -> int:
    """Style and the pure rules: seconds."""
    prepare(FOR_TESTS)
    ok = passes("Stil", LINTS["Stil"])
    models = sorted(str(path) for path in (ROOT / "tests").rglob("test_model*.py"))
    if models:
        ok = passes("Regeln", ["-m", "pytest", "-q", *models]) and ok
    return 0 if ok else 1


def run_shots(words: "list[str]") -> int:
    """Pictures of the pages."""
    prepare(FOR_TESTS, dev_assets=True)
    hand_over(str(ROOT / "tests" / "shots.py"), *words)


def run_assets(_: "list[str]") -> int:
    """Fetch the browser assets anew."""
    shutil.rmtree(str(VENDOR), ignore_errors=True)
    prepare(FOR_START)
    return 0


def run_lock(words: "list[str]") -> int:
    """Write both lock files: versions and hashes, never an address."""
    with tempfile.TemporaryDirectory() as folder:
        uv = shutil.which("uv") or own_uv(Path(folder))
        everything = Path(folder) / "all.txt"
        if LOCK.exists():
            shutil.copyfile(str(LOCK), str(everything))  # what is locked stays unless --upgrade
        groups = ["--group", "dev", "--group", "assets", "--group", "node"]
        extra = ["--extra", "embedded", "pyproject.toml"]
        compile_lock(uv, everything, *groups, *extra, *words)
        parts = {}
        for name, sources in {
            "runtime": extra,
            "assets": ["--group", "assets"],
            "node": ["--group", "node"],
        }.items():
            part = Path(folder) / f"{name}.txt"
            compile_lock(uv, part, "--constraint", str(everything), *sources)
            parts[name] = part.read_text()
        LOCK.write_text(merge_sections(everything.read_text(), parts))
    npm = ["npm", "install", "--package-lock-only", "--omit-lockfile-registry-resolved"]
    npm += ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(npm, cwd=str(ROOT), check=True)
    NPM_LOCK.write_text(without_addresses(NPM_LOCK.read_text()))
    return 0


def own_uv(folder: Path) -> str:
    """Put uv into an environment of its own, for this one time."""
    create_venv(folder / "uv")
    install(folder / "uv", "uv")
    return str(folder / "uv" / "bin" / "uv")


def compile_lock(uv: str, target: Path, *sources: str) -> None:
    """One resolution for Linux and macOS and every Python from the oldest on."""
    command = [uv, "pip", "compile", "--quiet", "--universal", "--generate-hashes"]
    command += ["--no-emit-index-url", "--no-emit-find-links", "--no-header", "--no-annotate"]
    command += ["--python-version", ".".join(str(n) for n in OLDEST), "-o", str(target)]
    subprocess.run([*command, *sources], cwd=str(ROOT), check=True)


def merge_sections(everything: str, parts: "dict[str, str]") -> str:
    """The lock: the entries of `everything`, each in the first part that names it, else dev."""
    place: dict[str, str] = {}
    for section, text in parts.items():
        for entry in ENTRY.findall(text):
            place.setdefault(entry.split("==")[0], section)
    sections: dict[str, list[str]] = {name: [] for name in (*parts, "dev")}
    for entry in ENTRY.findall(everything):
        sections[place.get(entry.split("==")[0], "dev")].append(entry)
    head = "# Made by: python3 run.py lock\n"
    return head + "".join(f"# == {name} ==\n{''.join(sections[name])}" for name in sections)


def without_addresses(text: str) -> str:
    """package-lock.json without download and funding addresses; npm asks its own registry."""
    lock = json.loads(text)
    for package in lock["packages"].values():
        package.pop("funding", None)
        package.pop("resolved", None)
    return json.dumps(lock, indent=2) + "\n"


LINTS = {
    "Stil": ["-m", "ruff", "check", "."],
    "Typen": ["-m", "mypy"],
    "Pfeile": ["-c", "from importlinter.cli import lint_imports_command as c; c()"],
}
TASKS = {
    "help": show_help,
    "test": run_tests,
    "gate": run_gate,
    "quick": run_quick,
    "shots": run_shots,
    "lock": run_lock,
    "assets": run_assets,
}


def passes(name: str, command: "list[str]") -> bool:
    """Whether a step of the gate is content."""
    say(name + " …")
    command = [str(python_of(VENV)), *command]
    return subprocess.run(command, cwd=str(ROOT), check=False).returncode == 0


def hand_over(*words: str) -> NoReturn:
    """Become the program: signals and the exit code are its own."""
    sys.stdout.flush()
    python = str(python_of(VENV))
    os.execv(python, [python, *words])


def say(text: str) -> None:
    """Progress goes to standard error."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Hindrance as hindrance:
        sys.exit(f"kdnx: {hindrance}")
    except KeyboardInterrupt:
        sys.exit(130)
