"""The adaptive rate limit, with counts that all workers share."""
