"""What is on the ground, and the rules about it."""
