"""Delivery of the outbox by SMTP: claim, send outside any transaction, finish."""

import logging
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit
from uuid import UUID

import aiosmtplib

from kdnx.clock import berlin_time
from kdnx.db.pool import transaction
from kdnx.errors import Invalid
from kdnx.notices import store
from kdnx.notices.model import Outgoing, digest_text, mail_text
from kdnx.viewer import Scope, Viewer
from kdnx.web.house import House

log = logging.getLogger("kdnx.notices")
SYSTEM = Viewer(scope=Scope.SYSTEM)
BATCH = 50
MOST_ATTEMPTS = 12
TIMEOUT_S = 30
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


@dataclass(frozen=True)
class Letter:
    """A mail that is ready, and the notices it tells about."""

    row: Outgoing
    message: EmailMessage
    notices: tuple[UUID, ...] = ()


def smtp_client(url: str) -> aiosmtplib.SMTP:
    """A client for `smtp://`, `smtp+starttls://` or `smtps://`, with user and password in the address."""
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise Invalid(
            "KDNX_SMTP_URL ist nicht lesbar.",
            remedy="Beispiele: smtp://mail.example.org:25, smtps://name:kennwort@mail.example.org",
        )
    return aiosmtplib.SMTP(
        hostname=parts.hostname,
        port=parts.port or PORTS[parts.scheme],
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        use_tls=parts.scheme == "smtps",
        start_tls=True
        if parts.scheme == "smtp+starttls"
        else None
        if parts.scheme == "smtp"
        else False,
        timeout=TIMEOUT_S,
    )


async def deliver_outbox(house: House) -> int:
    """Send what is due, a batch at most; how many rows came to an end.

    A row is claimed by moving its due time, so nothing is locked while the mail server is slow; what
    fails waits longer each time and is given up after twelve attempts. At least once: a crash between
    sending and finishing sends again, under the same Message-ID.
    """
    async with transaction(house.pool, SYSTEM, now=house.clock()) as conn:
        rows = await store.claim(conn, BATCH)
    if not rows:
        return 0
    letters = [letter for row in rows if (letter := await _compose(house, row))]
    ended = len(rows) - len(letters)
    if not letters:
        return ended
    waiting = list(letters)
    try:
        async with smtp_client(house.settings.smtp_url) as client:
            while waiting:
                ended += await _send(house, client, waiting[0])
                del waiting[0]
    except (aiosmtplib.SMTPException, OSError) as error:
        log.warning("mail", extra={"reason": type(error).__name__})
        for letter in waiting:
            ended += await _failed(house, letter.row, error)
    return ended


async def _compose(house: House, row: Outgoing) -> Letter | None:
    """The mail of a row; None when none is needed (no mail server, no address, nothing new)."""
    async with transaction(house.pool, SYSTEM, now=house.clock()) as conn:
        items = []
        if row.kind == "digest" and row.person_id:
            items = await store.digest_items(conn, row.person_id, row.owner_id)
        empty = row.kind == "digest" and not items
        if not house.settings.smtp_url or "@" not in row.email or empty:
            await store.finish(conn, row, "not_needed")
            return None
        base, title = house.settings.base_url.rstrip("/"), house.title
        subject, text = (
            digest_text(items, base, title) if row.kind == "digest"
            else mail_text(row.body["kind"], row.body["url"], base, title)
        )  # fmt: skip
        try:
            message = _message(house, row, subject, text)
        except ValueError:
            await store.finish(conn, row, "given_up", error="Die E-Mail-Adresse ist nicht lesbar.")
            return None
    ids = tuple(n.id for n in items) or (UUID(row.body["notice_id"]),)
    return Letter(row, message, ids)


def _message(house: House, row: Outgoing, subject: str, text: str) -> EmailMessage:
    message = EmailMessage()
    sender = house.settings.mail_from
    message["From"] = sender
    message["To"] = row.email
    message["Subject"] = subject
    message["Date"] = format_datetime(berlin_time(house.clock()))
    message["Message-ID"] = f"<{row.id}@{sender.rpartition('@')[2].strip('<> ') or 'kdnx'}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


async def _send(house: House, client: aiosmtplib.SMTP, letter: Letter) -> int:
    try:
        await client.send_message(letter.message)
    except (aiosmtplib.SMTPResponseException, aiosmtplib.SMTPRecipientsRefused) as error:
        return await _failed(house, letter.row, error)
    async with transaction(house.pool, SYSTEM, now=house.clock()) as conn:
        await store.finish(conn, letter.row, "sent", notices=letter.notices)
    return 1


async def _failed(house: House, row: Outgoing, error: Exception) -> int:
    """Keep why; 1 when it is given up."""
    async with transaction(house.pool, SYSTEM, now=house.clock()) as conn:
        if row.attempts >= MOST_ATTEMPTS:
            await store.finish(conn, row, "given_up", error=f"{type(error).__name__}: {error}")
            return 1
        await store.note_error(conn, row, f"{type(error).__name__}: {error}")
    return 0
