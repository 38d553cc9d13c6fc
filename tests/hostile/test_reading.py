"""Whatever a stranger fetches, by whatever id: nothing of the pair's, and the same answer as for an unknown id."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from httpx import Response
from pydantic import BaseModel

from kdnx.clock import berlin_day, read_clock
from tests.hostile.conftest import UNKNOWN, Stage, Stranger, said
from tests.hostile.planting import CENTS, MARK, PREFIX, REST, SHOWN
from tests.hostile.routes import Address, every_address, is_secret_field

READS = [a for a in every_address() if a.method == "GET"]
OTHER_WORD = "zqyanfang"
# a sign-out or a round trip to a provider is no reading
LEFT_OUT = {"GET /logout"}
MIGHT = {200, 302, 303, 304, 307, 400, 401, 403, 404, 409, 422, 428}


def leaks(response: Response, stranger: Stranger) -> list[str]:
    """What of the pair's stands in the answer."""
    words = [REST] if stranger.name == "committee" else [REST, *SHOWN]
    text = response.text + "\n".join(f"{k}: {v}" for k, v in response.headers.items())
    return [w for w in words if w.lower() in text.lower()]


def params_of(address: Address, secret: UUID, word: str) -> Iterator[dict[str, Any]]:
    """The query with one thing asked for at a time: each id, each text."""
    for schema in address.queries:
        for name, field in schema.model_fields.items():
            if is_secret_field(name, field.annotation):
                yield {**needed(schema), name: str(secret)}
            elif name in {"q", "text", "search"}:
                yield {**needed(schema), name: word}


def needed(schema: type[BaseModel]) -> dict[str, Any]:
    """Texts that a query must have beside."""
    return {
        n: "order"
        for n, f in schema.model_fields.items()
        if f.is_required() and f.annotation is str
    }


def everything(stage: Stage) -> Iterator[tuple[Address, str, UUID | None]]:
    """Every address to read with every id that fits."""
    for address in READS:
        if address.label not in LEFT_OUT:
            for url, one in address.urls(stage.secrets.ids):
                yield address, url, one


async def test_the_answer_for_a_foreign_id_is_that_for_an_unknown_one(
    stage: Stage, stranger: Stranger
) -> None:
    for address, url, one in everything(stage):
        answer = await stranger.get(url)
        assert not leaks(answer, stranger), f"{stranger.name} {url}"
        assert answer.status_code in MIGHT, f"{stranger.name} {url} {answer.status_code}"
        if one is None:
            continue
        unknown = await stranger.get(url.replace(str(one), str(UNKNOWN)))
        assert said(answer, one) == said(unknown, UNKNOWN), f"{stranger.name} {address.label} {url}"
        if stranger.name != "nobody":
            assert answer.status_code in {403, 404}, f"{stranger.name} {url} {answer.status_code}"


async def test_asking_by_query_finds_nothing(stage: Stage, stranger: Stranger) -> None:
    for address in READS:
        if address.takes_id:
            continue
        url = next(address.urls(stage.secrets.ids))[0]
        for secret in (group[0] for group in stage.secrets.ids.values()):
            for params, other in zip(
                params_of(address, secret, PREFIX),
                params_of(address, UNKNOWN, OTHER_WORD),
                strict=True,
            ):
                answer, unknown = (
                    await stranger.get(url, **params),
                    await stranger.get(url, **other),
                )
                assert not leaks(answer, stranger), f"{stranger.name} {url} {params}"
                assert said(answer, secret, PREFIX) == said(unknown, UNKNOWN, OTHER_WORD), (
                    f"{stranger.name} {url} {params}"
                )
            if not any(
                is_secret_field(n, f.annotation)
                for s in address.queries
                for n, f in s.model_fields.items()
            ):
                break  # no id is asked for: once is enough


async def test_the_feed_tells_a_stranger_nothing(stage: Stage) -> None:
    for name in ("fremd", "machine"):
        answer = await stage.strangers[name].get("/api/v1/changes", limit=200)
        assert answer.status_code == 200
        told = {item["object_id"] for item in answer.json()["items"]}
        assert told.isdisjoint({str(i) for i in stage.secrets.flat})


async def test_the_party_does_see_what_is_planted(stage: Stage) -> None:
    """The probe can find: else the tests above would prove nothing."""
    ids, party = stage.secrets.ids, stage.party
    for url in (
        f"/offerings/{ids['offerings'][0]}", f"/bookings/{ids['bookings'][0]}", f"/documents/{ids['documents'][0]}",
        f"/demands/{ids['demands'][0]}", f"/search?q={PREFIX}", f"/offerings?q={PREFIX}", "/tasks", "/bookings?view=all",
        f"/api/v1/offerings/{ids['offerings'][0]}", f"/api/v1/bookings/{ids['bookings'][0]}", "/api/v1/transfers",
        f"/cooperations/{ids['cooperations'][0]}", "/inhouse", f"/settlements/{ids['settlements'][0]}",
        f"/settlements/{ids['settlements'][0]}/members/{stage.cast.sued.id}/match", f"/planning/{berlin_day(read_clock()).year + 1}",
        "/reports?year=2019",
    ):  # fmt: skip
        answer = await party.get(url)
        assert answer.status_code == 200, url
        assert (
            MARK in answer.text.lower() or str(CENTS) in answer.text or SHOWN[0] in answer.text
        ), url
    feed = await party.get("/api/v1/changes", limit=200)
    assert str(ids["bookings"][0]) in feed.text
