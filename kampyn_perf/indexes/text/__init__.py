"""Values as lines, table rows and data for programs: one module per command. Pure."""
