"""A list between its upload and a day after it was carried out: kept, decided on, undone."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain, islice
from typing import Any

from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from core.audit import record
from core.errors import Conflict, Missing
from core.models import User
from partners import hooks
from partners.models import (
    Contact,
    Group,
    HeaderMeaning,
    ImportState,
    ImportStep,
    Organisation,
    StagedImport,
)
from partners.models.merging import decode, encode
from partners.services.bulk import Batch, Item
from partners.services.merging import relations
from partners.services.writing import permit, snapshot

KEPT = timedelta(days=1)
_CHUNK = 500
_MOST_NAMED = 10
_MODELS = (Organisation, Group, Contact)
_OPEN = [s.value for s in ImportState if s not in {ImportState.DONE, ImportState.UNDONE}]


@transaction.atomic
def stage_import(
    *,
    actor: User,
    now: datetime,
    filename: str,
    content: bytes,
    state: ImportState = ImportState.WAITING,
    language: str = "sv",
) -> StagedImport:
    """Keep ``content`` for a day, for its uploader alone. Raises Forbidden."""
    permit(actor)
    staged = StagedImport.objects.create(
        uploaded_by=actor,
        filename=filename.replace("\0", "")[-200:],
        content=content,
        uploaded_at=now,
        touched_at=now,
        state=state.value,
        language=language,
    )
    record(now=now, actor=actor, verb="import.staged", target=staged)
    return staged


def staged_import(*, actor: User, now: datetime, pk: int) -> StagedImport:
    """The file that ``actor`` uploaded and that still waits. Raises Forbidden, Missing."""
    permit(actor)
    waiting = StagedImport.objects.filter(uploaded_at__gt=now - KEPT, state__in=_OPEN)
    return _found(waiting.filter(pk=pk, uploaded_by=actor).defer("content").first())


def carried_out(*, actor: User, now: datetime, pk: int) -> StagedImport:
    """An import of the last day, whoever made it. Raises Forbidden, Missing."""
    permit(actor)
    return _found(_recent(now).filter(pk=pk).defer("content").first())


def undoable(*, actor: User, now: datetime) -> "models.QuerySet[StagedImport]":
    """What can still be undone, the latest first. Raises Forbidden."""
    permit(actor)
    rows = _recent(now).filter(undone_at=None).defer("content")
    return rows.select_related("uploaded_by").order_by("-committed_at", "-pk")


def _recent(now: datetime) -> "models.QuerySet[StagedImport]":
    return StagedImport.objects.filter(committed_at__gt=now - KEPT)


def _found(staged: StagedImport | None) -> StagedImport:
    if staged is None:
        raise Missing
    return staged


@transaction.atomic
def remember_headers(*, actor: User, now: datetime, meanings: Mapping[str, str]) -> None:
    """Keep what each header (by its key) means, for every later file. Raises Forbidden."""
    permit(actor)
    for key, meaning in meanings.items():
        HeaderMeaning.objects.update_or_create(
            key=key[:100], defaults={"meaning": meaning, "said_by": actor, "said_at": now}
        )
    record(now=now, actor=actor, verb="import.headers_told", target=actor)


def told_headers() -> dict[str, str]:
    """What every header means that a person explained, by its key."""
    return dict(HeaderMeaning.objects.values_list("key", "meaning"))


def read_again(
    *, actor: User, now: datetime, staged: StagedImport, decisions: Mapping[str, Any]
) -> None:
    """Let ``staged`` be read once more with ``decisions``. Raises Forbidden."""
    permit(actor)
    staged.decisions = dict(decisions)
    staged.state, staged.touched_at = ImportState.WAITING.value, now
    staged.done_rows = 0
    staged.save(update_fields=["decisions", "state", "touched_at", "done_rows"])


def ask_to_commit(*, actor: User, now: datetime, staged: StagedImport) -> bool:
    """Let a worker carry ``staged`` out; False where it is not ready. Raises Forbidden."""
    permit(actor)
    ready = StagedImport.objects.filter(pk=staged.pk, state=ImportState.READY.value)
    state = ImportState.COMMITTING.value
    return bool(ready.update(state=state, touched_at=now, done_rows=0))


def keep_journal(*, staged: StagedImport, batch: Batch, links: Sequence[models.Model]) -> None:
    """Note every row that was written; to be called in the transaction that wrote it."""
    if staged.pk is None:
        staged.save()
    steps = chain(
        _steps(staged, batch.organisations),
        _steps(staged, batch.groups),
        _steps(staged, batch.contacts),
        (
            ImportStep(
                staged=staged,
                model=link._meta.label_lower,
                object_id=link.pk,
                label=str(contact)[:160],
                after={"contact_id": contact.pk, "group_id": group.pk},
            )
            for link, (contact, group) in zip(links, batch.memberships, strict=True)
        ),
    )
    while part := list(islice(steps, _CHUNK)):
        ImportStep.objects.bulk_create(part)


@transaction.atomic
def finish_import(*, actor: User | None, now: datetime, staged: StagedImport) -> None:
    """Erase the content of a file that was carried out. Raises Forbidden."""
    permit(actor)
    staged.content = b""
    staged.state, staged.committed_at = ImportState.DONE.value, now
    staged.save(update_fields=["content", "state", "committed_at"])
    staged.lines.all().delete()
    record(now=now, actor=actor, verb="import.committed", target=staged)


def _steps(staged: StagedImport, items: Iterable[Item[Any]]) -> Iterable[ImportStep]:
    for item in items:
        row, names = item.row, sorted(item.fields - {"groups"})
        if item.before is not None and not names:
            continue
        yield ImportStep(
            staged=staged,
            model=row._meta.label_lower,
            object_id=row.pk,
            label=str(row)[:160],
            before=None if item.before is None else _encoded(item.before, names),
            after=_encoded(row, names),
        )


def _encoded(row: models.Model, names: Iterable[str]) -> dict[str, Any]:
    wanted = set(names)
    fields = [field for field in row._meta.concrete_fields if field.name in wanted]
    return {field.name: encode(field, getattr(row, field.name)) for field in fields}


def undo_import(*, actor: User, now: datetime, staged: StagedImport) -> None:
    """Make the register as it was before ``staged`` was carried out, all or nothing.

    Raises Forbidden, Missing (too old, or undone already), Conflict that names what has been
    changed, booked or written since.
    """
    permit(actor)
    try:
        with transaction.atomic():
            row = _recent(now).select_for_update().filter(pk=staged.pk, undone_at=None).first()
            _take_back(actor, now, _found(row))
            StagedImport.objects.filter(pk=staged.pk).update(
                undone_at=now, state=ImportState.UNDONE.value
            )
            ImportStep.objects.filter(staged=staged).delete()
            record(now=now, actor=actor, verb="import.undone", target=staged)
    except (IntegrityError, models.ProtectedError) as error:
        message = _("Det går inte att ångra: något som är nyare står i vägen, som ett namn.")
        raise Conflict(message) from error


def _take_back(actor: User, now: datetime, staged: StagedImport) -> None:
    steps = list(staged.steps.all())
    made: dict[str, set[int]] = {}
    for step in steps:
        if step.before is None:
            made.setdefault(step.model, set()).add(step.object_id)
    changed = _changed(steps)
    changed += [name for name in _held(steps, made) if name not in changed]
    if changed:
        named = ", ".join(changed[:_MOST_NAMED])
        if len(changed) > _MOST_NAMED:
            named += _(" och %(number)d till") % {"number": len(changed) - _MOST_NAMED}
        message = _(
            "Det går inte att ångra: det här har ändrats, bokats eller fått något kopplat till "
            "sig sedan dess: %(names)s."
        )
        raise Conflict(message % {"names": named}, extra={"changed": changed})
    for step in steps:
        if step.before is not None:
            _set_back(actor, now, step)
    for model in (Contact.groups.through, Contact, Group, Organisation):
        for keys in _chunks(sorted(made.get(model._meta.label_lower, ()))):
            model._base_manager.filter(pk__in=keys).delete()


def _changed(steps: Sequence[ImportStep]) -> list[str]:
    """The names of what is no longer as the import left it."""
    found: list[str] = []
    for model in (*_MODELS, Contact.groups.through):
        own = [step for step in steps if step.model == model._meta.label_lower]
        for part in _chunks(own):
            keys = [step.object_id for step in part]
            rows = model._base_manager.select_for_update().in_bulk(keys)
            found += [step.label for step in part if _differs(rows.get(step.object_id), step)]
    return list(dict.fromkeys(found))


def _differs(row: Any, step: ImportStep) -> bool:
    if row is None or getattr(row, "archived_at", None) is not None:
        return True
    now = {name: getattr(row, name) for name in step.after if name.endswith("_id")}
    named = [name for name in step.after if name not in now]
    return bool({**now, **_encoded(row, named)} != step.after)


def _held(steps: Sequence[ImportStep], made: Mapping[str, set[int]]) -> list[str]:
    """The names of new rows on which something hangs that the import did not make."""
    labels = {(step.model, step.object_id): step.label for step in steps}
    found = []
    for model in _MODELS:
        label = model._meta.label_lower
        for _name, field in relations(model):
            own = made.get(field.model._meta.label_lower, set())
            for keys in _chunks(sorted(made.get(label, ()))):
                rows = field.model._base_manager.filter(**{f"{field.name}__in": keys})
                for pk, held in rows.values_list("pk", field.attname):
                    if pk not in own:
                        found.append(labels[label, held])
    return list(dict.fromkeys(found))


def _set_back(actor: User, now: datetime, step: ImportStep) -> None:
    model: Any = apps.get_model(step.model)
    row = model._base_manager.get(pk=step.object_id)
    before = snapshot(row)
    for name, value in step.before.items():
        setattr(row, name, decode(model._meta.get_field(name), value))
    row.save(update_fields=[*step.before])
    kind = row._meta.model_name
    names = frozenset(step.before)
    data: dict[str, object] = {"fields": sorted(names)}
    record(now=now, actor=actor, verb=f"{kind}.changed", target=row, data=data)
    tell: Any = {
        "organisation": hooks.organisation_changed,
        "group": hooks.group_changed,
        "contact": hooks.contact_changed,
    }[kind]
    tell(hooks.Change(actor, now, before, row, names))


def _chunks(items: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (items[at : at + _CHUNK] for at in range(0, len(items), _CHUNK))


def erase_staged_imports(*, now: datetime) -> int:
    """Erase what is older than a day; how many files there were. For the housekeeping."""
    old = Q(committed_at=None, uploaded_at__lte=now - KEPT) | Q(committed_at__lte=now - KEPT)
    rows = StagedImport.objects.filter(old)
    number = rows.count()
    if number:
        rows.delete()
    return number
