"""Cases as JSON: written in one format, read back strictly.

``codec`` says what a snapshot holds, writes and reads it; ``value_readers`` reads single values. ``validation`` refuses
an impossible case: it checks that the steps can have led to the state and the facts, by ``backward_step`` one step at a
time and by the ``row_analysis`` of its row.
``migrations`` turn what older models wrote into today's form, and ``strict_json`` reads JSON for the whole package.
"""
