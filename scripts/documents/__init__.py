"""Documents that are made from the code, so that they cannot tell another story. Nothing here is needed to serve."""
