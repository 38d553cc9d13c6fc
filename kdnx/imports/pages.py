"""Import in four steps (file, columns, check, commit), templates and exports."""

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from pydantic import BaseModel
from starlette.responses import Response

from kdnx.audit.actions import record
from kdnx.errors import Invalid, NotFound, Refused
from kdnx.ids import new_id
from kdnx.imports import store
from kdnx.imports.actions import Report, find_kind, missing_columns, run_import, suggest_mapping
from kdnx.imports.kinds import Column, FileKind, RowError, with_columns
from kdnx.imports.reading import read_table
from kdnx.imports.writing import MEDIA, write_csv, write_file, write_template
from kdnx.text import _
from kdnx.viewer import Permission, require
from kdnx.web.routing import Call, get, post

PREVIEW_ROWS = 5


class KindQuery(BaseModel):
    """`kind` preselects the kind of file."""

    kind: str = ""


class UploadForm(BaseModel):
    """Which kind of file comes."""

    kind: str


class CommitForm(BaseModel):
    """`partial` takes the good rows when some are faulty."""

    partial: bool = False


def kinds_of(call: Call) -> list[FileKind]:
    """The kinds of file this viewer may bring."""
    every: Sequence[FileKind] = [k for m in call.house.modules for k in m.file_kinds]
    return sorted((k for k in every if call.viewer.may(k.permission)), key=lambda k: k.order)


async def list_imports(call: Call) -> Response:
    """What was imported, and what can be."""
    kinds = kinds_of(call)
    titles = {k.name: k.title for m in call.house.modules for k in m.file_kinds}
    return await call.page(
        "imports/list.html", kinds=kinds, runs=await store.list_runs(call.conn), titles=titles
    )


async def new_import(call: Call) -> Response:
    """Step 1: choose a file."""
    return await call.page(
        "imports/new.html", kinds=kinds_of(call), chosen=call.query(KindQuery).kind, error=""
    )


async def upload(call: Call) -> Response:
    """Keep the file, suggest the columns."""
    form = call.form(UploadForm)
    try:
        kind = await with_columns(call.conn, find_kind(kinds_of(call), form.valid().kind))
        file = call.upload("file")
        body = await file.read()
        table = read_table(body, file.filename or "")
    except Invalid as error:
        chosen = str(call.fields.get("kind", ""))
        message = " ".join(p for p in (error.detail, error.remedy) if p)
        return await call.page(
            "imports/new.html", status=422, kinds=kinds_of(call), chosen=chosen, error=message
        )
    run_id = new_id()
    await store.insert_run(
        call.conn, call.viewer.owner_id, run_id, kind.name, file_name=(file.filename or "Datei")[:200],
        body=body, mapping=suggest_mapping(table, kind), person_id=call.viewer.principal,
    )  # fmt: skip
    return call.redirect(f"/imports/{run_id}")


async def show_import(call: Call) -> Response:
    """Steps 2 to 4 of one import."""
    run = await store.get_run(call.conn, call.path_id())
    every = [k for m in call.house.modules for k in m.file_kinds]
    kind = await with_columns(call.conn, find_kind(every, run.kind))
    table = read_table(run.body, run.file_name) if run.body else None
    report = _report(run.report) if run.report else None
    return await call.page(
        "imports/show.html",
        run=run,
        kind=kind,
        sheet=table,
        preview=table.rows[:PREVIEW_ROWS] if table else (),
        report=report,
        missing=missing_columns(kind, run.mapping),
    )


async def check_import(call: Call) -> Response:
    """Step 3: read every row with these columns, write nothing."""
    run = await store.lock_run(call.conn, call.path_id())
    kind, body = await _open(call, run)
    table = read_table(body, run.file_name)
    mapping = _posted_mapping(call, kind, len(table.headings)) or run.mapping
    if missing := missing_columns(kind, mapping):
        await store.mark_run(call.conn, run, "uploaded", None, mapping)
        return call.redirect(
            f"/imports/{run.id}", _("Es fehlen Spalten: ") + ", ".join(missing), "warning"
        )
    report = await run_import(call.conn, call.viewer, kind, table, mapping, dry_run=True)
    await store.mark_run(call.conn, run, "checked", report.as_json(), mapping)
    return call.redirect(f"/imports/{run.id}")


async def commit_import(call: Call) -> Response:
    """Step 4: write."""
    run = await store.lock_run(call.conn, call.path_id())
    kind, body = await _open(call, run)
    partial = call.form(CommitForm).valid().partial
    table = read_table(body, run.file_name)
    report = await run_import(call.conn, call.viewer, kind, table, run.mapping, partial=partial)
    if not report.written:
        await store.mark_run(call.conn, run, "checked", report.as_json(), run.mapping)
        return call.redirect(
            f"/imports/{run.id}", _("Nichts übernommen: erst die Fehler beheben."), "warning"
        )
    await store.mark_run(call.conn, run, "committed", report.as_json(), run.mapping)
    record(
        call.conn, call.viewer, f"import.{kind.name}", object_kind="import_run", object_id=run.id,
        owner_id=run.owner_id, reason=run.file_name,
        after={"sha256": run.file_hash, "new": report.new, "changed": report.changed},
    )  # fmt: skip
    done = _("{new} neu, {changed} geändert, {same} unverändert.")
    return call.redirect(
        f"/imports/{run.id}",
        done.format(new=report.new, changed=report.changed, same=report.unchanged),
    )


