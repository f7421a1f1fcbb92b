"""Files of cases and events, one JSON object a line; ``reader`` describes the format and is where to begin.

``parser`` reads one line, ``reader`` whole files, ``writer`` writes them, ``runner`` replays them on cases in memory.
"""

from process.eventfile.parser import MAX_LINE, CaseLine, EventLine
from process.eventfile.reader import read, split_lines
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
