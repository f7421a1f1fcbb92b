"""Cases as JSON: written in one format, read back strictly.

``codec`` writes and reads snapshots, ``history`` checks that the steps of one can have led to its state and facts,
``migrations`` turn what older models wrote into today's form, and ``strict_json`` reads JSON for the whole package.
"""
