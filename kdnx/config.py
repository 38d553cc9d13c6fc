"""Settings from the environment, read once at start; every one is described in the handbook."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from kdnx.errors import Invalid


@dataclass(frozen=True)
class Settings:
    """All settings; the environment name of `base_url` is `KDNX_BASE_URL` and so on."""

    database_url: str = ""
    owner_url: str = ""
    data_dir: Path = Path(".kdnx")
    secret_file: Path | None = None
    base_url: str = ""
    smtp_url: str = ""
    mail_from: str = "kdnx@localhost"
    pg_bin: str = ""
    pool_size: int = 10
    db_prepared: bool = True
    scanner_address: str = ""
    upload_limit_mb: int = 25
    session_hours: int = 10
    api_rate_per_minute: int = 600
    sign_in_rate_per_minute: int = 20
    trusted_proxies: str = ""
    log_format: str = "text"
    demo: bool = False

    @property
    def secure_cookies(self) -> bool:
        """Cookies get Secure and the __Host- prefix when the public address is https."""
        return self.base_url.startswith("https://")

    def secret(self) -> str:
        """The key of short-lived signed cookies; made once in the data folder unless a file is named."""
        path = self.secret_file or self.data_dir / "secret"
        if not path.exists():
            if self.secret_file:
                raise Invalid(f"KDNX_SECRET_FILE nennt {path}, die Datei fehlt.")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(48))
        return path.read_text().strip()


def read_settings(environ: Mapping[str, str] = os.environ, **over: object) -> Settings:
    """Settings from `KDNX_*` variables, then `over`; Invalid names the variable that cannot be read."""
    values: dict[str, object] = {}
    for f in fields(Settings):
        name = "KDNX_" + f.name.upper()
        raw = environ.get(name)
        if raw is None or raw == "":
            continue
        values[f.name] = _read(name, raw, f.type)
    return Settings(**{**values, **over})  # type: ignore[arg-type]  # checked by _read and the callers


def _read(name: str, raw: str, kind: object) -> object:
    if kind is bool or kind == "bool":
        if raw.lower() not in {"0", "1", "true", "false", "ja", "nein"}:
            raise Invalid(f"{name}: „{raw}“ ist weder 1 noch 0.")
        return raw.lower() in {"1", "true", "ja"}
    if kind is int or kind == "int":
        if not raw.isdigit():
            raise Invalid(f"{name}: „{raw}“ ist keine ganze Zahl.")
        return int(raw)
    if kind is str or kind == "str":
        return raw
    return Path(raw)
