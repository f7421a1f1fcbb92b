"""A shop's own back end, written without the package that it is tested with: a service, and the adapter around it."""
