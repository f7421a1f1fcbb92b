"""A shop's event log against the model: which cases deviate where and why, coverage, waits and overdue cases.

Begin with ``run.audit``. ``mapping_file`` reads how a log's names become the model's, ``unmapped_names`` reports and
suggests what is missing there, ``log`` makes events of rows. ``trace_verdict`` judges one trace, by
``partial_log_simulation`` where the log leaves something out; ``variant_verdicts`` has every variant judged. ``report`` has
the result; ``report_tables`` and ``report_files`` write it. Needs the extra ``audit``.
"""

from process.extras import needed_by

with needed_by("process.audit", "duckdb", extra="audit"):
    import duckdb as _duckdb  # noqa: F401  # so that its absence is one sentence

from process.audit.mapping_file import Mapping, MappingInvalid, read_mapping
from process.audit.parts import merge
from process.audit.progress import Progress, Stage
from process.audit.report import Report
from process.audit.report_files import write_views
from process.audit.run import audit, suggest_mapping
from process.audit.sources import SourceUnusable
from process.audit.warehouse import audit_variants, read_variants, variants_sql

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
