"""The Jinja environment: one prefix a feature, German filters, what every page shows around its content."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any

from jinja2 import BaseLoader, Environment, PackageLoader, PrefixLoader, StrictUndefined

from kdnx.text import _, ngettext
from kdnx.viewer import ROLE_LABELS, Permission, Viewer
from kdnx.web.formats import FILTERS

STATIC = Path(__file__).parent / "static"


@dataclass(frozen=True)
class ShellViewer:
    """The viewer as the header shows it."""

    name: str
    member_name: str
    role_labels: Sequence[str]


@dataclass(frozen=True)
class Shell:
    """What stands around the content of every page."""

    title: str = "kdnx"
    nav: Sequence[tuple[str, str, bool]] = ()
    group: Sequence[tuple[str, str, bool]] = ()
    viewer: ShellViewer | None = None
    task_count: int = 0
    notice_count: int = 0
    theme: str = ""
    lang: str = "de"
    csrf_token: str = ""
    form_key: str = ""
    flashes: Sequence[tuple[str, str]] = ()
    path: str = "/"
    demo: bool = False
    request_id: str = ""
    may: Mapping[str, bool] = field(default_factory=dict)
    personas_url: str = "/login"
    can_print: bool = True


@cache
def static_url(path: str) -> str:
    """The address of a file of ours with its checksum, so that it can be cached for ever."""
    file = STATIC / path
    version = sha256(file.read_bytes()).hexdigest()[:10] if file.is_file() else "0"
    return f"/static/{path}?v={version}"


def make_environment(packages: Mapping[str, str]) -> Environment:
    """`packages` maps a template prefix to the package that holds a `templates` folder."""
    loaders: dict[str, BaseLoader] = {
        prefix: PackageLoader(package, "templates") for prefix, package in packages.items()
    }
    env = Environment(
        loader=PrefixLoader(loaders),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=400,
    )
    env.install_gettext_callables(_, ngettext, newstyle=True)  # type: ignore[attr-defined]  # added by the i18n extension
    env.filters.update(FILTERS)
    env.globals["url_static"] = static_url
    return env


def shell_viewer(viewer: Viewer) -> ShellViewer | None:
    """The header's words for a viewer, or None when nobody is signed in."""
    if not viewer.is_known:
        return None
    labels = sorted(ROLE_LABELS[r] for r in viewer.roles)
    return ShellViewer(viewer.name, viewer.member_name, labels)


def rights(viewer: Viewer) -> Mapping[str, bool]:
    """Every permission by its value: what templates ask as `shell.may['offering.edit']`."""
    return _rights(viewer.permissions, is_known=viewer.is_known)


@lru_cache(maxsize=256)
def _rights(held: frozenset[Permission], *, is_known: bool) -> Mapping[str, bool]:
    return MappingProxyType(
        {p.value: p == Permission.PUBLIC or (is_known and p in held) for p in Permission}
    )


def render(env: Environment, name: str, values: Mapping[str, Any]) -> str:
    """The page as text."""
    return env.get_template(name).render(values)
