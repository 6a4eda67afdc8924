"""A target, as its file describes it: operations, how one signs in, and flows as data. Pure models;
`load/scenario` makes requests of them."""
