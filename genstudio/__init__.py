"""genstudio: a desktop laboratory for generative models of images."""

__version__ = "0.1.0"
