"""Benchmarks; `dayi bench` runs them."""
