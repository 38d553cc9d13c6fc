"""Every door has a permission, every operation a name of its own, every setting and command its line in the handbook."""

import re
import subprocess
import sys
from dataclasses import fields

import pytest

from kdnx.config import Settings
from kdnx.viewer import Permission
from tests.house.rooms import ROOT

PUBLIC = {
    "GET /", "GET /health/live", "GET /health/ready", "GET /styleguide", "GET /help", "GET /glossary",
    "GET /accessibility", "GET /accessibility/report", "POST /accessibility/report", "POST /api/v1/token",
    "GET /feeds/{token}/contracts.ics",  # calendar programs do not sign in: the address is the secret
}  # fmt: skip
SIGN_IN = re.compile(r"^(GET|POST) /(login|logout|invitation|invitations)(/.*)?$")


def doors():
    from kdnx.app import MODULES

    return [d for m in MODULES for d in m.doors]


def operations():
    from kdnx.app import MODULES

    return [op for m in MODULES for api in m.apis for op in api.operations]


def test_only_known_doors_are_public():
    public = {f"{d.method} {d.path}" for d in doors() if d.permission == Permission.PUBLIC}
    assert {p for p in public - PUBLIC if not SIGN_IN.match(p)} == set()


def test_only_the_token_operation_is_public():
    assert {op.path for op in operations() if op.permission == Permission.PUBLIC} <= {
        "/api/v1/token"
    }


def test_a_door_stands_once():
    seen = [f"{d.method} {d.path}" for d in doors()]
    assert len(seen) == len(set(seen)), sorted({s for s in seen if seen.count(s) > 1})


def test_operation_names_are_unique():
    names = [op.function.__name__ for op in operations()]
    assert len(names) == len(set(names)), sorted({n for n in names if names.count(n) > 1})


def test_the_openapi_document_is_valid():
    import json

    from openapi_spec_validator import validate

    from kdnx.app import MODULES
    from kdnx.web import openapi

    validate(json.loads(openapi.document([a for m in MODULES for a in m.apis], "0")))


def handbook() -> str:
    return "\n".join(p.read_text(encoding="utf-8") for p in sorted((ROOT / "docs").rglob("*.md")))


@pytest.mark.parametrize("name", [f.name for f in fields(Settings)])
def test_every_setting_is_in_the_handbook(name):
    assert f"KDNX_{name.upper()}" in handbook()


def test_every_command_is_in_the_handbook():
    from kdnx.cli import main

    text = handbook()
    missing = [c for c in main.commands if f"kdnx {c}" not in text]
    assert not missing


def test_production_never_imports_the_launcher():
    code = "import kdnx.cli, sys; sys.exit('kdnx.db.embedded' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=ROOT).returncode == 0
