/// Answers in the shapes that servers document and send, shortened.
enum Transcripts {
    /// OpenAI with `include_usage` and obfuscation.
    static let openAI = """
        data: {"id":"chatcmpl-B9","object":"chat.completion.chunk","created":1741569952,"model":"gpt-4.1-mini",\
        "service_tier":"default","system_fingerprint":"fp_1","choices":[{"index":0,"delta":{"role":"assistant",\
        "content":"","refusal":null},"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"a1b2c3"}

        data: {"id":"chatcmpl-B9","object":"chat.completion.chunk","created":1741569952,"model":"gpt-4.1-mini",\
        "choices":[{"index":0,"delta":{"content":"Grüße"},"logprobs":null,"finish_reason":null}],"usage":null,\
        "obfuscation":"Zk"}

        data: {"id":"chatcmpl-B9","object":"chat.completion.chunk","created":1741569952,"model":"gpt-4.1-mini",\
        "choices":[{"index":0,"delta":{"content":" \\ud83d\\ude00!"},"logprobs":null,"finish_reason":null}],\
        "usage":null}

        data: {"id":"chatcmpl-B9","object":"chat.completion.chunk","created":1741569952,"model":"gpt-4.1-mini",\
        "choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}],"usage":null}

        data: {"id":"chatcmpl-B9","object":"chat.completion.chunk","created":1741569952,"model":"gpt-4.1-mini",\
        "choices":[],"usage":{"prompt_tokens":19,"completion_tokens":4,"total_tokens":23,\
        "prompt_tokens_details":{"cached_tokens":0},"completion_tokens_details":{"reasoning_tokens":0}}}

        data: [DONE]


        """

    /// The same answer in one piece.
    static let openAIDocument = """
        {
          "id": "chatcmpl-C1",
          "object": "chat.completion",
          "created": 1741570000,
          "model": "gpt-4.1-mini-2025-04-14",
          "choices": [
            {
              "index": 0,
              "message": {"role": "assistant", "content": "Grüße 😀!", "refusal": null, "annotations": []},
              "logprobs": null,
              "finish_reason": "stop"
            }
          ],
          "usage": {"prompt_tokens": 19, "completion_tokens": 4, "total_tokens": 23},
          "service_tier": "default"
        }

        """

    /// OpenAI with two tool calls at once.
    static let openAITools = """
        data: {"id":"c","choices":[{"index":0,"delta":{"role":"assistant","content":null,"tool_calls":[{"index":0,\
        "id":"call_a","type":"function","function":{"name":"get_weather","arguments":""}}]},"finish_reason":null}]}

        data: {"id":"c","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":\
        {"arguments":"{\\"unit\\":"}}]}}]}

        data: {"id":"c","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":\
        {"arguments":" \\"C\\", \\"city\\":\\"Paris\\"}"}}]}}]}

        data: {"id":"c","choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"call_b","type":"function",\
        "function":{"name":"now","arguments":"{}"}}]}}]}

        data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}

        data: [DONE]


        """

    /// vLLM: reasoning apart from the answer, `stop_reason`, and `choices: null` beside the usage.
    static let vLLM = """
        data: {"id":"chatcmpl-77","object":"chat.completion.chunk","created":1,"model":"Qwen/Qwen3-8B",\
        "choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]}

        data: {"id":"chatcmpl-77","object":"chat.completion.chunk","created":1,"model":"Qwen/Qwen3-8B",\
        "choices":[{"index":0,"delta":{"reasoning":"Hm","reasoning_content":"Hm"},"finish_reason":null}]}

        data: {"id":"chatcmpl-77","object":"chat.completion.chunk","created":1,"model":"Qwen/Qwen3-8B",\
        "choices":[{"index":0,"delta":{"content":"42"},"logprobs":null,"finish_reason":"stop","stop_reason":151645}]}

        data: {"id":"chatcmpl-77","object":"chat.completion.chunk","created":1,"model":"Qwen/Qwen3-8B",\
        "choices":null,"usage":{"prompt_tokens":9,"total_tokens":12,"completion_tokens":3}}

        data: [DONE]


        """

    /// vLLM, completions with `n: 2`.
    static let vLLMCompletions = """
        data: {"id":"cmpl-1","object":"text_completion","created":1,"model":"m","choices":[{"index":1,"text":" b",\
        "logprobs":null,"finish_reason":null,"stop_reason":null}],"usage":null}

        data: {"id":"cmpl-1","object":"text_completion","created":1,"model":"m","choices":[{"index":0,"text":" a",\
        "logprobs":null,"finish_reason":null,"stop_reason":null}],"usage":null}

        data: {"id":"cmpl-1","object":"text_completion","created":1,"model":"m","choices":[{"index":1,"text":"c",\
        "logprobs":null,"finish_reason":"length","stop_reason":null},{"index":0,"text":"","finish_reason":"stop"}]}

        data: [DONE]


        """

    /// llama.cpp: members in another order, timings, usage beside the last choice.
    static let llamaCpp = """
        data: {"choices":[{"finish_reason":null,"index":0,"delta":{"role":"assistant","content":null}}],"created":1740,\
        "id":"chatcmpl-eW","model":"smollm2","system_fingerprint":"b4764-7ad0779f","object":"chat.completion.chunk"}

        : ping

        data: {"choices":[{"finish_reason":null,"index":0,"delta":{"content":"Hello"}}],"created":1740,\
        "id":"chatcmpl-eW","model":"smollm2","object":"chat.completion.chunk"}

        data:

        data: {"choices":[{"finish_reason":"length","index":0,"delta":{}}],"created":1740,"id":"chatcmpl-eW",\
        "model":"smollm2","object":"chat.completion.chunk",\
        "usage":{"completion_tokens":1,"prompt_tokens":43,"total_tokens":44},\
        "timings":{"prompt_n":43,"prompt_ms":246.082,"predicted_n":1,"predicted_ms":0.028}}

        data: [DONE]


        """

    /// llama.cpp until 2025: an error as a field of its own, and then the end of a whole stream.
    static let llamaCppError = """
        error: {"code":400,"message":"the request exceeds the available context size","type":"invalid_request_error"}

        data: [DONE]


        """

    /// OpenVINO Model Server: first the role without content, no logprobs.
    static let openVINO = """
        data: {"choices":[{"index":0,"logprobs":null,"finish_reason":null,\
        "delta":{"role":"assistant","content":null}}],\
        "created":1716825108,"model":"llama3","object":"chat.completion.chunk"}

        data: {"choices":[{"index":0,"logprobs":null,"finish_reason":null,"delta":{"content":"Hi"}}],\
        "created":1716825108,"model":"llama3","object":"chat.completion.chunk"}

        data: {"choices":[{"index":0,"logprobs":null,"finish_reason":"stop","delta":{"content":"."}}],\
        "created":1716825108,"model":"llama3","object":"chat.completion.chunk"}

        data: [DONE]


        """

    /// OpenVINO Model Server: an error as a bare object at the end of the bytes.
    static let openVINOError = """
        data: {"choices":[{"index":0,"finish_reason":null,"delta":{"content":"Hi"}}],"object":"chat.completion.chunk"}

        {"error": "Mediapipe execution failed. MP status - INVALID_ARGUMENT"}
        """

    static let streams = [
        openAI, openAITools, vLLM, vLLMCompletions, llamaCpp, llamaCppError, openVINO, openVINOError,
    ]
}
