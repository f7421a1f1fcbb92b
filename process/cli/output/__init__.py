"""The output of the commands: streams, tables for people, JSON for programs, progress bars.

``streams`` writes text whatever the console's encoding. ``case_text`` shows a case to people, ``case_json`` to
programs, of the parts in ``process.json_forms``. ``case_list``, ``run_report``, ``check_report`` and ``audit_report``
are the long outputs of their commands.
"""
