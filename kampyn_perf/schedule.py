"""When each session is due: pure, asked by number, without a clock."""
