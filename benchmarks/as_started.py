"""Imported before torch by benchmarks that compute in their own process: OpenMP's threads wait as the program's do."""

from genstudio.core.openmp import sleep_while_waiting

sleep_while_waiting()
