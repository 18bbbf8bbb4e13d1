"""The register in the API: organisations, groups, contacts."""

from ninja import Router

from partners.api import contacts, groups, importing, merging, organisations, tasks

routers: list[tuple[str, Router]] = [
    ("/organisations", organisations.router),
    ("/groups", groups.router),
    ("/contacts", contacts.router),
    ("/duplicates", merging.router),
    ("/merges", merging.merges),
    ("/imports", importing.router),
    ("/partner-tasks", tasks.router),
]
