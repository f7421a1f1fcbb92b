"""What the requirements are checked with, and the mutants that test them; behind ``process.requirements``."""
