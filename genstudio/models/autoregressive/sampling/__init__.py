"""Four ways to draw the same images from the same noise: naive, cached, jacobi, and auto, which picks."""
