"""What a person does with the noise of a trained generator: walks in it, and arithmetic on it."""
