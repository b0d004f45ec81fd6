"""The front end: its sources, and the program that builds them."""
