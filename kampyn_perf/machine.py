"""What a number is comparable with: CPU, operating system, Python, versions, git."""
