"""Search in a folded form, kept with the row."""

from typing import Any, ClassVar

from django.db import models

from partners.folding import fold


class Searchable(models.Model):
    """Keeps ``search``: the folded form of the fields that name it, set at every save.

    What is written without ``save()`` (``bulk_create``, ``update``) must set it: see ``fold``.
    """

    #: What ``search`` is made of.
    search_of: ClassVar[tuple[str, ...]]
    search = models.TextField(editable=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """As Django's, with ``search`` kept."""
        self.refold()
        fields = kwargs.get("update_fields")
        if fields is not None and set(fields) & set(self.search_of):
            kwargs["update_fields"] = {*fields, "search"}
        super().save(*args, **kwargs)

    def refold(self) -> None:
        """Make ``search`` again from the fields that name it."""
        self.search = fold(" ".join(getattr(self, name) for name in self.search_of))
