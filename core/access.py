"""Who may do what, as predicates that pages and API share."""

from django.contrib.auth.models import AnonymousUser

from core.errors import Forbidden
from core.models import Role, User

_PLANNERS = {Role.SOCIONOM, Role.ADMIN}


def is_staff_member(user: User | AnonymousUser) -> bool:
    """Any of the four roles, active."""
    return isinstance(user, User) and user.is_active


def may_plan(user: User) -> bool:
    """Book, invite, change and cancel; keep the register of partners."""
    return user.is_active and user.role in _PLANNERS


def may_read_partners(user: User) -> bool:
    """See organisations and groups; hosts meet them, managers answer for them."""
    return user.is_active


def may_see_category(user: User) -> bool:
    """The internal category of a group reveals health or crime (DOMAIN.md §3)."""
    return may_plan(user)


def may_follow_up(user: User) -> bool:
    """Write a follow-up note: those who met the group."""
    return user.is_active and user.role in {Role.SOCIONOM, Role.HOST, Role.ADMIN}


def may_read_notes(user: User) -> bool:
    """Read what was written about situations; the manager has the report instead (F12)."""
    return user.is_active and user.role != Role.MANAGER


def may_administer(user: User) -> bool:
    """Places, rooms, hosts, programmes, users."""
    return user.is_active and user.role in {Role.ADMIN, Role.SOCIONOM}


def require(allowed: bool) -> None:  # noqa: FBT001 - reads as a sentence: require(may_plan(user))
    """Raise Forbidden where a predicate said no."""
    if not allowed:
        raise Forbidden
