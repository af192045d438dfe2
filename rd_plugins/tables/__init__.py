"""Tables of results that one command makes: trained, tested, written down."""
