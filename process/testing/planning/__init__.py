"""Plans the scenarios of a conformance run. Begin with ``planner.Planner``.

``arcs`` is the explored graph without parallel edges, ``paths`` the fixed list of paths that a plan begins with, ``probes``
the deliveries on the way that must be refused, ``values`` the choice of payloads that are accepted.
"""
