"""The output of the commands: streams, tables for people, JSON for programs, progress bars.

``streams`` writes text whatever the console's encoding, ``tables`` and ``render`` are for people, ``json_forms`` is the one
vocabulary of every ``--json``; ``case_list``, ``run_report`` and ``check_report`` are the long outputs of their commands.
"""
