"""The register as a file that the import reads back to the same register."""

import csv
import io
import tempfile
from collections.abc import Iterator
from datetime import datetime

import xlsxwriter
from django.db.models import Prefetch

from core.access import may_plan, require
from core.models import User
from core.swedish import format_phone
from partners.importing.cells import guarded
from partners.importing.columns import HEADERS, Field
from partners.importing.words import NAMES, WEEKDAYS
from partners.models import Contact, Group, Organisation, SizeBand
from partners.services.exporting import note_export

Cells = dict[Field, str]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def take_along(*, actor: User, now: datetime, form: str) -> tuple[bytes, str]:
    """The register as "csv" or "xlsx" and its media type; noted. Raises Forbidden."""
    body = export_workbook(viewer=actor) if form == "xlsx" else export(viewer=actor)
    note_export(actor=actor, now=now)
    return body, XLSX if form == "xlsx" else "text/csv; charset=utf-8"


def export(*, viewer: User | None) -> bytes:
    """Every active partner as CSV: UTF-8 with BOM, semicolons, CRLF, safe from formulas.

    One row a group and contact, and one for what stands alone. Planners only (it holds categories
    and protected details; None is the system). Raises Forbidden. Four queries.
    """
    if viewer is not None:
        require(may_plan(viewer))
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([HEADERS[field] for field in Field])
    for cells in _rows():
        writer.writerow([guarded(cells.get(field, "")) for field in Field])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def export_workbook(*, viewer: User | None) -> bytes:
    """The same as an Excel workbook of text cells, written row by row. Raises as ``export``."""
    if viewer is not None:
        require(may_plan(viewer))
    out = io.BytesIO()
    with tempfile.TemporaryDirectory() as spilled:
        options = {
            "constant_memory": True,
            "tmpdir": spilled,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        with xlsxwriter.Workbook(out, options) as book:
            sheet = book.add_worksheet("Partner")
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, len(Field) - 1, 18)
            bold = book.add_format({"bold": True})
            for column, field in enumerate(Field):
                sheet.write_string(0, column, HEADERS[field], bold)
            for number, cells in enumerate(_rows(), start=1):
                for column, field in enumerate(Field):
                    if text := cells.get(field, ""):
                        sheet.write_string(number, column, guarded(text))
    return out.getvalue()


def _rows() -> Iterator[Cells]:
    groups = Prefetch("groups", Group.objects.filter(archived_at=None))
    people = Contact.objects.filter(archived_at=None).prefetch_related(groups)
    found = Organisation.objects.filter(archived_at=None)
    for home in found.prefetch_related(groups, Prefetch("contacts", people)):
        first = _organisation(home)
        told: set[int] = set()
        for contact in home.contacts.all():
            serves = list(contact.groups.all())
            told |= {group.pk for group in serves}
            for group in serves:
                yield first | _group(group) | _contact(contact)
            if not serves:
                yield first | _contact(contact)
        alone = [group for group in home.groups.all() if group.pk not in told]
        yield from (first | _group(group) for group in alone)
        if not alone and not home.contacts.all():
            yield first


def _organisation(row: Organisation) -> Cells:
    return {
        Field.ORGANISATION: row.name,
        Field.KIND: NAMES[row.kind],
        Field.ORGANISATION_PROTECTED: _yes(said=row.protected),
        Field.ADDRESS: row.address,
        Field.NOTES: row.notes,
    }


def _group(row: Group) -> Cells:
    day, at = row.preferred_weekday, row.preferred_time
    return {
        Field.GROUP: row.alias,
        Field.CATEGORY: NAMES[row.category],
        Field.SIZE_BAND: SizeBand(row.size_band).label,  # an en dash: "4-6" becomes a date
        Field.LANGUAGES: ", ".join(row.languages),
        Field.ACCESS_NEEDS: ", ".join(NAMES[need] for need in row.access_needs),
        Field.WEEKDAY: "" if day is None else WEEKDAYS[day],
        Field.TIME: "" if at is None else f"{at:%H.%M}",
        Field.FIKA: _yes(said=row.fika),
        Field.TWO_HOSTS: _yes(said=row.two_hosts),
    }


def _contact(row: Contact) -> Cells:
    return {
        Field.CONTACT: row.name,
        Field.ROLE: row.role,
        Field.EMAIL: row.email,
        Field.PHONE: format_phone(row.phone) if row.phone else "",
        Field.CONTACT_LANGUAGE: NAMES[row.language],
        Field.CHANNEL: NAMES[row.channel],
        Field.SOURCE: row.source,
        Field.CONTACT_PROTECTED: _yes(said=row.protected),
    }


def _yes(*, said: bool) -> str:
    return "ja" if said else "nej"
