"""Benchmarks: each prints a ratio measured in one run, because absolute times say little on a shared machine."""
