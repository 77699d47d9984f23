namespace SwarmCompute.Inference;

/// <summary>
/// A context that sequences share. Cells are only ever appended, and those of a closed sequence stay where they are until all that live are moved
/// together: so a sequence's cells always lie in the order of its tokens, and the bits of its results do not depend on who came and went.
/// Not thread-safe.
/// </summary>
internal sealed unsafe class KvArena : IDisposable
{
    private const int Closed = 0, Filler = 1, Transfer = 2, SessionsFirst = 3;
    private const int DeadCellsSpared = 1024;                            // attention looks at every cell, so dead ones may not outweigh the living by more

    private readonly LlamaContextHandle _handle;
    private readonly LayerCapture _capture;
    private readonly LlamaRows _rows;
    private readonly BatchRule _rule;
    private readonly bool _last;
    private readonly int _rowBytes, _vocabularySize, _cells;
    private readonly Stack<int> _free;
    private readonly int[] _tokens;
    private KvDeltaForm? _form;
    private int _used, _live, _filled;

    /// <exception cref="InferenceException">There is not enough memory, or the engine cannot make a context for this model.</exception>
    public KvArena(LlamaModelHandle model, GgufModelInfo info, StageLoadOptions options, BatchRule rule)
    {
        var sessions = rule.SharesContext ? options.SessionsMax : 1;
        (_rule, _last, _rowBytes, _vocabularySize) = (rule, options.Last, info.EmbeddingLength * sizeof(float), info.VocabularySize);
        _cells = CellsFor(rule.SharesContext ? options.KvTokensMax : options.ContextTokensPerSession, rule.RowsMax);
        _free = new Stack<int>(Enumerable.Range(SessionsFirst, sessions).Reverse());
        _tokens = new int[SessionsFirst + sessions];
        _capture = options.Last ? LayerCapture.OfFinalNorm(info.EmbeddingLength) : LayerCapture.OfLayer(info.Layers - 1, info.EmbeddingLength);
        _rows = new(rule.RowsMax + rule.RowsStep, info.EmbeddingLength);
        var parameters = NativeMethods.ContextDefaults();
        parameters.ContextTokens = (uint)_cells;
        parameters.MicroBatchTokens = (uint)(rule.RowsMax + rule.RowsStep);
        parameters.SequencesMax = (uint)(SessionsFirst + sessions);
        // The engine keeps an output for every sequence, and ends the process where a batch could not have as many.
        parameters.BatchTokens = Math.Max(parameters.MicroBatchTokens, parameters.SequencesMax);
        parameters.Threads = parameters.ThreadsBatch = options.Threads;
        parameters.KvUnified = 1;
        parameters.NoPerf = 1;
        if (rule.SharesContext) parameters.FlashAttention = 1;
        parameters.EvalCallback = LayerCapture.Callback;
        parameters.EvalState = _capture.Address;
        NativeLog.Clear();
        _handle = new(model, parameters);
        if (!_handle.IsInvalid) return;
        _capture.Dispose();
        _rows.Dispose();
        throw new InferenceException(
            $"A context of {_cells} tokens cannot be opened: {NativeLog.Take()}. Free memory, or load the stage for shorter or fewer sessions, or for fewer tokens in all of them.");
    }

    /// <summary>How often all that live were moved together.</summary>
    public int Moves { get; private set; }

    /// <summary>Whether no sequence is open.</summary>
    public bool IsIdle => _free.Count == _tokens.Length - SessionsFirst;

    /// <summary>Tokens of a sequence that the cache holds.</summary>
    public int Tokens(int sequence) => _tokens[sequence];

    /// <summary>Opens a sequence. As many can be open as the arena was made for.</summary>
    public int Open() => _free.Pop();

    /// <summary>
    /// Opens a sequence that begins with the first tokens of another. They share the cells until all that live are moved; then each has its own,
    /// for which there is always room: every sequence counts in full, for the kernel, which lets no more tokens live than there are cells for, too.
    /// </summary>
    public int Fork(int source, int tokens)
    {
        var fork = Open();
        NativeMethods.CopySequence(NativeMethods.Memory(_handle.Address), source, fork, 0, tokens);
        _tokens[fork] = tokens;
        _live += tokens;
        return fork;
    }

    /// <summary>Closes a sequence: its number is free again.</summary>
    public void Close(int sequence)
    {
        Bury(sequence);
        _free.Push(sequence);
        if (IsIdle) Clear();
    }

