"""Files of cases and events, one JSON object a line; ``file_reader`` describes the format and is where to begin.

``line_parser`` reads one line, ``file_reader`` whole files, ``writer`` writes them, ``runner`` replays them on cases in
memory.
"""

from process.eventfile.file_reader import read, split_lines
from process.eventfile.line_parser import MAX_LINE, CaseLine, EventLine
from process.eventfile.runner import RefusedLine, Replayed, replay
from process.eventfile.writer import dump, dump_step
from process.exceptions import LineInvalid

__all__ = [
    "MAX_LINE",
    "CaseLine",
    "EventLine",
    "LineInvalid",
    "RefusedLine",
    "Replayed",
    "dump",
    "dump_step",
    "read",
    "replay",
    "split_lines",
]
