"""The landscape of the demonstration: tasks of offerings, declarations of most houses, standards. All invented."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

from catalog.applications.actions import confirm_declarations
from catalog.applications.store import list_proposals
from catalog.capabilities.actions import set_offering_tasks
from catalog.capabilities.model import Capability, OfferingTask, Serving
from catalog.capabilities.store import list_capabilities, list_serving
from catalog.landscape.invented import SERVES, STANDARDS, STEMS, SUFFIXES, VENDORS
from catalog.offerings.model import State
from catalog.offerings.store import list_heads
from catalog.standards.actions import (
    adopt_standard,
    create_standard,
    save_standard,
    set_tasks,
    submit_standard,
)
from catalog.standards.model import Standard
from catalog.standards.schemas import StandardBody
from catalog.standards.statements import Statement, state_conformity
from kdnx.demo.scene import Scene
from kdnx.members.model import Member
from kdnx.members.store import list_members
from kdnx.module import DemoStep

SEED = 1050
# houses that have not said anything yet, and houses that said something and did not confirm
SILENT = {"M05", "M13", "M19", "M26"}
UNCONFIRMED = {"M03", "M11", "M16", "M24"}
WORKPLACE_SHARE = 0.0015


async def offering_tasks(scene: Scene) -> None:
    """Every provider says which task its offerings serve, as far as the title tells."""
    scene.at(60)
    office = await scene.act_as_office()
    tasks = {c.code: c.id for c in await list_capabilities(scene.conn)}
    heads = [h for h in await list_heads(scene.conn, office) if h.state == State.PUBLISHED]
    codes = {v: k for k, v in scene.members.items()}
    for owner in sorted({h.owner_id for h in heads}, key=lambda m: codes[m]):
        viewer = await scene.act(f"{codes[owner]}.a")
        for head in heads:
            found = next((c for words, c in SERVES.items() if words in head.title), None)
            if head.owner_id == owner and found:
                wanted = [OfferingTask(head.id, tasks[found])]
                await set_offering_tasks(scene.conn, viewer, head.id, wanted)


async def applications(scene: Scene) -> None:
    """Most houses declare what they run, by file; most of these confirm."""
    scene.at(30)
    await scene.act_as_office()
    random = Random(SEED)  # noqa: S311  # the same landscape every time is the point
    members = [m for m in await list_members(scene.conn) if m.state == "active" and not m.is_hub]
    tasks = [c for c in await list_capabilities(scene.conn) if c.parent_id]
    serving = await list_serving(scene.conn)
    rows: list[dict[str, Any]] = []
    for member in (m for m in members if m.code not in SILENT):
        rows += await _rows_of(scene, random, member, members, tasks, serving)
    await scene.bring("applications", rows)
    for code in sorted(m.code for m in members):
        if code in SILENT | UNCONFIRMED:
            continue
        scene.at(random.randint(3, 29))
        viewer = await scene.act(f"{code}.a")
        await confirm_declarations(scene.conn, viewer, scene.members[code])


async def _rows_of(
    scene: Scene, random: Random, member: Member, members: Sequence[Member],
    tasks: Sequence[Capability], serving: Sequence[Serving],
) -> list[dict[str, Any]]:  # fmt: skip
    codes = {m.id: m.code for m in members}
    received = {p.capability_id: p.provider_id for p in await list_proposals(scene.conn, member.id)}
    gives = {o.capability_id for o in serving if o.owner_id == member.id}
    out = []
    for task in tasks:
        # what the exchange knows of an unconfirmed house stays a proposal
        if task.id in received and member.code in UNCONFIRMED:
            continue
        if task.id not in received and task.id not in gives and random.random() < 0.28:
            continue
        source = received.get(task.id)
        if source is None and task.id not in gives and random.random() < 0.2:
            givers = sorted(
                codes[o.owner_id]
                for o in serving
                if o.capability_id == task.id and o.owner_id in codes and o.owner_id != member.id
            )
            source = scene.members[random.choice(givers)] if givers else None
        code = codes.get(source) if source else None
        out.append(_row(scene, random, member, task, code, own=task.id in gives))
    return out


def _row(
    scene: Scene, random: Random, member: Member, task: Capability, source: str | None, *, own: bool
) -> dict[str, Any]:
    # two or three products of a task are common, the others rare; the market leader differs by task
    count = 2 + (len(task.code) % 4)
    place = min(int(random.expovariate(0.8)), count - 1)
    mode = "from_member" if source else "own" if own or random.random() < 0.62 else "market"
    users = max(
        4, int((member.inhabitants or 40_000) * WORKPLACE_SHARE * random.uniform(0.05, 0.6))
    )
    unit = (
        random.uniform(60, 190) * (1.6 if users < 60 else 1) * (0.8 if mode == "from_member" else 1)
    )
    told = random.random() < 0.72
    today = scene.conn.now.date()
    end = today + timedelta(days=random.randint(60, 1700)) if random.random() < 0.7 else None
    vendor = VENDORS[(place + len(task.name)) % len(VENDORS)]
    return {
        "member_code": member.code, "capability": task.code,
        "product": f"{STEMS[task.code]}-{SUFFIXES[(place + len(task.code)) % len(SUFFIXES)]}", "vendor": vendor,
        "mode": mode, "from_member": source or "", "users": users,
        "yearly_cost": f"{round(users * unit / 50) * 50 + 500}.00" if told else "",
        "used_since": f"{random.randint(2008, 2024)}-01-01", "contract_end": end.isoformat() if end else "",
        "is_new_product": "ja",
    }  # fmt: skip


async def standards(scene: Scene) -> None:
    """Working groups write, the office adopts, providers state conformity or deviation."""
    tasks = {c.code: c.id for c in await list_capabilities(scene.conn)}
    for spec in STANDARDS:
        scene.at(spec["days_ago"])
        author = await scene.act("erwin")
        head = await create_standard(scene.conn, author, _body(spec, scene))
        wanted = [tasks[c] for c in spec["tasks"]]
        head = await set_tasks(scene.conn, author, head.id, head.row_version, wanted)
        if spec["stays_draft"]:
            continue
        head = await _adopt(scene, head)
        await _statements(scene, head, wanted)
        if spec.get("next_text"):
            scene.at(spec["days_ago"] // 3)
            author = await scene.act("erwin")
            body = _body({**spec, "text": spec["next_text"], "note": spec["next_note"]}, scene)
            head = await save_standard(scene.conn, author, head.id, head.row_version, body)
            await _adopt(scene, head)


def _body(spec: Mapping[str, Any], scene: Scene) -> StandardBody:
    today = scene.conn.now.date()
    return StandardBody(
        working_group=spec["group"], title=spec["title"], text=spec["text"], binding=spec["binding"],
        change_note=spec.get("note", ""), review_on=today + timedelta(days=spec["review_days"]),
    )  # fmt: skip


async def _adopt(scene: Scene, head: Standard) -> Standard:
    author = await scene.act("erwin")
    head = await submit_standard(scene.conn, author, head.id, head.row_version)
    second = await scene.act("gisela")
    return await adopt_standard(scene.conn, second, head.id, head.row_version)


async def _statements(scene: Scene, head: Standard, tasks: Sequence[UUID]) -> None:
    """Of the offerings concerned two thirds conform, some deviate with a reason, the others say nothing."""
    await scene.act_as_office()
    codes = {v: k for k, v in scene.members.items()}
    found = [o for o in await list_serving(scene.conn) if o.capability_id in tasks]
    for n, offer in enumerate(found):
        if n % 5 == 4:
            continue
        viewer = await scene.act(f"{codes[offer.owner_id]}.a")
        reason = "Der laufende Vertrag lässt die Umstellung erst zum nächsten Jahreswechsel zu."
        said = Statement(head.id, n % 4 != 3, "" if n % 4 != 3 else reason)
        await state_conformity(scene.conn, viewer, offer.offering_id, [said])


STEPS = (
    DemoStep("landscape.tasks", 110, "Aufgaben der Leistungen", offering_tasks),
    DemoStep("landscape.applications", 112, "Anwendungen der Häuser", applications),
    DemoStep("landscape.standards", 114, "Standards der Arbeitskreise", standards),
)
