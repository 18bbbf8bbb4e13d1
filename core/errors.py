"""One tree of errors that a user can mend; pages and API each map it once.

A DomainError's message is in the user's language and says what to do. Anything else that is raised
is a defect and becomes a plain 500 without details.
"""

from collections.abc import Mapping

from django.utils.translation import gettext as _


class DomainError(Exception):
    """Something the user can mend. ``code`` is stable and part of the API's contract."""

    status = 400
    code = "bad_request"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        fields: Mapping[str, str] | None = None,
        extra: Mapping[str, object] | None = None,
    ) -> None:
        """``fields`` maps a field's name to what is wrong with it; ``extra`` goes to the API."""
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.fields = dict(fields or {})
        self.extra = dict(extra or {})


class Invalid(DomainError):
    """What was sent cannot be used as it is (422)."""

    status = 422
    code = "invalid"


def refuse(faults: Mapping[str, str]) -> None:
    """Raise Invalid where there are ``faults``, each by its field; all are told at once."""
    if faults:
        raise Invalid(" ".join(dict.fromkeys(faults.values())), fields=dict(faults))


class PersonalData(Invalid):
    """A personal identity number stands in a free text: never stored (DOMAIN.md §3)."""

    code = "personal_data"


class Forbidden(DomainError):
    """The user may not do this (403)."""

    status = 403
    code = "forbidden"

    def __init__(self, message: str = "") -> None:
        super().__init__(message or _("Du har inte behörighet till detta."))


class Missing(DomainError):
    """There is no such thing, or the user may not know of it (404)."""

    status = 404
    code = "not_found"

    def __init__(self, message: str = "") -> None:
        super().__init__(message or _("Det finns inget här."))


class Conflict(DomainError):
    """It meets something newer or something in the way (409)."""

    status = 409
    code = "conflict"


class Clash(Conflict):
    """A room, a host or a group is taken at that time."""

    code = "clash"


class Stale(Conflict):
    """Somebody else changed the same thing meanwhile."""

    code = "stale"


class IllegalTransition(Conflict):
    """The state does not allow this act; the message says why."""

    code = "illegal_transition"


class TooMany(DomainError):
    """Too many tries (429)."""

    status = 429
    code = "too_many"
