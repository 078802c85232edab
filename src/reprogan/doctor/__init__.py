"""What is wrong with a repository or its machine, and the command that mends it."""
