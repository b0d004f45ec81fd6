"""The service beside its peers, on the same data and the same machine, one after the other."""
