"""Studies at rest: versions, audit and what people decided, in SQLite or PostgreSQL. Beside the rooms.

Parts are immutable and named by their content, so a new facility list stores no road again. A version names its parts
and the version it started from; what a commit writes is one transaction together with its line of audit.
"""

from geo.store.engine import home, open_store
from geo.store.versions import Store, VersionEntry

__all__ = ["Store", "VersionEntry", "home", "open_store"]
