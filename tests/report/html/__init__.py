"""Pages, as a parser and as a browser read them."""