    /// <summary>Runs the calls, cut into batches as the rule has it.</summary>
    /// <exception cref="InferenceException">The engine failed; no call's results hold.</exception>
    public void Run(ReadOnlySpan<StageCall> calls)
    {
        var (call, offset) = (0, 0);
        while (call < calls.Length)
        {
            var (first, firstOffset, rows) = (call, offset, 0);
            _rows.Clear();
            while (call < calls.Length && rows < _rule.RowsMax)
            {
                var take = Math.Min(calls[call].Tokens - offset, _rule.RowsMax - rows);
                Add(calls[call], offset, take);
                (rows, offset) = (rows + take, offset + take);
                if (offset < calls[call].Tokens) continue;
                (call, offset) = (call + 1, 0);
            }
            var part = calls[first..(offset > 0 ? call + 1 : call)];
            Decode(part);
            Take(part, firstOffset, rows);
        }
    }

    /// <summary>
    /// The form of every delta of this context, learned from one of its own; null where the engine writes it in a way that is not known here.
    /// </summary>
    /// <exception cref="InferenceException">The engine failed.</exception>
    public KvDeltaForm? Form()
    {
        if (_form is not null) return _form;
        var sequence = Array.FindIndex(_tokens, tokens => tokens > 0);
        if (sequence > 0) return _form = KvDeltaForm.Of(Export(sequence, _tokens[sequence] - 1, _tokens[sequence]));
        _rows.Clear();
        _rows.Add(Filler, _filled, default, isOutput: true);
        (_filled, var first) = (_filled + 1, _filled);
        Decode([]);
        _form = KvDeltaForm.Of(Export(Filler, first, first + 1));
        Clear();                                                             // nothing lives: the first session finds the context as it was
        return _form;
    }

    /// <summary>Some tokens of a sequence. No cell is freed: those that the transfer lets go are still the sequence's.</summary>
    /// <exception cref="InferenceException">The engine failed.</exception>
    public byte[] Export(int sequence, int from, int to)
    {
        var memory = NativeMethods.Memory(_handle.Address);
        NativeMethods.CopySequence(memory, sequence, Transfer, from, to);
        try
        {
            return State(Transfer);
        }
        finally
        {
            NativeMethods.RemoveSequence(memory, Transfer, -1, -1);
        }
    }

    /// <summary>Appends tokens that another context exported; the caller has checked the delta's form.</summary>
    /// <exception cref="InferenceException">The engine failed; the sequence is as it was.</exception>
    public void Import(int sequence, ReadOnlySpan<byte> delta, int tokens)
    {
        if (_used + tokens > _cells || _used - _live > _live + DeadCellsSpared) Compact();
        Restore(delta, Transfer);
        var memory = NativeMethods.Memory(_handle.Address);
        NativeMethods.CopySequence(memory, Transfer, sequence, -1, -1);
        NativeMethods.RemoveSequence(memory, Transfer, -1, -1);
        _tokens[sequence] += tokens;
        _live += tokens;
        _used += tokens;
    }

    public void Dispose()
    {
        _handle.Dispose();
        _capture.Dispose();
        _rows.Dispose();
    }

    private static int CellsFor(long living, int rowsMax) => checked((int)((living + living / 4 + 2 * rowsMax + 255) / 256 * 256));

    private void Add(StageCall call, int offset, int tokens)
    {
        var session = (LlamaStageSession)call.Session;
        for (var token = offset; token < offset + tokens; token++)
        {
            // A stage hands on every token's state, and pools those of a text; else the last one answers for a call's last token alone, where it is asked.
            var isOutput = !_last || call.Embeds || (call.WantsCandidates && token == call.Tokens - 1);
            _rows.Add(session.Sequence, call.Position + token, call.States.Span.Slice(token * _rowBytes, _rowBytes), isOutput);
        }
    }

    private void Decode(ReadOnlySpan<StageCall> calls)
    {
        var (embeds, wantsCandidates) = (false, false);
        foreach (var call in calls) (embeds, wantsCandidates) = (embeds || call.Embeds, wantsCandidates || call.WantsCandidates);
        var fill = _rule.Fill(_rows.Count);
        if (_used + _rows.Count + fill > _cells || _used - _live > _live + DeadCellsSpared) Compact();
        for (; fill > 0; fill--) _rows.Add(Filler, _filled++, default, isOutput: !_last);      // after the move, which ends the filler's cells
        // One row of output alone would take the way of a single row through the last layer.
        if (_rule.RowsMin > 1 && _rows.Outputs == 1) _rows.AddOutput();
        if (!_last || embeds) _capture.Expect(_rows.Results, _rows.Outputs, goesOn: wantsCandidates);
        NativeLog.Clear();
        var outcome = _rows.Decode(_handle.Address);
        var captured = _capture.Finish();
        if (outcome != 0)
        {
            _used = _cells;                                                  // which cells it took is not known: the next batch first moves what lives
            throw new InferenceException($"llama.cpp failed with code {outcome}: {NativeLog.Take()}.");
        }
        CountCells();
        if (!captured && (!_last || embeds))
            throw new InferenceException("llama.cpp did not hand over the hidden states: the model's graph has another form than expected.");
    }

