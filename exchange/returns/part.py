"""What returned payments give the exchange module."""

from exchange.returns import store
from exchange.returns.api import api
from exchange.returns.pages import DOORS
from kdnx.module import Check

APIS = (api,)
TEMPLATES = {"returns": "exchange.returns"}
CHECKS = (
    Check(
        "payment_returned",
        "Jede zurückgekommene Zahlung steht genau einmal wieder auf beiden Konten.",
        store.WRONG_RETURNS,
    ),
)
__all__ = ["APIS", "CHECKS", "DOORS", "TEMPLATES"]
