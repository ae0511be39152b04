"""How the service stands faults and load: real servers and processes on one machine, started and ended here.

make bench-service
python -m tests.service --jobs 50 --pause 60 --uploads 500 --rows 25000
"""
