"""What we claim about speed, as programs that measure it: `python -m benchmarks.NAME`."""
