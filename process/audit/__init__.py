"""A shop's event log against the model: which cases deviate where and why, coverage, waits and overdue cases.

Begin with ``run.audit``; ``mapping`` says how a log's names become the model's. Needs the extra ``audit``.
"""

from process.extras import needed_by

with needed_by("process.audit", "duckdb", extra="audit"):
    import duckdb as _duckdb  # noqa: F401  # so that its absence is one sentence

from process.audit.mapping import Mapping, MappingInvalid, read_mapping
from process.audit.parts import merge
from process.audit.progress import Progress, Stage
from process.audit.report import Report
from process.audit.run import audit, suggest_mapping
from process.audit.sources import SourceUnusable
from process.audit.warehouse import audit_variants, read_variants, variants_sql
from process.audit.writing import write_views

__all__ = [
    "Mapping",
    "MappingInvalid",
    "Progress",
    "Report",
    "SourceUnusable",
    "Stage",
    "audit",
    "audit_variants",
    "merge",
    "read_mapping",
    "read_variants",
    "suggest_mapping",
    "variants_sql",
    "write_views",
]
