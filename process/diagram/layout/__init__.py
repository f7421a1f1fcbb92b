"""Finds a place for every box, arrow and text of a picture. Begin with ``placed_picture.place``.

``box_rectangles`` places the boxes, ``frames`` the borders around them; ``labels`` cuts texts into lines, ``legend``
explains the signs.
``all_routes`` routes the arrows, each by ``one_route``: ``line_search`` finds its line, ``text_place`` places its text.
"""
