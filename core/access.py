"""Who may do what, as predicates that pages and API share."""

from django.contrib.auth.models import AnonymousUser

from core import standing_in
from core.errors import Forbidden
from core.models import Role, User

_PLANNERS = {Role.SOCIONOM, Role.ADMIN}


def is_staff_member(user: User | AnonymousUser) -> bool:
    """Any of the four roles, active."""
    return isinstance(user, User) and user.is_active


def may_plan(user: User) -> bool:
    """Book, invite, change and cancel; keep the register of partners."""
    if not user.is_active:
        return False
    return user.role in _PLANNERS or covers_a_planner(user)


def covers_a_planner(user: User) -> bool:
    """Whether ``user`` stands in today for somebody who plans: then they may what that one may.

    There is often only one socionom, so the stand-in is by need somebody else (F15). Looked up
    once for each user object, that is once a request.
    """
    known: bool | None = user.__dict__.get("_covers_a_planner")
    if known is None:
        known = any(one.role in _PLANNERS for one in standing_in.covered_by(user))
        user.__dict__["_covers_a_planner"] = known
    return known


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


def may_oversee(user: User) -> bool:
    """See the manager's page: whoever answers for the assignment, and those who plan (F12)."""
    return may_plan(user) or (user.is_active and user.role == Role.MANAGER)


def may_log(user: User) -> bool:
    """Note that one was in touch with a partner: whoever meets them."""
    return may_follow_up(user) or may_plan(user)


def may_administer(user: User) -> bool:
    """Places, rooms, hosts, programmes, users."""
    return user.is_active and user.role in {Role.ADMIN, Role.SOCIONOM}


def require(allowed: bool) -> None:  # noqa: FBT001 - reads as a sentence: require(may_plan(user))
    """Raise Forbidden where a predicate said no."""
    if not allowed:
        raise Forbidden
