"""The lock files pin everything by hash and carry no address."""

import json
import re
import tomllib
from pathlib import Path

import pytest

import run

ROOT = run.ROOT
NAME = re.compile(r"[A-Za-z0-9._-]+")


def locked(section: str) -> dict[str, str]:
    text = run.read_sections(run.LOCK)[section]
    return {entry.split("==")[0]: entry for entry in run.ENTRY.findall(text)}


def project() -> dict[str, list[str]]:
    """Declared requirements by the section of the lock that has to hold them."""
    data = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = {
        "runtime": data["project"]["dependencies"]
        + data["project"]["optional-dependencies"]["embedded"],
        **data["dependency-groups"],
    }
    return {
        section: [NAME.match(word)[0].lower() for word in words]  # type: ignore[index]  # always begins with a name
        for section, words in wanted.items()
    }


@pytest.mark.parametrize("section", run.FOR_TESTS)
def test_every_package_is_pinned_by_hash(section: str) -> None:
    entries = locked(section)
    assert entries
    assert all("--hash=sha256:" in entry for entry in entries.values())
    # Nothing stands between the entries that pip would read unpinned.
    assert "".join(entries.values()).strip() == run.read_sections(run.LOCK)[section].strip()


@pytest.mark.parametrize("section", run.FOR_TESTS)
def test_what_the_project_declares_is_locked(section: str) -> None:
    missing = set(project()[section]) - set(locked(section))
    if section == "dev":  # a tool may also be needed at run time
        missing -= set(locked("runtime"))
    assert not missing, "python3 run.py lock writes it anew"


@pytest.mark.parametrize("name", ["requirements.lock", "package-lock.json", "package.json"])
def test_no_address_is_locked(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "://" not in text
    assert '"resolved"' not in text
    assert "index-url" not in text
    assert "find-links" not in text


def test_every_browser_package_is_pinned_by_hash() -> None:
    packages = json.loads(run.NPM_LOCK.read_text())["packages"]
    assert all(p["integrity"].startswith("sha512-") for path, p in packages.items() if path)
    declared = json.loads((ROOT / "package.json").read_text())
    versions = {**declared["dependencies"], **declared["devDependencies"]}
    assert all(re.fullmatch(r"[0-9.]+", version) for version in versions.values())
    assert {n: packages[f"node_modules/{n}"]["version"] for n in versions} == versions


def test_what_is_made_here_is_ignored() -> None:
    lines = (ROOT / ".gitignore").read_text().splitlines()
    for made in ("uv.lock", "/.venv/", "/.kdnx/", "/node_modules/", "/kdnx/web/static/vendor/"):
        assert made in lines


def test_lock_sections_take_each_package_once() -> None:
    everything = (
        "a==1 \\\n    --hash=sha256:1\nb==2 \\\n    --hash=sha256:2\nc==3 \\\n    --hash=x\n"
    )
    parts = {
        "runtime": "a==1 \\\n    --hash=sha256:1\n",
        "assets": everything[: everything.find("c=")],
    }
    target = run.merge_sections(everything, parts)
    assert re.findall(r"^(?:# == (\w+) ==|(\w)==)", target, re.MULTILINE) == [
        ("runtime", ""), ("", "a"), ("assets", ""), ("", "b"), ("dev", ""), ("", "c"),
    ]  # fmt: skip


def test_addresses_leave_the_package_lock() -> None:
    lock = {"packages": {"": {}, "x": {"resolved": "http://x", "funding": {"url": "http://y"}}}}
    assert "http" not in run.without_addresses(json.dumps(lock))


def test_the_licence_is_whole() -> None:
    text = Path(ROOT / "LICENSE").read_text()
    assert text.strip().startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2")
    assert "15.Applicable Law" in text
    assert "Appendix" in text
