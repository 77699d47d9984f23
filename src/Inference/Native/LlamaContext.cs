namespace SwarmCompute.Inference;

/// <summary>
/// A context for one sequence. Its size, its number of threads and the way its batches are made never change, for the bits
/// of the results depend on them.
/// </summary>
internal sealed unsafe class LlamaContext : IDisposable
{
    private const int CachedSequence = 0;

    private readonly LlamaContextHandle _handle;
    private readonly LayerCapture _capture;
    private readonly StageLoadOptions _options;
    private readonly int _embeddingLength;
    private readonly int _vocabularySize;

    /// <exception cref="InferenceException">There is not enough memory, or the engine cannot make a context for this model.</exception>
    public LlamaContext(LlamaModelHandle model, GgufModelInfo info, StageLoadOptions options)
    {
        (_options, _embeddingLength, _vocabularySize) = (options, info.EmbeddingLength, info.VocabularySize);
        _capture = new(info.Layers - 1, info.EmbeddingLength);
        var parameters = NativeMethods.ContextDefaults();
        parameters.ContextTokens = (uint)options.ContextTokensPerSession;
        parameters.BatchTokens = parameters.MicroBatchTokens = (uint)options.PrefillTokensMax;
        parameters.SequencesMax = 1;
        parameters.Threads = parameters.ThreadsBatch = options.Threads;
        parameters.KvUnified = 1;
        parameters.NoPerf = 1;
        if (!options.Last)
        {
            parameters.EvalCallback = LayerCapture.Callback;
            parameters.EvalState = _capture.Address;
        }
        NativeLog.Clear();
        _handle = new(model, parameters);
        if (!_handle.IsInvalid) return;
        _capture.Dispose();
        throw new InferenceException($"A session of {options.ContextTokensPerSession} tokens cannot be opened: {NativeLog.Take()}. Free memory, or load the stage for shorter or fewer sessions.");
    }

    /// <summary>Runs all layers on hidden states; hands over what comes out of the last one.</summary>
    public void RunHidden(ReadOnlySpan<float> hiddenIn, int tokens, int position, Span<float> hiddenOut)
    {
        fixed (float* destination = hiddenOut)
        {
            _capture.Expect(destination, tokens);
            Decode(hiddenIn, tokens, position);
            if (!_capture.Finish()) throw new InferenceException("llama.cpp did not hand over the hidden states: the model's graph has another form than expected.");
        }
    }

    /// <summary>Runs all layers and the head; gives the best candidates after the last token.</summary>
    public Candidates RunLast(ReadOnlySpan<float> hiddenIn, int tokens, int position)
    {
        Decode(hiddenIn, tokens, position);
        var logits = NativeMethods.Logits(_handle.Address, -1);
        if (logits == null) throw new InferenceException($"llama.cpp gave no logits: {NativeLog.Take()}.");
        return CandidateSelection.Best(new ReadOnlySpan<float>(logits, _vocabularySize));
    }

    /// <summary>Forgets the sequence, its cached keys and values included.</summary>
    public void Clear() => NativeMethods.ClearMemory(NativeMethods.Memory(_handle.Address), data: true);

    public void Dispose()
    {
        _handle.Dispose();
        _capture.Dispose();
    }

    private void Decode(ReadOnlySpan<float> hiddenIn, int tokens, int position)
    {
        var (positions, sequenceCounts, outputs) = (new int[tokens], new int[tokens], new sbyte[tokens]);
        for (var i = 0; i < tokens; i++)
        {
            positions[i] = position + i;
            sequenceCounts[i] = 1;
            outputs[i] = !_options.Last || i == tokens - 1 ? (sbyte)1 : (sbyte)0;      // a stage hands on every token's state
        }
        var sequence = CachedSequence;
        var sequences = new nint[tokens];
        Array.Fill(sequences, (nint)(&sequence));
        NativeLog.Clear();
        int outcome;
        fixed (float* embeddings = hiddenIn)
        fixed (int* positionsAt = positions, countsAt = sequenceCounts)
        fixed (sbyte* outputsAt = outputs)
        fixed (nint* sequencesAt = sequences)
        {
            outcome = NativeMethods.Decode(_handle.Address, new LlamaBatch
            {
                Tokens = tokens,
                Embeddings = embeddings,
                Positions = positionsAt,
                SequenceCounts = countsAt,
                Sequences = (int**)sequencesAt,
                Outputs = outputsAt,
            });
        }
        if (outcome != 0) throw new InferenceException($"llama.cpp failed at token {position} with code {outcome}: {NativeLog.Take()}.");
    }
}
