"""Draw a sample, enter findings, close the sheet, draw again to compare; auditors alone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from secrets import token_hex
from uuid import UUID

from exchange.ledger.store import list_heads
from exchange.samples import store
from exchange.samples.model import (
    Drawn,
    Finding,
    Item,
    Measure,
    Method,
    Outcome,
    Population,
    Sample,
    SampleEvent,
    SampleState,
    advance,
    check_drawing,
    evidence_of,
    outcome_of,
    sheet_of,
    steps_of,
)
from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.errors import FieldError, Forbidden, Invalid, NotFound, Refused, Stale
from kdnx.ids import new_id
from kdnx.numbers.actions import draw
from kdnx.text import _
from kdnx.viewer import Permission, Scope, Viewer, require

SHORTEST_SEED = 4


@dataclass(frozen=True)
class Wanted:
    """What is to be drawn; an empty `seed` lets the program choose one."""

    title: str
    year: int
    method: Method = Method.MONEY_UNIT
    wanted: int = 25
    seed: str = ""
    purpose: str = ""
    provider_id: UUID | None = None
    recipient_id: UUID | None = None
    category_id: UUID | None = None


@dataclass(frozen=True)
class Sheet:
    """A sample with its items and the result in figures."""

    sample: Sample
    items: Sequence[Item]
    outcome: Outcome


@dataclass(frozen=True)
class Redrawn:
    """A second drawing: the population of that day measured again, and whether the same rows came out."""

    measure: Measure
    same_population: bool
    same_items: bool
    evidence: bytes
    same_evidence: bool

    @property
    def holds(self) -> bool:
        """Population, rows and proof are those of the first drawing."""
        return self.same_population and self.same_items and self.same_evidence


def require_auditor(viewer: Viewer) -> None:
    """Forbidden for everybody but an auditor with a running right."""
    require(viewer, Permission.SAMPLE_DRAW)
    if viewer.scope != Scope.AUDIT or viewer.person_id is None:
        raise Forbidden(
            _("Stichproben zieht nur die Revision."),
            rule=_("Was geprüft wird, wissen vorab nur die Prüfenden."),
        )


async def draw_sample(conn: Conn, viewer: Viewer, wanted: Wanted) -> Sample:
    """Measure the population, draw by seed, keep both; recorded in the audit chain of every drawn member.

    Invalid for a seed too short, Refused (`population_empty`, `population_too_large`).
    """
    require_auditor(viewer)
    seed = wanted.seed.strip() or token_hex(8)
    if len(seed) < SHORTEST_SEED:
        text = _("Der Startwert braucht mindestens 4 Zeichen.")
        raise Invalid(text, errors=[FieldError("seed", text)])
    heads = {str(owner): seq for owner, seq, _hash in await list_heads(conn)}
    population = Population(
        wanted.year, wanted.provider_id, wanted.recipient_id, wanted.category_id, heads
    )
    measure = await store.measure(conn, population)
    check_drawing(measure)
    drawn = await _draw(conn, population, wanted.method, seed, wanted.wanted, measure)
    sample = _new_sample(conn, viewer, wanted, seed, population, measure)
    sample = replace(sample, number=(await draw(conn, "P", conn.today.year))[0])
    sample = replace(sample, evidence=evidence_of(sample, drawn))
    await store.insert_sample(conn, sample, drawn)
    record(
        conn, viewer, "sample.draw", object_kind="audit_sample", object_id=sample.id, owner_id=sample.owner_id,
        reason=sample.number, after={"evidence": sample.evidence.hex()},
    )  # fmt: skip
    _note_looks(conn, viewer, sample, [(d.owner_id, d.recipient_id) for d in drawn])
    return sample


def _new_sample(
    conn: Conn,
    viewer: Viewer,
    wanted: Wanted,
    seed: str,
    population: Population,
    measure: Measure,
) -> Sample:
    assert viewer.person_id is not None  # noqa: S101  # require_auditor has seen it
    return Sample(
        viewer.owner_id, new_id(), "", wanted.title.strip(), wanted.purpose.strip(), wanted.method.value,
        wanted.wanted, seed, wanted.year, wanted.provider_id, wanted.recipient_id, wanted.category_id,
        population.heads, measure.rows, measure.cents, measure.hash, b"", viewer.person_id,
        conn.now, SampleState.OPEN.value, "", None, None, 1,
    )  # fmt: skip


def _note_looks(
    conn: Conn, viewer: Viewer, sample: Sample, pairs: Sequence[tuple[UUID, UUID]]
) -> None:
    """Each house reads in its own audit chain that it was looked at, but not which rows were drawn."""
    for member in sorted({m for pair in pairs for m in pair}, key=str):
        record(
            conn, viewer, "trail.look", object_kind="audit_sample", object_id=sample.id, owner_id=member,
            reason=sample.number,
        )  # fmt: skip


async def _draw(
    conn: Conn, population: Population, method: Method, seed: str, wanted: int, measure: Measure
) -> list[Drawn]:
    if method == Method.RANDOM:
        return await store.draw_random(conn, population, seed, wanted)
    return await store.draw_money_units(conn, population, steps_of(seed, measure.cents, wanted))


async def read_sample(conn: Conn, viewer: Viewer, sample_id: UUID) -> Sample:
    """A sample; NotFound when there is none."""
    require_auditor(viewer)
    found = await store.find_sample(conn, sample_id)
    if found is None:
        raise NotFound(_("Diese Stichprobe gibt es nicht, oder sie ist für Sie nicht sichtbar."))
    return found


async def read_sheet(conn: Conn, viewer: Viewer, sample_id: UUID) -> Sheet:
    """A sample with its items; the look at the members' amounts is recorded."""
    sample = await read_sample(conn, viewer, sample_id)
    items = await store.list_items(conn, sample)
    _note_looks(conn, viewer, sample, [(i.transfer_owner_id, i.recipient_id) for i in items])
    return Sheet(sample, items, outcome_of(sample, items))


