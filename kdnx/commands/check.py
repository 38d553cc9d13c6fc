"""`check`: settings, database, row security, books, name clashes; one line each, exit 1 at a breach."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import packages_distributions

import click

from kdnx.commands.context import Context
from kdnx.db.pool import transaction
from kdnx.module import Check
from kdnx.viewer import Scope, Viewer
from kdnx.web.house import House

SYSTEM = Viewer(scope=Scope.SYSTEM)
PACKAGES = ("kdnx", "catalog", "procurement", "exchange")
NO_ROW_SECURITY = """
SELECT n.nspname || '.' || c.relname AS table FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'owner_id' AND NOT a.attisdropped
WHERE n.nspname IN ('kdnx', 'exchange', 'procurement') AND c.relkind = 'r' AND NOT c.relrowsecurity
  AND a.attnum = (SELECT i.indkey[0] FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)
  AND has_table_privilege('kdnx_app', c.oid, 'SELECT')
"""
ALTERABLE = """
SELECT table_schema || '.' || table_name AS table, privilege_type FROM information_schema.table_privileges
WHERE grantee IN ('kdnx_app', 'kdnx_ledger', 'PUBLIC') AND privilege_type IN ('UPDATE', 'DELETE', 'TRUNCATE')
  AND table_name IN ('transfer', 'confirmation', 'audit_event', 'ledger_cut', 'ledger_cut_head', 'invoice_line')
  AND table_schema IN ('kdnx', 'exchange')
"""
OWN_CHECKS = (
    Check("row_security", "Jede Tabelle mit Eigentümer hat Zeilenrechte.", NO_ROW_SECURITY),
    Check(
        "append_only", "Kein Zugang der Anwendung kann Buchungen oder Prüfspur ändern.", ALTERABLE
    ),
)


@dataclass(frozen=True)
class Finding:
    """The result of one check; `breaches` are the first rows found."""

    name: str
    meaning: str
    ok: bool
    breaches: Sequence[str] = ()


async def run_checks(house: House) -> list[Finding]:
    """All checks of all modules, under the application's login with scope system."""
    found = [_names()]
    for check in (*OWN_CHECKS, *(c for m in house.modules for c in m.checks)):
        async with transaction(house.pool, SYSTEM, read_only=True, now=house.clock()) as conn:
            rows = await conn.fetch(check.sql)
        found.append(
            Finding(check.name, check.meaning, not rows, tuple(str(dict(r)) for r in rows[:5]))
        )
    return found


def _names() -> Finding:
    owners = packages_distributions()
    foreign = [
        f"{p}: {', '.join(owners[p])}" for p in PACKAGES if set(owners.get(p, ())) - {"kdnx"}
    ]
    return Finding(
        "names", "Kein anderes Paket trägt einen unserer Namen.", not foreign, tuple(foreign)
    )


@click.command("check")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def check(context: Context, as_json: bool) -> None:
    """Einstellungen, Datenbank, Zeilenrechte und Bücher prüfen."""
    findings = context.with_house(run_checks)
    if as_json:
        click.echo(
            json.dumps(
                {"ok": all(f.ok for f in findings), "checks": [asdict(f) for f in findings]},
                ensure_ascii=False,
            )
        )
    else:
        for finding in findings:
            click.echo(
                f"{'in Ordnung ' if finding.ok else 'VERLETZT   '} {finding.name}: {finding.meaning}"
            )
            for breach in finding.breaches:
                click.echo(f"             {breach}")
    if not all(f.ok for f in findings):
        sys.exit(1)


COMMANDS = (check,)