    private void CountCells()
    {
        foreach (var sequence in _rows.Sequences)
        {
            if (sequence == Filler) continue;
            _tokens[sequence]++;
            _live++;
        }
        _used += _rows.Count;
    }

    private void Take(ReadOnlySpan<StageCall> calls, int offset, int rows)
    {
        for (var (call, row) = (0, 0); row < rows; call++, offset = 0)
        {
            var tokens = Math.Min(calls[call].Tokens - offset, rows - row);
            if (!_last) _rows.ResultBytes(row, tokens).CopyTo(calls[call].Result.Span[(offset * _rowBytes)..]);
            else if (calls[call].Embeds) TakeEmbedding(calls[call], row, tokens, isEnd: offset + tokens == calls[call].Tokens);
            else if (calls[call].WantsCandidates && offset + tokens == calls[call].Tokens) TakeCandidates(calls[call], row + tokens - 1);
            row += tokens;
        }
    }

    private void TakeCandidates(StageCall call, int row)
    {
        var logits = NativeMethods.Logits(_handle.Address, row);
        if (logits == null) throw new InferenceException($"llama.cpp gave no logits: {NativeLog.Take()}.");
        try
        {
            call.Candidates = CandidateSelection.Best(new ReadOnlySpan<float>(logits, _vocabularySize));
        }
        catch (InferenceException fault)
        {
            call.Fault = fault;                                              // this sequence's numbers are damaged; the others' are not
        }
    }

    private void TakeEmbedding(StageCall call, int row, int rows, bool isEnd)
    {
        var pool = ((LlamaStageSession)call.Session).Pool;
        pool.Add(_rows.ResultBytes(_rows.OutputsBefore(row), rows));
        if (!isEnd || !call.WantsEmbedding) return;
        try
        {
            call.Embedding = pool.Vector(call.Position + call.Tokens);
        }
        catch (InferenceException fault)
        {
            call.Fault = fault;                                              // as with candidates: the others' numbers are sound
        }
    }

    /// <summary>Gives a sequence's cells to the closed ones: they stay taken, and nobody sees them.</summary>
    private void Bury(int sequence)
    {
        var memory = NativeMethods.Memory(_handle.Address);
        NativeMethods.CopySequence(memory, sequence, Closed, -1, -1);
        NativeMethods.RemoveSequence(memory, sequence, -1, -1);
        Forget(sequence);
    }

    /// <summary>Moves all that live together, each sequence in its order. One that cannot be moved is lost, and its session is told so.</summary>
    private void Compact()
    {
        var states = new List<(int Sequence, byte[] State)>();
        for (var sequence = SessionsFirst; sequence < _tokens.Length; sequence++)
            if (_tokens[sequence] > 0) states.Add((sequence, State(sequence)));
        Clear();
        var lost = false;
        foreach (var (sequence, state) in states)
        {
            if (TryRestore(state, sequence)) continue;
            NativeMethods.RemoveSequence(NativeMethods.Memory(_handle.Address), sequence, -1, -1);
            Forget(sequence);
            lost = true;
        }
        _used = _live;
        Moves++;
        if (lost) throw new InferenceException($"llama.cpp could not move a sequence: {NativeLog.Take()}.");
    }

    private void Forget(int sequence)
    {
        _live -= _tokens[sequence];
        _tokens[sequence] = 0;
    }

    private void Restore(ReadOnlySpan<byte> state, int sequence)
    {
        if (!TryRestore(state, sequence)) throw new InferenceException($"llama.cpp could not take a sequence: {NativeLog.Take()}.");
    }

    private bool TryRestore(ReadOnlySpan<byte> state, int sequence)
    {
        NativeLog.Clear();
        fixed (byte* at = state) return NativeMethods.SetSequenceState(_handle.Address, at, (nuint)state.Length, sequence) == (nuint)state.Length;
    }

    private byte[] State(int sequence)
    {
        var state = new byte[NativeMethods.SequenceStateSize(_handle.Address, sequence)];
        fixed (byte* at = state)
            if (NativeMethods.GetSequenceState(_handle.Address, at, (nuint)state.Length, sequence) != (nuint)state.Length)
                throw new InferenceException($"llama.cpp could not hand over a sequence: {NativeLog.Take()}.");
        return state;
    }

    private void Clear()
    {
        NativeMethods.ClearMemory(NativeMethods.Memory(_handle.Address), data: false);
        (_used, _filled) = (0, 0);
    }
}
