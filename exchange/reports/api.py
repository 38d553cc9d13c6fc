"""The volume report as JSON."""

from exchange.reports.model import Volume
from exchange.reports.reading import read_volume
from exchange.reports.schemas import VolumeOut, VolumeQuery, VolumeRowOut
from kdnx.clock import berlin_day
from kdnx.viewer import Permission
from kdnx.web.api import Api
from kdnx.web.routing import Call

api = Api("reports")


def volume_out(v: Volume) -> VolumeOut:
    """The outside form, the same on the command line."""
    return VolumeOut(
        year=v.year, definition=v.definition, basis=v.basis, by=v.by, as_=v.as_, total_cents=v.total_cents,
        open_cents=v.open_cents, confirmed_share=float(v.confirmed_share), as_of=v.as_of,
        frozen_on=berlin_day(v.freeze.frozen_at) if v.freeze else None,
        rule_version=v.freeze.rule_version if v.freeze else None,
        rows=[VolumeRowOut(key=r.key, label=r.label, cents=r.cents) for r in v.rows],
    )  # fmt: skip


@api.get("/api/v1/reports/volume", permission=Permission.REPORT_READ)
async def get_volume_json(call: Call, *, query: VolumeQuery) -> VolumeOut:
    """Volume of a service year by one dimension."""
    found = await read_volume(
        call.conn, call.viewer, query.year, by=query.by, basis=query.basis, as_=query.as_
    )
    return volume_out(found)
