"""Benchmarks of the service under faults and load, with real servers and processes on one machine.

make bench-service
python -m tests.service --jobs 50 --pause 60 --uploads 500 --rows 25000
"""