async def discard_import(call: Call) -> Response:
    """Forget the file."""
    run = await store.lock_run(call.conn, call.path_id())
    await _open(call, run)
    await store.mark_run(call.conn, run, "discarded", run.report, run.mapping)
    return call.redirect(
        "/imports", _("Der Import ist verworfen, es wurde nichts übernommen."), "info"
    )


async def download_refused(call: Call) -> Response:
    """The faulty rows with their reasons, to mend and bring again."""
    run = await store.get_run(call.conn, call.path_id())
    kind, body = await _open(call, run)
    report = _report(run.report) if run.report else None
    if report is None:
        raise NotFound(_("Für diesen Import gibt es noch keine Prüfung."))
    table = read_table(body, run.file_name)
    reasons: dict[int, str] = {}
    for error in report.errors:
        reasons[error.row] = "; ".join(
            filter(None, (reasons.get(error.row), f"{error.field}: {error.message}"))
        )
    lines = [
        {
            c.name: row[run.mapping[c.name]]
            if c.name in run.mapping and run.mapping[c.name] < len(row)
            else None
            for c in kind.columns
        }
        | {"_reason": reasons[number]}
        for number, row in table.rows
        if number in reasons
    ]
    content = write_csv_raw(kind, lines)
    return _file(content, f"fehlerhafte-zeilen-{kind.name}.csv", MEDIA["csv"])


def write_csv_raw(kind: FileKind, lines: Sequence[Mapping[str, object]]) -> bytes:
    """Rows as they stood in the file, all as text, with the reason in the last column."""
    columns = [Column(c.name, c.title) for c in kind.columns] + [Column("_reason", _("Grund"))]
    return write_csv(columns, lines)


async def download_template(call: Call) -> Response:
    """The empty table."""
    form = _form(call)
    kind = await with_columns(call.conn, find_kind(kinds_of(call), call.path_text("kind")))
    return _file(write_template(kind, form), f"vorlage-{kind.name}.{form}", MEDIA[form])


async def download_export(call: Call) -> Response:
    """Everything of this kind that the viewer may see."""
    every = [k for m in call.house.modules for k in m.file_kinds]
    kind = find_kind(every, call.path_text("kind"))
    require(call.viewer, Permission.SIGNED_IN)
    if document := kind.documents.get(call.path_text("form")):
        content = await document.write(call.conn, call.viewer)
        return _file(content, f"{kind.name}.{document.suffix}", document.media_type)
    form, kind = _form(call), await with_columns(call.conn, kind)
    rows = await kind.read(call.conn, call.viewer)
    return _file(write_file(kind, rows, form), f"{kind.name}.{form}", MEDIA[form])


def _form(call: Call) -> str:
    form = call.path_text("form")
    if form not in MEDIA:
        raise NotFound(_("Dieses Format gibt es nicht."), remedy=", ".join(MEDIA))
    return form


def _file(content: bytes, name: str, media_type: str) -> Response:
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "Cache-Control": "no-store",
    }
    return Response(content, media_type=media_type, headers=headers)


async def _open(call: Call, run: store.Run) -> tuple[FileKind, bytes]:
    if run.body is None:
        raise Refused(
            _("Dieser Import ist abgeschlossen."),
            remedy=_("Für eine Korrektur die Datei neu hochladen; gleiche Zeilen ändern nichts."),
            remedy_url="/imports/new",
        )
    return await with_columns(call.conn, find_kind(kinds_of(call), run.kind)), run.body


def _posted_mapping(call: Call, kind: FileKind, width: int) -> dict[str, int]:
    found: dict[str, int] = {}
    for column in kind.columns:
        place = str(call.fields.get(f"column.{column.name}", ""))
        if place.isdigit() and int(place) < width:
            found[column.name] = int(place)
    return found


def _report(stored: dict[str, object]) -> Report:
    values = dict(stored)
    errors = [RowError(**e) for e in values.pop("errors", [])]  # type: ignore[attr-defined]  # written by as_json
    return Report(**values, errors=tuple(errors))  # type: ignore[arg-type]  # as above


P = Permission
DOORS = (
    get("/imports", list_imports, permission=P.IMPORT_RUN),
    get("/imports/new", new_import, permission=P.IMPORT_RUN),
    post("/imports/new", upload, permission=P.IMPORT_RUN),
    get("/imports/template/{kind}/{form}", download_template, permission=P.IMPORT_RUN),
    get("/exports/{kind}/{form}", download_export, permission=P.SIGNED_IN),
    get("/imports/{id}", show_import, permission=P.IMPORT_RUN),
    post("/imports/{id}/check", check_import, permission=P.IMPORT_RUN),
    post("/imports/{id}/commit", commit_import, permission=P.IMPORT_RUN),
    post("/imports/{id}/discard", discard_import, permission=P.IMPORT_RUN),
    get("/imports/{id}/refused", download_refused, permission=P.IMPORT_RUN),
)
