"""The routes, one module per subject. Each makes its router from the services it is given."""
