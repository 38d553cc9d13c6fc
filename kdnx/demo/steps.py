"""The ground's own part of the script: alliance, members, people, files, and the merger of 2024."""

from datetime import date, timedelta
from typing import Any

from kdnx.access.actions import grant_role
from kdnx.auth.actions import create_person
from kdnx.demo import rows, store
from kdnx.demo.catalogue import read_rows
from kdnx.demo.people import ISSUER, PERSONAS, colleagues
from kdnx.demo.scene import OFFICE_CODE, Scene
from kdnx.demo.supply import FIRST, LAST, MERGED, MERGED_ON, SUCCESSOR
from kdnx.members.actions import found_alliance, found_hub
from kdnx.members.schemas import SuccessionForm
from kdnx.module import DemoStep
from kdnx.rules.actions import approve_rule, enter_rule
from kdnx.succession.actions import carry_out_succession, propose_succession

BEGAN = date(2004, 1, 1)
AUDIT_BEGINS, AUDIT_DAYS = timedelta(days=30), timedelta(days=360)


async def found(scene: Scene) -> None:
    """The alliance, its members and its hub."""
    await found_alliance(
        scene.conn,
        name="Beispielverbund NRW (Demonstration)",
        short_name="Beispielverbund",
        is_demo=True,
    )
    await scene.bring("members", read_rows("members.csv"))
    codes = await store.list_codes(scene.conn)
    await found_hub(scene.conn, codes[OFFICE_CODE], BEGAN)


async def people(scene: Scene) -> None:
    """Personas, and two colleagues at every member, the hub too: it declares for itself like the others."""
    viewer = await scene.act_as_office()
    codes = sorted(set(scene.members) - set(MERGED))
    for player in (*PERSONAS, *colleagues(sorted(scene.members))):
        if not player.is_persona and player.member not in codes:
            continue
        mail = f"{player.key}@{player.member.lower()}.example"
        person = await create_person(
            scene.conn,
            issuer=ISSUER,
            subject=player.key,
            display_name=player.name,
            email=mail,
            is_persona=player.is_persona,
        )
        for role in player.roles:
            is_audit = role.value == "auditor"  # audit is time-boxed
            since = scene.conn.today - AUDIT_BEGINS if is_audit else date(2020, 1, 1)
            until = since + AUDIT_DAYS if is_audit else None
            await grant_role(
                scene.conn,
                viewer,
                person,
                scene.members[player.member],
                role,
                since,
                until,
            )


async def offerings(scene: Scene) -> None:
    """The catalogue."""
    await scene.bring(
        "offerings", [*rows.offering_rows(scene.members), *rows.merged_offering_rows(ended=False)]
    )


async def orders(scene: Scene) -> None:
    """The running and ended orders as Altbestand."""
    await scene.bring("orders", rows.order_rows(scene.conn.today))


def year_step(year: int, half: str) -> DemoStep:
    """The bookings of a year (`half` 'all', or 'before' and 'after' the merger)."""

    async def run(scene: Scene) -> None:
        brought = rows.booking_rows(year, half, scene.conn.today)
        if brought:
            await scene.bring("bookings", brought)

    after = year > MERGED_ON.year or half == "after"
    title = (
        f"Buchungen {year}"
        + {"all": "", "before": " bis zum Zusammenschluss", "after": " danach"}[half]
    )
    return DemoStep(f"bookings.{year}.{half}", (60 if after else 40) + year - FIRST, title, run)


async def merger(scene: Scene) -> None:
    """Two members became one in mid-2024: proposed by one person, carried out by another."""
    scene.at(29)
    parts: list[Any] = [s for m in scene.modules for s in m.successions]
    for code in MERGED:
        viewer = await scene.act("anton")
        form = SuccessionForm(
            predecessor_id=scene.members[code],
            successor_id=scene.members[SUCCESSOR],
            effective_on=MERGED_ON,
            kind="merger",
            basis="Zusammenschluss nach § 22a GkG NRW (erfunden)",
        )
        plan = await propose_succession(scene.conn, viewer, form)
        await carry_out_succession(scene.conn, await scene.act("agathe"), plan.id, parts)
    await scene.bring("offerings", rows.merged_offering_rows(ended=True))


async def rules(scene: Scene) -> None:
    """The hub's surcharge in force since the beginning, and a new one that waits for its second person."""
    scene.at(30)
    viewer = await scene.act("julia")
    rule_id = await enter_rule(
        scene.conn,
        viewer,
        kind="surcharge",
        key="hub",
        valid_from=date(2021, 1, 1),
        value={"pct": "1.5", "fee_cents": 0},
        source="Beschluss der Verbandsversammlung vom 12.11.2020 (erfunden)",
    )
    await approve_rule(
        scene.conn, await scene.act("viktor"), rule_id, row_version=1, note="geprüft"
    )
    scene.at(2)
    await enter_rule(
        scene.conn,
        await scene.act("theo"),
        kind="surcharge",
        key="hub",
        valid_from=date(scene.began.year + 1, 1, 1),
        value={"pct": "1.8", "fee_cents": 0},
        source="Entwurf des Wirtschaftsplans (erfunden)",
        note="steigende Kosten der Prüfung",
    )


MERGER_YEAR = MERGED_ON.year
STEPS = (
    DemoStep("members", 10, "Verbund und Mitglieder", found),
    DemoStep("people", 20, "Personen und Rollen", people),
    DemoStep("rules", 25, "Regeln des Verbunds", rules),
    DemoStep("offerings", 30, "Leistungskatalog", offerings),
    DemoStep("orders", 35, "Leistungsscheine", orders),
    *(year_step(y, "all") for y in range(FIRST, MERGER_YEAR)),
    year_step(MERGER_YEAR, "before"),
    DemoStep("merger", 55, "Zusammenschluss 2024", merger),
    year_step(MERGER_YEAR, "after"),
    *(year_step(y, "all") for y in range(MERGER_YEAR + 1, LAST + 1)),
)