async def draw_again(conn: Conn, viewer: Viewer, sample: Sample, items: Sequence[Item]) -> Redrawn:
    """Draw a second time from the population of that day and compare; nothing is written."""
    require_auditor(viewer)
    measure = await store.measure(conn, sample.population)
    drawn = await _draw(
        conn, sample.population, Method(sample.method), sample.seed, sample.wanted, measure
    )
    same = (measure.rows, measure.cents, measure.hash) == (
        sample.population_rows, sample.population_cents, sample.population_hash,
    )  # fmt: skip
    evidence = evidence_of(sample, drawn)
    return Redrawn(
        measure, same, [(d.id, d.hits) for d in drawn] == [(i.transfer_id, i.hits) for i in items],
        evidence, evidence == sample.evidence,
    )  # fmt: skip


async def enter_finding(
    conn: Conn,
    viewer: Viewer,
    sample_id: UUID,
    n: int,
    *,
    finding: Finding,
    note: str = "",
    difference_cents: int = 0,
    expected: int,
) -> None:
    """Write what was found at an item; Invalid without a reason for an objection, Stale, Refused when closed."""
    require_auditor(viewer)
    await store.lock_sample(conn, sample_id)
    sample = await read_sample(conn, viewer, sample_id)
    advance(sample.state, SampleEvent.CLOSE)  # a closed sheet takes no finding
    item = next((i for i in await store.list_items(conn, sample) if i.n == n), None)
    if item is None:
        raise NotFound(_("Diese Position gibt es in der Stichprobe nicht."))
    _check_finding(item, finding, note, difference_cents)
    if not await store.set_finding(
        conn, sample, n, finding=finding.value, note=note.strip(), difference_cents=difference_cents,
        person_id=viewer.person_id, row_version=expected,
    ):  # fmt: skip
        raise Stale(
            _("Diese Position wurde inzwischen geändert."),
            remedy=_("Bitte neu laden und die Änderung prüfen."),
        )
    record(
        conn, viewer, "sample.find", object_kind="audit_sample", object_id=sample.id, owner_id=sample.owner_id,
        reason=f"{sample.number}/{n}", before={"finding": item.finding, "difference": item.difference_cents},
        after={"finding": finding.value, "difference": difference_cents, "note": note},
    )  # fmt: skip


def _check_finding(item: Item, finding: Finding, note: str, difference_cents: int) -> None:
    objects = finding in {Finding.MINOR, Finding.MAJOR}
    errors = []
    if objects and len(note.strip()) < 3:
        errors.append(FieldError("note", _("Eine Beanstandung braucht eine Begründung.")))
    if difference_cents and not objects:
        text = _("Ein Unterschied ist eine Beanstandung; bitte geringfügig oder wesentlich wählen.")
        errors.append(FieldError("finding", text))
    if abs(difference_cents) > item.cents:
        text = _("Der Unterschied ist größer als der gebuchte Betrag.")
        errors.append(FieldError("difference", text))
    if errors:
        raise Invalid(errors[0].message, errors=errors)


async def close_sample(
    conn: Conn, viewer: Viewer, sample_id: UUID, *, result: str, expected: int
) -> Sample:
    """Close the sheet with a result in words; Refused while an item is open, Stale for an old version."""
    require_auditor(viewer)
    await store.lock_sample(conn, sample_id)
    sample = await read_sample(conn, viewer, sample_id)
    state = advance(sample.state, SampleEvent.CLOSE)
    items = await store.list_items(conn, sample)
    if not outcome_of(sample, items).is_done:
        raise Refused(
            _("{n} Positionen haben noch kein Ergebnis.").format(n=sample.open_items),
            rule=_("Ein Ergebnisblatt ist vollständig: zu jeder Position eine Feststellung."),
            remedy=_("Zuerst zu jeder Position ein Ergebnis eintragen."),
            code="sample_open_items",
        )
    sheet = sheet_of(sample, items, result.strip())
    stale = sample.row_version != expected
    if stale or not await store.close_sample(
        conn, sample, state.value, result.strip(), viewer.person_id, sheet
    ):
        raise Stale(_("Die Stichprobe wurde inzwischen geändert."), remedy=_("Bitte neu laden."))
    record(
        conn, viewer, "sample.close", object_kind="audit_sample", object_id=sample.id, owner_id=sample.owner_id,
        reason=sample.number, after={"sheet": sheet.hex()},
    )  # fmt: skip
    return await read_sample(conn, viewer, sample_id)
