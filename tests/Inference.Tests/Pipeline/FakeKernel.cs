using System.Collections.Immutable;

namespace SwarmCompute.Inference.Tests.Pipeline;

/// <summary>
/// A kernel whose every output depends on every bit of every input of its session so far, and on the shapes of the calls: a frame that is
/// lost, doubled, reordered or cut in another way changes all tokens that follow.
/// </summary>
internal sealed class FakeKernel(int slot, bool last, int contextTokens = 256, int sessionsMax = 8, Action<int>? onCall = null) : IStageKernel
{
    public const int Length = 8, Vocabulary = 1000;
    private int _open, _calls, _imports, _tokens;
    private long _held;

    /// <summary>Tokens that all sessions may hold together.</summary>
    public long KvTokens { get; init; } = long.MaxValue;

    /// <summary>Tokens that all sessions hold together.</summary>
    public long Held => Volatile.Read(ref _held);

    /// <summary>Whether sessions can be forked; then no output depends on how tokens are cut into calls.</summary>
    public bool CanFork { get; init; }

    /// <summary>Whether every fork fails.</summary>
    public bool RefusesForks { get; init; }

    /// <summary>Tokens that were run.</summary>
    public int Tokens => Volatile.Read(ref _tokens);

    public int EmbeddingLength => Length;

    public int ContextTokensMax => contextTokens;

    public int BatchTokensMax => 16;

    public void Run(ReadOnlySpan<StageCall> calls)
    {
        foreach (var call in calls) call.RunAlone(last);
    }

    public bool CanHandOver => true;

    public string? WhyNoEmbeddings => null;

    /// <summary>Frames that were run.</summary>
    public int Calls => Volatile.Read(ref _calls);

    /// <summary>Frames that were taken over.</summary>
    public int Imports => Volatile.Read(ref _imports);

    public int OpenSessions => Volatile.Read(ref _open);

    public IStageSession Open() => Open(0, 1);

    private Session Open(int position, ulong hash)
    {
        if (Interlocked.Increment(ref _open) > sessionsMax)
        {
            Interlocked.Decrement(ref _open);
            throw new InferenceException("As many sessions are open as the stage was loaded for.");
        }
        try
        {
            Hold(position);
        }
        catch
        {
            Interlocked.Decrement(ref _open);
            throw;
        }
        return new Session(this, position, hash);
    }

    private void Hold(int tokens)
    {
        if (Interlocked.Add(ref _held, tokens) <= KvTokens) return;
        Interlocked.Add(ref _held, -tokens);
        throw new InferenceException("The cache is full.");
    }

    public void Dispose() { /* holds nothing */ }

    public sealed class Embedding : IEmbedding
    {
        public int EmbeddingLength => Length;

