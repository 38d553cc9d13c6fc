"""The JSON interface under generated input: documented answers only, each as its schema says, never a 500."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import one_of

from kdnx.app import MODULES
from kdnx.audit.actions import finish
from kdnx.auth.actions import start_session
from kdnx.db.pool import open_pool, transaction
from kdnx.viewer import Scope, Viewer
from kdnx.web import openapi
from tests.cast import make_cast
from tests.conftest import Cluster, clone
from tests.hostile.planting import Secrets, plant
from tests.serving import Serving

pytestmark = pytest.mark.slow
DOCUMENT = json.loads(openapi.document([a for m in MODULES for a in m.apis], "0"))
OPERATIONS = [(path, method) for path, item in DOCUMENT["paths"].items() for method in item]
# A rule of the domain may refuse what its schema admits; who is signed in and what exists is tested elsewhere.
NOT_HERE = (
    "positive_data_acceptance",
    "ignored_auth",
    "use_after_free",
    "ensure_resource_availability",
)
SYSTEM = Viewer(scope=Scope.SYSTEM)


@dataclass(frozen=True)
class Probes:
    """The document as schemathesis reads it, and the checks that are not for here."""

    schema: Any
    left_out: list[Any]


@pytest.fixture(scope="session")
def probes() -> Probes:
    """Imported only where it is used: it takes a second."""
    import schemathesis  # as said
    from schemathesis.checks import CHECKS, load_all_checks  # as said

    load_all_checks()
    known = set(CHECKS.get_all_names())
    # a wrong If-Match is told as such, whatever else is wrong
    refusing = {
        "expected-statuses": [400, 401, 403, 404, 405, 406, 409, 412, 413, 415, 422, 428, 429]
    }
    config = schemathesis.Config.from_dict({"checks": {"negative_data_rejection": refusing}})
    return Probes(
        schemathesis.openapi.from_dict(DOCUMENT, config=config),
        CHECKS.get_by_names([n for n in NOT_HERE if n in known]),
    )


@dataclass(frozen=True)
class Fuzzed:
    """A running server, what is in it, and the headers that sign in."""

    address: str
    secrets: Secrets
    headers: dict[str, str]

    def known(self, path: str, drawn: UUID | str) -> str:
        """A real id for the drawn one in three of four cases; the same for the same draw."""
        nouns = [p for p in path.removeprefix("/api/v1").split("/") if p and not p.startswith("{")]
        found = [i for noun in nouns for i in self.secrets.ids.get(noun, ())]
        place = sum(str(drawn).encode())
        return str(found[place % len(found)]) if found and place % 4 else str(drawn)


@pytest.fixture(scope="session")
async def fuzzed(
    cluster: Cluster, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Fuzzed]:
    """`kdnx serve` over a database of its own, signed in as a person of the delivering member."""
    name = await clone(cluster, template)
    pool = await open_pool(cluster.app_dsn(name), size=1)
    async with transaction(pool, SYSTEM, finish=finish) as conn:
        cast = await make_cast(conn)
    async with transaction(pool, SYSTEM, finish=finish) as conn:
        secrets = await plant(conn, cast)
        await conn.act_as(SYSTEM)
        viewer = cast.nord.viewer
        assert viewer.person_id is not None
        token = await start_session(
            conn, viewer.person_id, cast.nord.id, viewer.scope, user_agent="Probe"
        )
        csrf = await conn.fetchval(
            "SELECT csrf_token FROM kdnx.session WHERE id_hash = sha256(convert_to($1, 'UTF8'))",
            token,
        )
    await pool.close()
    folder: Path = tmp_path_factory.mktemp("fuzz")
    environment = {
        "KDNX_DATABASE_URL": cluster.app_dsn(name),
        "KDNX_API_RATE_PER_MINUTE": "1000000",
    }
    server = Serving(
        ["--data", str(folder), "serve", "--no-jobs"], folder / "log", environment=environment
    )
    server.start()
    headers = {
        "cookie": f"kdnx_session={token}",
        "x-csrf-token": csrf,
        "sec-fetch-site": "same-origin",
    }
    yield Fuzzed(server.address, secrets, headers)
    server.stop()


def mixed(operation: Any) -> Any:
    """Requests that fit the schema, and requests that do not."""
    from schemathesis import GenerationMode  # as `probes`

    return one_of(
        *(
            operation.as_strategy(generation_mode=mode)
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
        )
    )


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_operation(path: str, method: str, fuzzed: Fuzzed, probes: Probes) -> None:
    @settings(
        derandomize=True, max_examples=15, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=mixed(probes.schema[path][method]))
    def probe(case: Any) -> None:
        for name, drawn in (case.path_parameters or {}).items():
            case.path_parameters[name] = fuzzed.known(path, drawn)
        response = case.call(base_url=fuzzed.address, headers=fuzzed.headers)
        case.validate_response(response, excluded_checks=probes.left_out, headers=fuzzed.headers)

    probe()
