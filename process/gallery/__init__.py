"""The files in ``diagrams/``: the pictures, their README, and the page. Begin with ``files.write``.

``page`` makes the page of what stands in ``assets/`` and of the data that ``configurations`` collects; ``link`` gives the
address of the page with the path of a real case.
"""

from process.gallery.files import write, write_page
from process.gallery.links import NotOnPage, link

__all__ = ["NotOnPage", "link", "write", "write_page"]
