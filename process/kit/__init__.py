"""What takes a case or a back end along the trips of the model; behind ``process.testing``."""
