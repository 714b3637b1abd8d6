"""llama.cpp's own server, as `llama-server` starts it, for those who have no such program.

    python tests/bench/llama_server.py [-np 8] [-c 16384] [--swa-full] [--lora FILE …]

The options are llama-server's, by their names there; what is not given is as there. It prints its
address and serves until its standard input ends, or Ctrl-C.
"""

import argparse
import os
import sys
from contextlib import suppress
from pathlib import Path

from models.llamacpp import WAITING
from models.resolve import find_base


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-m", "--model", default="starter", help="a name of the catalog, or a GGUF")
    parser.add_argument("-np", "--parallel", type=int, default=4, help="slots")
    parser.add_argument("-c", "--ctx-size", type=int, default=8192, help="tokens of all slots")
    parser.add_argument("-t", "--threads", type=int)
    parser.add_argument("--lora", action="append", default=[], metavar="FILE")
    parser.add_argument("--cache-ram", type=int, default=8192, metavar="MIB")
    parser.add_argument("--swa-full", action="store_true")
    parser.add_argument("--port", type=int, default=0, help="0 is any")
    given = parser.parse_args()
    os.environ |= WAITING  # read when the library is loaded
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(find_base(given.model))
    params.model_alias = {Path(given.model).stem}
    params.n_parallel, params.kv_unified = given.parallel, True
    params.n_ctx, params.cache_ram_mib = given.ctx_size, given.cache_ram
    params.swa_full, params.port, params.verbosity = given.swa_full, given.port, -1
    params.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(one, 1.0) for one in given.lora]
    if given.threads:
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = given.threads
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    with suppress(KeyboardInterrupt):
        sys.stdin.read()
    del server


if __name__ == "__main__":
    main()
