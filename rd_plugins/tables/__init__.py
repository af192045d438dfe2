"""Tables of results: train, test and report all rows by one command."""
