"""Between coordinator and generators on different machines, over Locust's own master and worker."""
