"""`kdnx setup`: the first start without the demonstration, asked or by options."""

import re

import click

from kdnx.commands.context import Context
from kdnx.db.pool import transaction
from kdnx.errors import Invalid
from kdnx.founding.actions import Founding, found
from kdnx.members.model import LEGAL_FORM_LABELS, LegalForm
from kdnx.providers.actions import seal_secret
from kdnx.text import _
from kdnx.web.house import House

FORMS = [f.value for f in LegalForm]
FORM_HELP = ", ".join(f"{f.value} = {LEGAL_FORM_LABELS[f]}" for f in LegalForm)
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
SLUG = re.compile(r"[a-z0-9-]{2,40}")


@click.command("setup")
@click.option("--name", prompt="Name des Verbunds", help="Name des Verbunds.")
@click.option(
    "--short-name", prompt="Kurzname des Verbunds", help="Kurzname, steht im Kopf jeder Seite."
)
@click.option(
    "--hub-code", prompt="Kürzel der Drehscheibe", default="HUB", help="Kürzel der Drehscheibe."
)
@click.option(
    "--hub-name", prompt="Name der Drehscheibe", help="Das Mitglied, über das Verträge laufen."
)
@click.option("--hub-short-name", default="", help="Kurzname der Drehscheibe (sonst ihr Kürzel).")
@click.option(
    "--legal-form", prompt="Rechtsform der Drehscheibe", type=click.Choice(FORMS), help=FORM_HELP
)
@click.option("--seat", prompt="Sitz der Drehscheibe", help="Ort.")
@click.option(
    "--admin-email", prompt="E-Mail der ersten Systemadministration", help="Wird eingeladen."
)
@click.option(
    "--admin-name", prompt="Name der ersten Systemadministration", help="Vor- und Nachname."
)
@click.option(
    "--issuer", prompt="Adresse des Anmeldedienstes (issuer)", help="OpenID Connect, mit https://."
)
@click.option("--client-id", prompt="Kennung beim Anmeldedienst (client_id)", help="client_id.")
@click.option("--client-secret", prompt="Geheimnis beim Anmeldedienst (client_secret)", hide_input=True,
              envvar="KDNX_SETUP_CLIENT_SECRET", help="client_secret; besser über die Umgebung als hier.")  # fmt: skip
@click.option(
    "--provider-slug", default="haupt", show_default=True, help="Kürzel in der Rücksprungadresse."
)
@click.option(
    "--provider-label",
    default="Anmelden",
    show_default=True,
    help="Aufschrift auf der Anmeldeseite.",
)
@click.pass_obj
def setup(context: Context, /, **given: str) -> None:
    """Einrichten ohne Demonstration: Drehscheibe, erste Systemadministration, erster Anmeldedienst."""
    if not EMAIL.fullmatch(given["admin_email"].strip()):
        raise Invalid(_("Die E-Mail-Adresse der Systemadministration ist keine."))
    if not SLUG.fullmatch(given["provider_slug"]):
        raise Invalid(
            _(
                "Das Kürzel des Anmeldedienstes besteht aus Kleinbuchstaben, Ziffern und Bindestrich."
            )
        )
    base = (context.settings.base_url or "http://localhost:8000").rstrip("/")
    token = context.with_house(lambda house: _found(house, given))
    click.echo(_("Eingerichtet."))
    click.echo(_("Beim Anmeldedienst als Rücksprungadresse hinterlegen:"))
    click.echo(f"  {base}/login/{given['provider_slug']}/callback")
    click.echo(_("Abmeldung dort (Back-Channel) und Adresse danach:"))
    click.echo(f"  {base}/login/{given['provider_slug']}/backchannel")
    click.echo(f"  {base}/login")
    click.echo(
        _("Einladung der ersten Systemadministration, 14 Tage gültig, wird nicht wieder angezeigt:")
    )
    click.echo(f"  {base}/invitation?token={token}")
    click.echo(_("Danach: kdnx serve"))


async def _found(house: House, given: dict[str, str]) -> str:
    founding = Founding(
        name=given["name"].strip(),
        short_name=given["short_name"].strip(),
        hub_code=given["hub_code"],
        hub_name=given["hub_name"].strip(),
        hub_short_name=given["hub_short_name"].strip() or given["hub_code"].strip().upper(),
        legal_form=LegalForm(given["legal_form"]),
        seat=given["seat"].strip(),
        admin_email=given["admin_email"].strip(),
        admin_name=given["admin_name"].strip(),
        slug=given["provider_slug"],
        label=given["provider_label"],
        issuer=given["issuer"].strip(),
        client_id=given["client_id"].strip(),
        sealed_secret=seal_secret(house.settings.secret(), given["client_secret"]),
    )
    async with transaction(house.pool, finish=house.hooks.finish, now=house.clock()) as conn:
        return await found(conn, founding)
