"""A notice, the topics people can be mailed about, and the words that may leave the house."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Mail(StrEnum):
    """How a person wants to be mailed about a topic; the application always shows the notice."""

    OFF = "off"
    AT_ONCE = "at_once"
    DAILY = "daily"


MAIL_LABELS = {
    Mail.AT_ONCE: "sofort",
    Mail.DAILY: "gesammelt am Morgen",
    Mail.OFF: "keine E-Mail",
}


@dataclass(frozen=True)
class Topic:
    """What a group of notices is about; `mail` is the default."""

    label: str
    hint: str
    mail: Mail


# the first word of a notice's kind ('booking.proposed') is its topic
TOPICS: Mapping[str, Topic] = {
    "booking": Topic("Buchungen", "vorgeschlagen, bestätigt, strittig, überfällig", Mail.DAILY),
    "invoice": Topic(
        "Rechnungen", "neue Rechnung, Gutschrift, Korrektur, Widerspruch, Vereinbarung", Mail.DAILY
    ),
    "settlement": Topic("Ausgleich", "eingefroren, gezahlt, Zahlung zurückgekommen", Mail.DAILY),
    "interest": Topic("Interessen", "Anfragen, Angebote, Nachrichten, Fristen", Mail.AT_ONCE),
    "order": Topic("Leistungsscheine", "zur Freigabe, geschlossen, gekündigt", Mail.AT_ONCE),
    "demand": Topic("Bedarfsabfragen", "neue Abfrage, Frist, Ergebnis", Mail.AT_ONCE),
    "tender": Topic("Vergaben", "Freigaben und Fristen", Mail.AT_ONCE),
    "offering": Topic("Leistungen", "zur Freigabe, veröffentlicht, ausgesetzt", Mail.DAILY),
    "watch": Topic(
        "Beobachtete Leistungen", "neue Fassung, Preis, ausgesetzt, Antwort", Mail.DAILY
    ),
    "search": Topic("Gemerkte Suchen", "neue Treffer, im Rhythmus der Suche", Mail.AT_ONCE),
    "question": Topic("Fragen zu Leistungen", "gestellt, beantwortet, überfällig", Mail.AT_ONCE),
    "request": Topic(
        "Gesuche („Wer kann das?“)", "neues Gesuch, Frist, Entscheidung", Mail.AT_ONCE
    ),
    "standard": Topic("Standards", "neue Fassungen, die Ihre Leistungen betreffen", Mail.DAILY),
    "agreement": Topic("Rahmenverträge", "Höchstmengen, Abrufe, Laufzeiten", Mail.DAILY),
    "inhouse": Topic("Inhouse-Prüfung", "Erklärungen und Zusammenarbeit: Termine", Mail.DAILY),
    "rule": Topic("Regeln", "Freigaben und Ablehnungen", Mail.DAILY),
    "document": Topic("Dokumente", "gesperrte Dateien", Mail.AT_ONCE),
    "closing": Topic("Jahresabschluss", "Beginn, Saldenbestätigung, Abschluss", Mail.AT_ONCE),
    "audit": Topic("Prüfrechte", "Ende einer befristeten Revision", Mail.AT_ONCE),
    "ledger": Topic("Buchungsbuch", "Tagesabdruck zum Nachrechnen", Mail.DAILY),
    "plan": Topic("Planung", "Budgetbriefe für das nächste Haushaltsjahr", Mail.AT_ONCE),
    "report": Topic("Berichte", "neue Auswertungen und Stichtage", Mail.DAILY),
    "account": Topic("Zugang", "Rollen und Vertretungen", Mail.AT_ONCE),
}
OTHER = Topic("Sonstiges", "alles andere", Mail.DAILY)
# the only words about a notice that a mail may carry
KIND_LABELS: Mapping[str, str] = {
    "booking.proposed": "Eine Buchung wartet auf Ihre Bestätigung",
    "booking.confirmed": "Eine Buchung wurde bestätigt",
    "booking.disputed": "Eine Buchung ist strittig",
    "booking.escalated": "Eine Buchung ist überfällig",
    "booking.expired": "Eine Buchung ist verfallen",
    "closing.started": "Ein Abschluss hat begonnen; der Saldo Ihres Hauses wartet auf Bestätigung",
    "closing.resumed": "Ein begonnener Abschluss ist zurückgenommen",
    "closing.reminded": "Der Saldo Ihres Hauses ist noch nicht bestätigt",
    "closing.disputed": "Ein Haus bestreitet seinen Saldo",
    "closing.closed": "Ein Jahr ist abgeschlossen",
    "plan.letter": "Ein Budgetbrief für das nächste Haushaltsjahr liegt bereit",
    "ledger.digest": "Ein Tagesabdruck des Buchungsbuchs liegt zum Aufbewahren bereit",
    "invoice.issued": "Ihr Haus hat eine Rechnung oder Gutschrift erhalten",
    "invoice.corrected": "Eine Rechnung an Ihr Haus oder eine Gutschrift ist berichtigt",
    "invoice.objected": "Einer Gutschrift Ihres Hauses ist widersprochen",
    "invoice.agreement": "Zum Gutschriftverfahren gibt es einen Vorschlag oder eine Antwort",
    "settlement.frozen": "Ein Ausgleich ist eingefroren; die Beträge Ihres Hauses sind zu prüfen",
    "settlement.settled": "Ein Ausgleich ist gezahlt und gebucht",
    "settlement.returned": "Eine Zahlung eines Ausgleichs ist zurückgekommen",
    "interest.expressed": "Ein Mitglied bekundet Interesse an einer Ihrer Leistungen",
    "interest.offered": "Zu Ihrem Interesse liegt ein Angebot vor",
    "interest.moved": "Ein Interesse hat einen neuen Stand",
    "interest.message": "Zu einem Interesse gibt es eine Nachricht",
    "interest.overdue": "Ein Interesse ist überfällig",
    "order.submitted": "Ein Leistungsschein wartet auf Freigabe",
    "order.approved": "Ein Leistungsschein wurde freigegeben",
    "order.moved": "Ein Leistungsschein hat einen neuen Stand",
    "order.amended": "Eine Änderung eines Leistungsscheins hat einen neuen Stand",
    "demand.called": "Eine Bedarfsabfrage ist offen",
    "demand.extended": "Die Frist einer Bedarfsabfrage ist verlängert",
    "demand.closed": "Eine Bedarfsabfrage ist geschlossen",
    "demand.cancelled": "Eine Bedarfsabfrage ist abgebrochen",
    "demand.release": "Eine Bedarfsmeldung wartet auf Freigabe",
    "tender.created": "Eine Vergabe ist angelegt",
    "offering.submitted": "Eine Leistung wartet auf Freigabe",
    "offering.published": "Zu einer Leistung, die Sie nutzen, gilt eine neue Fassung",
    "offering.suspended": "Eine Leistung, die Sie nutzen, ist ausgesetzt",
    "offering.resumed": "Eine Leistung, die Sie nutzen, wird wieder angeboten",
    "offering.certificate_ends": "Ein Nachweis einer Leistung Ihres Hauses läuft ab",
    "offering.contacts": "Zu einer Leistung, die Sie nutzen, gibt es eine neue Ansprechstelle",
    "offering.retired": "Eine Leistung, die Sie nutzen, ist eingestellt",
    "offering.retire_planned": "Eine Leistung, die Sie nutzen, wird eingestellt",
    "offering.retire_cancelled": "Eine Leistung, die Sie nutzen, wird doch nicht eingestellt",
    "offering.reconfirm_due": "Angaben einer Leistung Ihres Hauses sind zu bestätigen",
    "watch.retire_planned": "Eine Leistung, die Sie beobachten, wird eingestellt",
    "offering.price_scheduled": "Zu einer Leistung, die Sie nutzen, ist ein neuer Preis angekündigt",
    "offering.price_cancelled": "Ein angekündigter Preis einer Leistung, die Sie nutzen, gilt nicht",
    "offering.price_lapsed": "Ein Preis einer Leistung Ihres Hauses ist verfallen",
    "watch.published": "Zu einer Leistung, die Sie beobachten, gilt eine neue Fassung",
    "watch.price_scheduled": "Zu einer Leistung, die Sie beobachten, ist ein neuer Preis angekündigt",
    "watch.price_cancelled": "Zu einer Leistung, die Sie beobachten, gilt ein angekündigter Preis nicht",
    "watch.price_effective": "Zu einer Leistung, die Sie beobachten, gilt ein neuer Preis",
    "watch.retire_cancelled": "Eine Leistung, die Sie beobachten, wird doch nicht eingestellt",
    "watch.suspended": "Eine Leistung, die Sie beobachten, ist ausgesetzt",
    "watch.resumed": "Eine Leistung, die Sie beobachten, wird wieder angeboten",
    "watch.retired": "Eine Leistung, die Sie beobachten, ist eingestellt",
    "watch.succeeded": "Eine Leistung, die Sie beobachten, hat eine neue Anbieterin",
    "watch.answered": "Zu einer Leistung, die Sie beobachten, gibt es eine neue Antwort",
    "search.hits": "Zu einer gemerkten Suche gibt es neue Treffer",
    "question.asked": "Zu einer Leistung Ihres Hauses ist eine Frage gestellt",
    "question.overdue": "Eine Frage zu einer Leistung Ihres Hauses ist überfällig",
    "question.answered": "Ihre Frage zu einer Leistung ist beantwortet",
    "request.opened": "Ein Mitglied sucht eine Leistung",
    "request.extended": "Die Frist eines Gesuchs ist verlängert",
    "request.ending": "Die Frist eines Gesuchs endet bald",
    "request.closed": "Die Angebote zu Ihrem Gesuch liegen offen",
    "request.cancelled": "Ein Gesuch ist abgebrochen",
    "request.decided": "Ein Gesuch ist entschieden",
    "standard.adopted": "Ein Standard, zu dem Ihr Haus etwas gesagt hat, hat eine neue Fassung",
    "inhouse.reminder": "Eine Jahreserklärung nach § 108 GWB ist abzugeben",
    "inhouse.cooperation": "Eine Zusammenarbeit wartet auf die Zustimmung Ihres Hauses",
    "inhouse.concluded": "Eine Zusammenarbeit Ihres Hauses hat einen neuen Stand",
    "rule.approved": "Ihre Fassung einer Regel ist freigegeben",
    "rule.rejected": "Ihre Fassung einer Regel ist abgelehnt",
    "audit.ending": "Ein befristetes Prüfrecht endet bald",
    "document.infected": "Ein Dokument wurde gesperrt",
}


def topic_of(kind: str) -> str:
    """The topic of a kind: its first word."""
    return kind.partition(".")[0]


def label_of(kind: str) -> str:
    """What may be said about a kind outside the application."""
    return KIND_LABELS.get(kind) or f"Neuigkeit zu: {TOPICS.get(topic_of(kind), OTHER).label}"


@dataclass(frozen=True)
class Notice:
    """One notice to one person; `title` stays inside the application."""

    owner_id: UUID
    id: UUID
    person_id: UUID
    kind: str
    title: str
    url: str
    object_kind: str
    object_id: UUID
    created_at: datetime
    mail: str = Mail.OFF.value
    mailed_at: datetime | None = None
    read_at: datetime | None = None

    @property
    def topic_label(self) -> str:
        """What it is about."""
        return TOPICS.get(topic_of(self.kind), OTHER).label


@dataclass(frozen=True)
class Outgoing:
    """One row of the outbox that was claimed: `attempts` counts this one, `email` is '' for none."""

    owner_id: UUID
    id: UUID
    kind: str
    body: Mapping[str, str]
    attempts: int
    person_id: UUID | None = None
    email: str = ""


def mail_text(kind: str, url: str, base_url: str, house: str) -> tuple[str, str]:
    """Subject and body of a single mail: the kind and the link, no content."""
    label = label_of(kind)
    body = (
        f"Guten Tag,\n\n{label}.\n\n{base_url}{url}\n\n"
        f"Einzelheiten zeigt {house} nach der Anmeldung; diese E-Mail enthält absichtlich keine.\n"
        f"Welche E-Mails Sie erhalten, legen Sie hier fest: {base_url}/account/notices\n"
    )
    return f"{house}: {label}", body


def digest_text(items: Sequence[Notice], base_url: str, house: str) -> tuple[str, str]:
    """Subject and body of the daily mail: how many of which kind, with links, no content."""
    lines = [f"- {label_of(n.kind)}: {base_url}{n.url}" for n in items]
    count = "1 Neuigkeit" if len(items) == 1 else f"{len(items)} Neuigkeiten"
    body = (
        f"Guten Tag,\n\nseit der letzten Übersicht gibt es {count}:\n\n" + "\n".join(lines) + "\n\n"
        f"Alle zusammen: {base_url}/activity\n"
        f"Welche E-Mails Sie erhalten, legen Sie hier fest: {base_url}/account/notices\n"
    )
    return f"{house}: {count}", body
