"""Files of cases and events, one JSON object a line. Begin with ``reader``."""

from process.eventfile.reader import MAX_LINE, LineInvalid, Opened, Raised, dump, line, lines, read

__all__ = ["MAX_LINE", "LineInvalid", "Opened", "Raised", "dump", "line", "lines", "read"]
