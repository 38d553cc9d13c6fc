"""Which legal routes rest on a test, and what a light means for a new order; pure."""

from enum import StrEnum

from exchange.inhouse.model import Light
from exchange.orders.model import LegalRoute

# the provider's own test; a cooperation has its own
TESTED = {LegalRoute.INHOUSE.value, LegalRoute.REVERSE.value, LegalRoute.JOINT.value}
COOPERATION = LegalRoute.COOPERATION.value
# what a proposal beyond the yearly maximum meets
CAP_POLICIES = {"block": "darüber abweisen", "warn": "darüber warnen"}


class GreyEffect(StrEnum):
    """What missing declarations mean, by the dated rule."""

    WARN = "warn"
    BLOCK = "block"


def needs_sign_off(light: Light, grey: GreyEffect) -> bool:
    """The review waits for a reasoned sign-off of a legal officer."""
    return light == Light.RED or (light == Light.GREY and grey == GreyEffect.BLOCK)
