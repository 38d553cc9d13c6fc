"""The documents of an object as a piece of its page: `{% include "documents/list_of.html" %}` with `panel`."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from itsdangerous import BadSignature, URLSafeTimedSerializer

from kdnx.documents import store
from kdnx.documents.actions import Place
from kdnx.documents.model import ACCEPT, KIND_LABELS, Document, Kind, Visibility, readers_label
from kdnx.errors import Invalid
from kdnx.text import _
from kdnx.viewer import Permission, Viewer
from kdnx.web.house import House
from kdnx.web.routing import Call

USUAL = (Visibility.PARTIES, Visibility.OFFICE)
TOKEN_SECONDS = 12 * 3600


@dataclass(frozen=True)
class Panel:
    """What the partial shows: documents, and for those who may add one the signed place."""

    documents: Sequence[Document]
    place: str
    visibilities: Sequence[tuple[str, str]]
    accept: str
    limit_mb: int
    kinds: Sequence[tuple[str, str]] = ()


async def panel_of(
    call: Call, object_kind: str, object_id: UUID, *, url: str, party_ids: Sequence[UUID] = (),
    visibilities: Sequence[Visibility] = USUAL, kinds: Sequence[Kind] = (), may_add: bool = True,
) -> Panel:  # fmt: skip
    """The documents of an object that the viewer sees.

    The caller has already shown the object to the viewer; with `may_add` it also vouches that the
    viewer may attach to it: the form carries that word, signed, bound to the person, for a day's work.
    `url` is the page to return to, `party_ids` are the members that may read visibility 'parties';
    `kinds` are asked for where a document can be more than one thing to its object.
    """
    documents = await store.list_of_object(call.conn, object_kind, object_id)
    adds = may_add and call.viewer.may(Permission.DOCUMENT_WRITE) and bool(call.viewer.members)
    where = (object_kind, object_id, url, party_ids)
    place = _sign(call.house, call.viewer, where, visibilities, kinds)
    return Panel(
        documents=documents, place=place if adds else "", accept=ACCEPT,
        visibilities=[(v.value, _(readers_label(v, object_kind))) for v in visibilities],
        limit_mb=call.house.settings.upload_limit_mb,
        kinds=[(k.value, _(KIND_LABELS[k])) for k in kinds],
    )  # fmt: skip


@dataclass(frozen=True)
class Vouched:
    """A place that a page vouched for: where to return, which visibilities and kinds it offered."""

    place: Place
    url: str
    visibilities: frozenset[str]
    kinds: frozenset[str]


def read_place(house: House, viewer: Viewer, token: str) -> Vouched:
    """The place in a signed word; Invalid when it is not ours, another person's or too old."""
    try:
        person, kind, object_id, url, parties, offered, kinds = _signer(house).loads(
            token, max_age=TOKEN_SECONDS
        )
        if person != _bearer(viewer):
            raise ValueError(person)
        place = Place(str(kind), UUID(object_id), tuple(UUID(p) for p in parties))
        known = frozenset(str(k) for k in kinds) or frozenset({Kind.OTHER.value})
        return Vouched(place, str(url), frozenset(str(v) for v in offered), known)
    except (BadSignature, ValueError, TypeError):
        raise Invalid(
            _("Das Formular ist abgelaufen."),
            remedy=_("Die Seite neu laden und die Datei noch einmal auswählen."),
        ) from None


def _sign(
    house: House, viewer: Viewer, where: tuple[str, UUID, str, Sequence[UUID]],
    visibilities: Sequence[Visibility], kinds: Sequence[Kind],
) -> str:  # fmt: skip
    object_kind, object_id, url, party_ids = where
    parties, offered = [str(p) for p in party_ids], [v.value for v in visibilities]
    words = [_bearer(viewer), object_kind, str(object_id), url, parties, offered]
    return str(_signer(house).dumps([*words, [k.value for k in kinds]]))


def _bearer(viewer: Viewer) -> str:
    return f"{viewer.principal}|{viewer.member_id}"


def _signer(house: House) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(house.settings.secret(), salt="kdnx.document.place")
