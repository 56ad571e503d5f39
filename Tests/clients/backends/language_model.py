"""llama.cpp's own server with SmolLM2-135M-Instruct, 4 bits: chat and text completions, embeddings."""

from .process import HERE, Backend, environment


class LanguageModel(Backend):
    """OpenAI's protocol under `model`. Computes on one thread; answers `parallel` requests at a time."""

    ready_path = "/health"

    def __init__(self, folder, model="smollm2", parallel=2):
        super().__init__(folder)
        self._model, self._parallel = model, parallel
        self._announcement = self.folder / "address"

    def launch(self):
        python = environment("llm")
        self.run(python, HERE / "runtimes" / "language_model.py", self._announcement, self._model, self._parallel)

    def find_address(self):
        return self._announcement.exists() and self._announcement.read_text()
