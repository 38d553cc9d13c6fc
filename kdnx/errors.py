"""What can go wrong, in the words of the domain; HTTP is decided in `kdnx.web.problems` alone."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class FieldError:
    """One wrong field: `field` is the name in the form or JSON (dotted path), `message` is German."""

    field: str
    message: str
    code: str = "invalid"


class KdnxError(Exception):
    """Base of all expected failures.

    `detail` is one German sentence for the person, `rule` names the paragraph or house rule that
    decided, `remedy` says what to do next, `remedy_url` where; `code` is stable for machines.
    """

    code = "error"

    def __init__(
        self,
        detail: str = "",
        *,
        code: str | None = None,
        rule: str | None = None,
        remedy: str | None = None,
        remedy_url: str | None = None,
        errors: Sequence[FieldError] = (),
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or type(self).code
        self.rule = rule
        self.remedy = remedy
        self.remedy_url = remedy_url
        self.errors = tuple(errors)


class NotFound(KdnxError):
    """There is no such thing, or the viewer may not know that there is."""

    code = "not_found"


class Forbidden(KdnxError):
    """The viewer is known, sees the thing, and lacks the right to do this."""

    code = "forbidden"


class SignInNeeded(KdnxError):
    """Nobody is signed in and the page needs somebody."""

    code = "sign_in_needed"


class Refused(KdnxError):
    """A rule of the domain says no; the request itself was well formed."""

    code = "refused"


class Conflict(KdnxError):
    """Somebody changed the thing first, or the same key came with another content."""

    code = "conflict"


class Stale(Conflict):
    """The version named by the caller is not the current one."""

    code = "stale"


class PreconditionNeeded(KdnxError):
    """A change without naming the version it is based on."""

    code = "precondition_needed"


class Invalid(KdnxError):
    """The input breaks its own schema; `errors` says where."""

    code = "invalid"


class TooMany(KdnxError):
    """The caller exceeded a rate limit; `retry_after` is in seconds."""

    code = "too_many"

    def __init__(self, detail: str, *, retry_after: int) -> None:
        super().__init__(detail, remedy=f"Bitte in {retry_after} Sekunden erneut versuchen.")
        self.retry_after = retry_after


class Unavailable(KdnxError):
    """Something kdnx depends on does not answer."""

    code = "unavailable"
