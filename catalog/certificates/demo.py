"""The demonstration's proofs, relation and free capacity: one proof is about to end. All of it is invented."""

from datetime import timedelta

from catalog.certificates.actions import SYSTEM, add_certificate, warn
from catalog.certificates.schemas import CertificateBody
from catalog.offerings.store import list_heads
from catalog.relations.actions import add_relation
from catalog.relations.model import RelationKind
from kdnx.demo.scene import Scene
from kdnx.ids import named_id
from kdnx.module import DemoStep


async def proofs(scene: Scene) -> None:
    """Petra enters two proofs and says which offering another one needs."""
    scene.at(3)
    viewer = await scene.act("petra")
    mine = [h for h in await list_heads(scene.conn, viewer) if h.state == "published"]
    wanted = {
        named_id("category", code): n for n, code in enumerate(("hosting", "line_of_business"))
    }
    heads = [
        h
        for h in sorted(mine, key=lambda h: wanted.get(h.category_id, 9))
        if h.category_id in wanted
    ]
    today = scene.conn.today
    for n, head in enumerate(heads[:4]):
        body = {
            "kind": "iso_27001" if n % 2 else "iso_27001_grundschutz",
            "issuer": "Prüfstelle Muster (erfunden)",
            "number": f"M-{2600 + n}",
            "scope": "Betrieb des Rechenzentrums",
            "valid_to": today + timedelta(days=400 if n else 45),
            "is_required": n == 0,
        }
        certificate = CertificateBody.model_validate(body, strict=False)
        await add_certificate(scene.conn, viewer, head.id, certificate)
    if len(heads) > 1:
        await add_relation(
            scene.conn, viewer, heads[-1].id, RelationKind.DEPENDS_ON, heads[0].number
        )
    await scene.conn.act_as(SYSTEM)
    await warn(scene.conn)


STEPS = (DemoStep("offerings.proofs", 130, "Nachweise und Zusammenhänge", proofs),)
