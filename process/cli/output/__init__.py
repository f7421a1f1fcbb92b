"""The output of the commands: streams, tables for people, JSON for programs, progress bars.

``streams`` writes text whatever the console's encoding, ``tables`` and ``case_text`` are for people, ``case_json`` for
programs, of the parts in ``process.json_forms``; ``case_list``, ``run_report`` and ``check_report``
are the long outputs of their commands.
"""
