"""What is wanted against what is there, and the steps from one to the other. Pure."""
