"""Finds a place for every box, arrow and text of a picture. Begin with ``placed_picture.place``.

``box_rectangles`` places the boxes, ``frames`` the borders around them; ``labels`` cuts texts into lines, ``legend``
explains the signs.
Where ``precomputed_routes`` has no routes, ``all_routes`` finds them, each by ``one_route``: ``line_search`` finds its
line, ``text_place`` places its text.
"""
