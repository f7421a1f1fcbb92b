"""What fills ``diagrams/``: the pictures, their index and the page. Begin with ``files.write``."""
