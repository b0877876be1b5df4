"""Made-up counties of any size, seeded: the samples, tests and benchmarks. Beside the rooms; imports only the model."""
