"""The files in ``diagrams/``: the pictures, their README, and the page. Begin with ``files.write``.

``page`` makes the page of what stands in ``assets/`` and of the data that ``configurations`` collects.
"""
