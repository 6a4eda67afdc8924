"""Alert rules over sliding windows, and what they do when they fire."""
