"""What is known about a latent space: named directions, how well they were found, and what they do."""
