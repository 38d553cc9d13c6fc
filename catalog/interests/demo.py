"""Interests of the demonstration: new, in coordination, offered twice, overdue, declined, withdrawn, lapsed."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from catalog.continuing.actions import lapse_due
from catalog.interests.actions import express_interest, make_move, write_message
from catalog.interests.model import InterestEvent
from catalog.interests.offering import make_offer, propose_offer
from catalog.interests.schemas import NewInterest, OfferBody, WantedLine
from catalog.interests.store import Interest
from catalog.offerings import store as offerings
from kdnx.demo.scene import DemoFault, Scene
from kdnx.module import DemoStep
from kdnx.viewer import Scope, Viewer

E = InterestEvent
SYSTEM = Viewer(scope=Scope.SYSTEM)
WANTED = Decimal(40)
WRITERS = {"M21": "petra", "M24": "birgit", "M23": "erwin"}
# the walk through the demonstration asks for the data backup itself: nothing of hosting is asked for here
KINDS = ("FV", "PF", "POR", "SIC")


def writer(code: str) -> str:
    """Who writes for a member: the persona where there is one."""
    return WRITERS.get(code, f"{code}.a")


async def _offered(scene: Scene, provider: str, place: int) -> UUID:
    keys = [
        (scene.members[provider], f"{provider}-{k}-{n:02d}") for k in KINDS for n in range(1, 6)
    ]
    found = sorted((await offerings.find_ids(scene.conn, keys)).items(), key=lambda x: x[0][1])
    if not found:
        raise DemoFault(f"{provider}: no offering to ask for")
    return found[place % len(found)][1]


async def ask(scene: Scene, asker: str, provider: str, place: int, days_ago: int) -> Interest:
    """A member asks for a provider's offering so many days ago."""
    scene.at(days_ago, 8)
    viewer = await scene.act(writer(asker))
    first: date = (scene.began + timedelta(days=60)).date().replace(day=1)
    wish = NewInterest(
        offering_id=await _offered(scene, provider, place), starts_on=first,
        lines=[WantedLine(price=1, quantity=WANTED)], note="Bitte mit Übernahme der vorhandenen Daten.",
    )  # fmt: skip
    return await express_interest(scene.conn, viewer, wish)


async def take_up(scene: Scene, made: Interest, provider: str, days_ago: int) -> Interest:
    """The provider takes the interest up and asks back."""
    scene.at(days_ago, 9)
    viewer = await scene.act(writer(provider))
    await write_message(scene.conn, viewer, made.id, "Ab wann sollen die Daten übernommen werden?")
    return await make_move(
        scene.conn, viewer, made.id, E.COORDINATE, reason="", expected=made.row_version
    )


async def offer(
    scene: Scene, made: Interest, provider: str, days_ago: int, **over: Any
) -> Interest:
    """The provider offers what the catalogue proposes."""
    scene.at(days_ago, 11)
    viewer = await scene.act(writer(provider))
    p = await propose_offer(scene.conn, viewer, made)
    lines = [
        {
            "label": x.label, "unit": x.unit, "period": x.period, "quantity": x.quantity,
            "unit_price_micro": x.unit_price_micro, "price": x.price_ordinal,
        }
        for x in p.lines
    ]  # fmt: skip
    values = {
        "starts_on": p.starts_on, "valid_until": p.valid_until, "notice_months": p.notice_months, "billing": p.billing,
        "legal_basis": p.legal_basis, "legal_reason": p.legal_reason, "tax_code_1": p.tax_code_1,
        "tax_code_2": p.tax_code_2,
        "lines": lines,
    }  # fmt: skip
    body = OfferBody.model_validate({**values, **over}, strict=False)
    return await make_offer(scene.conn, viewer, made.id, body, expected=made.row_version)


async def interests(scene: Scene) -> None:
    """One thread in every state that people meet."""
    await ask(scene, "M24", "M21", 0, 2)
    await ask(scene, "M17", "M21", 1, 25)  # the answer is overdue
    await take_up(scene, await ask(scene, "M01", "M21", 2, 8), "M21", 6)
    made = await offer(
        scene, await take_up(scene, await ask(scene, "M24", "M23", 0, 12), "M23", 10), "M23", 5
    )
    await offer(scene, made, "M23", 3, note="Mit Schulung für zwei Personen, ohne Aufpreis.")
    await offer(
        scene, await ask(scene, "M23", "M21", 5, 9), "M21", 6
    )  # accepted when the exchange plays
    made = await ask(scene, "M06", "M23", 1, 15)
    scene.at(13)
    viewer = await scene.act("erwin")
    await make_move(
        scene.conn, viewer, made.id, E.DECLINE, reason="Bis Jahresende keine freien Kapazitäten.",
        expected=made.row_version,
    )  # fmt: skip
    made = await ask(scene, "M18", "M21", 3, 9)
    scene.at(7)
    viewer = await scene.act("M18.a")
    await make_move(
        scene.conn, viewer, made.id, E.WITHDRAW, reason="Der Bedarf ist entfallen.", expected=made.row_version
    )  # fmt: skip
    made = await ask(scene, "M16", "M21", 4, 60)
    scene.at(40)
    await offer(scene, made, "M21", 40, valid_until=(scene.began - timedelta(days=20)).date())
    scene.at(10)
    await scene.conn.act_as(SYSTEM)
    await lapse_due(scene.conn)


STEPS = (DemoStep("interests", 104, "Interessen vom ersten Wort bis zum Angebot", interests),)
