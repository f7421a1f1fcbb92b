"""Plans the scenarios of a conformance run. Begin with ``planner.Planner``.

``arcs`` is the explored graph without parallel edges, ``paths`` the fixed list of paths that a plan begins with, ``listed``
scenarios that no search finds. ``refused_deliveries`` chooses what must be refused on the way, ``accepted_payloads`` what
the accepted events carry; ``leftovers`` is what a faulty back end may have kept, for which more is delivered.
"""
