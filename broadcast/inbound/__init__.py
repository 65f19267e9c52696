"""What people send to us: what they mean, and what follows from it."""