        public void Lookup(ReadOnlySpan<int> tokens, Span<float> hidden)
        {
            for (var t = 0; t < tokens.Length; t++)
            {
                ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)tokens[t], (uint)Vocabulary, nameof(tokens));
                Write(Mix(unchecked((ulong)tokens[t] + 77)), hidden.Slice(t * Length, Length));
            }
        }

        public void Dispose() { /* holds nothing */ }
    }

    private static ulong Mix(ulong z)
    {
        unchecked
        {
            z += 0x9E3779B97F4A7C15UL;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
            return z ^ (z >> 31);
        }
    }

    private static void Write(ulong hash, Span<float> hidden)
    {
        for (var i = 0; i < hidden.Length; i++) hidden[i] = (Mix(hash + (ulong)i) >> 40) / (float)(1 << 24);
    }

    private sealed class Session(FakeKernel kernel, int position, ulong hash) : IStageSession
    {
        private readonly Dictionary<int, ulong> _hashes = new() { [0] = 1, [position] = hash };
        private ulong _hash = hash;
        private int _pooled, _disposed;

        public int Position { get; private set; } = position;

        public IStageSession Fork(int tokens)
        {
            ObjectDisposedException.ThrowIf(_disposed != 0, this);
            if (!kernel.CanFork) throw new NotSupportedException();
            if (kernel.RefusesForks) throw new InferenceException("No fork is made today.");
            var fork = kernel.Open(tokens, _hashes[tokens]);
            foreach (var (end, known) in _hashes.Where(known => known.Key < tokens)) fork._hashes[end] = known;
            return fork;
        }

        public void RunHidden(ReadOnlySpan<float> hiddenIn, int tokens, Span<float> hiddenOut)
        {
            if (kernel.IsLast) throw new InvalidOperationException("This is the last stage.");
            Absorb(hiddenIn, tokens, hiddenOut);
        }

        public Candidates RunLast(ReadOnlySpan<float> hiddenIn, int tokens)
        {
            if (!kernel.IsLast) throw new InvalidOperationException("This is not the last stage.");
            Absorb(hiddenIn, tokens, default);
            var ids = Enumerable.Range(0, 16).Select(i => (int)(Mix(_hash + (ulong)i) % Vocabulary)).Distinct().ToImmutableArray();
            return new Candidates(ids, [.. ids.Select((_, i) => 4f - i * 0.25f)], 5f);
        }

        public void RunPooled(ReadOnlySpan<float> hiddenIn, int tokens)
        {
            if (!kernel.IsLast) throw new InvalidOperationException("This is not the last stage.");
            Absorb(hiddenIn, tokens, default);
            _pooled += tokens;
        }

        public float[] Embedding()
        {
            if (_pooled != Position) throw new InferenceException("Not all tokens were pooled here.");
            var vector = new float[Length];
            Write(_hash, vector);
            return vector;
        }

        public byte[] Export(int from, int to) => [.. BitConverter.GetBytes(_hashes[from]), .. BitConverter.GetBytes(_hashes[to])];

        public void Import(ReadOnlySpan<byte> delta, int from, int to)
        {
            ObjectDisposedException.ThrowIf(_disposed != 0, this);
            if (from != Position || delta.Length != 16 || BitConverter.ToUInt64(delta) != _hash) throw new InferenceException("The delta does not follow.");
            kernel.Hold(to - from);
            _hash = _hashes[to] = BitConverter.ToUInt64(delta[8..]);
            Position = to;
            Interlocked.Increment(ref kernel._imports);
            kernel.OnImport?.Invoke();
        }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
            Interlocked.Add(ref kernel._held, -Position);
            Interlocked.Decrement(ref kernel._open);
        }

        private void Absorb(ReadOnlySpan<float> hiddenIn, int tokens, Span<float> hiddenOut)
        {
            ObjectDisposedException.ThrowIf(_disposed != 0, this);
            kernel.OnCall();
            Interlocked.Add(ref kernel._tokens, tokens);
            kernel.Hold(tokens);
            Position += tokens;
            if (Position > kernel.ContextTokensMax) throw new InferenceException("The context is full.");
            if (!kernel.CanFork) _hash = Mix(_hash ^ ((ulong)tokens << 32) ^ (ulong)kernel.Slot);
            for (var t = 0; t < tokens; t++)
            {
                if (kernel.CanFork) _hash = Mix(_hash ^ (ulong)kernel.Slot);
                foreach (var value in hiddenIn.Slice(t * Length, Length)) _hash = Mix(_hash ^ BitConverter.SingleToUInt32Bits(value));
                if (!hiddenOut.IsEmpty) Write(_hash, hiddenOut.Slice(t * Length, Length));
                if (kernel.CanFork) _hashes[Position - tokens + t + 1] = _hash;
            }
            _hashes[Position] = _hash;
        }
    }

    private int Slot => slot;

    private bool IsLast => last;

    /// <summary>Called on the kernel's thread after every frame that was taken over.</summary>
    public Action? OnImport { get; init; }

    private void OnCall()
    {
        var calls = Interlocked.Increment(ref _calls);
        onCall?.Invoke(calls);
    }
}
