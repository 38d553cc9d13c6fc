"""In the demonstration the request without a fitting answer becomes a free demand."""

from decimal import Decimal

from kdnx.demo.scene import DemoFault, Scene
from kdnx.module import DemoStep
from procurement.carried import store
from procurement.carried.actions import carry_request
from procurement.responses.model import Amount, GridErrors
from procurement.responses.schemas import FreeIn, read_rest

UNFIT = "Sprachassistenz für Gebärdensprache"


async def carried_request(scene: Scene) -> None:
    """Birgit takes the need that no member can meet over into a demand."""
    scene.at(24)
    viewer = await scene.act("birgit")
    request_id = await store.find_decided(scene.conn, UNFIT, viewer.members)
    if request_id is None:
        raise DemoFault(f"{UNFIT}: no decided request")
    year = scene.conn.today.year + 1
    years = {y: Amount(Decimal(600), Decimal(900), Decimal(1200)) for y in (year, year + 1)}
    form = FreeIn(title=UNFIT, cpv="72000000-5", unit="Termine im Jahr",
                  spec="Begleitung von Terminen im Bürgerbüro in Deutscher Gebärdensprache, "
                       "ohne Voranmeldung.")  # fmt: skip
    await carry_request(
        scene.conn, viewer, request_id, form, years, read_rest(1, "non_binding", {}, GridErrors())
    )


STEPS = (DemoStep("requests.carried", 115, "Gesuch in einen Bedarf übernommen", carried_request),)
