"""OpenMP settings of the program, for benchmarks that compute in their own process: import it before torch."""

from genstudio.core.openmp import sleep_while_waiting

sleep_while_waiting()
