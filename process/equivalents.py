"""The mutants that no requirement can kill, since every case does the same with them; each with the reason."""

from __future__ import annotations

from collections.abc import Mapping

from process.model import Words

EQUIVALENTS: Mapping[Words, tuple[str, ...]] = {}
"""By the reason; a test holds that these are all."""
