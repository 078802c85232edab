"""What is known of a row only after several seeds: its plan, its trials, their summary."""
