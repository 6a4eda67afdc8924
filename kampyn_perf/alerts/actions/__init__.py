"""What is done about an alert. Nothing here may hold up or end what is watched: webhooks and
commands work in threads of their own, and what they could not do is told at the end."""
