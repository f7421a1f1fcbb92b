"""Sources of a log: files, databases and the formats of process mining, each read into one DuckDB table of text columns.

Begin with ``loading.load_source``. The table ``raw`` has the log's own columns as text and ``_row``, the row's number in
reading order. What can't be read is counted with its place and never left out in silence.
"""

from process.audit.sources.loading import load_source
from process.audit.sources.raw_table import Raw, SourceUnusable, connect, quoted, raising_unusable

__all__ = ["Raw", "SourceUnusable", "connect", "load_source", "quoted", "raising_unusable"]
