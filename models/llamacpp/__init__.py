"""GGUF models in this process, through llama.cpp."""

import os

WAITING = {"OMP_WAIT_POLICY": "passive", "GOMP_SPINCOUNT": "0", "KMP_BLOCKTIME": "0"}
"""How threads wait for each other at the end of a step: asleep. Where they spin, as is OpenMP's own
way, a draw beside another program that works takes several times as long as one alone."""

for _name, _value in WAITING.items():
    os.environ.setdefault(_name, _value)  # read once, when the library is loaded
