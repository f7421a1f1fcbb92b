"""The output of the commands: streams, tables for people, JSON for programs, progress bars.

``streams`` writes text whatever the console's encoding. ``case_text`` shows a case; ``case_list``, ``run_report``,
``check_report`` and ``audit_report`` are the long outputs. The keys of ``--json`` stand in ``case_json`` for cases, in
``process.json_vocabulary`` for their parts, and with the output of each command for lists and totals.
"""
