"""What the backend does, between routes and stores."""
