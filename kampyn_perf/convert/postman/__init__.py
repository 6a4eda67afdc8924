"""A Postman collection (format 2.1) into a project."""
