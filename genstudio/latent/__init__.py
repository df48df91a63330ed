"""Knowledge of a latent space: named directions, their scores, and their effects."""
