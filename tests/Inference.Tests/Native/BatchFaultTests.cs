namespace SwarmCompute.Inference.Tests;

/// <summary>What goes wrong in a batch fails those whom it concerns, and nobody else.</summary>
public sealed class BatchFaultTests : IDisposable
{
    private const int Width = 64;
    private static readonly StageLoadOptions Options = new() { ContextTokensPerSession = 64, PrefillTokensMax = 16 };

    private readonly TemporaryDirectory _directory = new();
    private readonly StageChain _chain;

    public BatchFaultTests()
    {
        new TinyModel { Stored = "f16", Layers = 2 }.WriteTo(ModelPath);
        _chain = new StageChain(ModelPath, 2, Options);
    }

    private string ModelPath => _directory.File("model.gguf");

    private LlamaStageKernel Kernel => (LlamaStageKernel)_chain.Kernels[0];

    public void Dispose()
    {
        _chain.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void A_batch_that_the_engine_refuses_fails_its_sessions_and_no_other_and_the_cache_is_right_afterwards()
    {
        LlamaStageSession one = Open(), other = Open();
        var expected = Alone(5, 3, 2);
        Assert.Null(Run(other, 0, 5).Fault);
        Assert.Null(Run(one, 7, 4).Fault);
        using (var closed = Open()) Assert.Null(Run(closed, 9, 6).Fault);
        var forged = new LlamaStageSession(Kernel, one.Arena, sequence: 0, Width, pooling: null, Options);    // where closed sequences lie: the positions are taken

        var (good, bad) = (Call(one, 7, 2), Call(forged, 0, 3));
        Kernel.Run([good, bad]);

        Assert.Contains("llama.cpp failed with code", good.Fault?.Message, StringComparison.Ordinal);
        Assert.Same(good.Fault, bad.Fault);
        Assert.Contains("failed before", Run(one, 7, 2).Fault?.Message, StringComparison.Ordinal);
        var moves = Kernel.Moves;
        var goesOn = Run(other, 0, 3);
        Assert.Equal(moves + 1, Kernel.Moves);
        one.Dispose();
        using var fresh = Open();
        var anew = Run(fresh, 0, 5);
        Assert.Equal([expected[1], expected[2], expected[0]], new[] { Bytes(goesOn), Bytes(Run(other, 0, 2)), Bytes(anew) });
        other.Dispose();
    }

    [Fact]
    public void A_session_whose_cells_are_lost_is_told_so_and_gets_no_wrong_bits()
    {
        using var session = Open();
        using var other = Open();
        Assert.Null(Run(session, 0, 5).Fault);
        session.Arena.Close(session.Sequence);
        Assert.Contains("The cache holds 0 of this session's 5 tokens", Run(session, 0, 1).Fault?.Message, StringComparison.Ordinal);
        session.Arena.Open();
        Assert.Null(Run(other, 0, 1).Fault);
    }

    [Fact]
    public void A_session_for_which_the_cache_has_no_cells_left_fails_alone_and_the_others_keep_their_bits()
    {
        var expected = Alone(10, 6);
        using var chain = new StageChain(ModelPath, 2, Options with { KvTokens = 80 });
        var kernel = (LlamaStageKernel)chain.Kernels[0];
        LlamaStageSession greedy = (LlamaStageSession)kernel.Open(), other = (LlamaStageSession)kernel.Open(), third = (LlamaStageSession)kernel.Open();
        for (var call = 0; call < 4; call++) Assert.Null(Run(greedy, 9, 16).Fault);
        Assert.Equal(expected[0], Bytes(Run(other, 0, 10)));
        StageCall tooMany = Call(third, 7, 7), good = Call(other, 0, 6);
        kernel.Run([tooMany, good]);

        Assert.Contains("all sessions together use 74 of its 80 tokens, 7 more do not fit", tooMany.Fault?.Message, StringComparison.Ordinal);
        Assert.False(tooMany.IsEngineFault);
        Assert.Equal(expected[1], Bytes(good));
        Assert.Contains("The cache is full", Assert.Throws<InferenceException>(() => other.Fork(1)).Message, StringComparison.Ordinal);
        Assert.Contains("The cache is full", Assert.Throws<InferenceException>(() => third.Import(other.Export(0, 1), 0, 1)).Message, StringComparison.Ordinal);
        greedy.Dispose();
        using var fork = other.Fork(10);
        Assert.Equal(expected[1], Bytes(Run((LlamaStageSession)fork, 0, 6)));
        third.Dispose();
        other.Dispose();
    }

    [Fact]
    public void Sessions_that_come_and_go_within_few_tokens_always_find_cells()
    {
        var expected = Alone(16, 16);
        using var chain = new StageChain(ModelPath, 2, Options with { SessionsMax = 250, KvTokens = 64 });
        var kernel = (LlamaStageKernel)chain.Kernels[0];
        for (var round = 0; round < 120; round++)
        {
            using var one = (LlamaStageSession)kernel.Open();
            using var other = (LlamaStageSession)kernel.Open();
            Assert.Equal(expected[0], Bytes(Run(one, 0, 16)));
            Assert.Equal(expected[0], Bytes(Run(other, 0, 16)));
            Assert.Equal(expected[1], Bytes(Run(one, 0, 16)));
            Assert.Equal(expected[1], Bytes(Run(other, 0, 16)));
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => new StageChain(ModelPath, 2, Options with { KvTokens = 63 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new StageChain(ModelPath, 2, Options with { KvTokens = 257 }));
    }

    [Fact]
    public void A_call_of_a_wrong_form_fails_alone_in_its_batch()
    {
        using var one = Open();
        using var other = Open();
        var over = Open();
        over.Dispose();
        StageCall good = Call(one, 0, 3), tooLong = Call(other, 1, 17), closed = Call(over, 2, 1);
        Kernel.Run([good, tooLong, closed]);
        Assert.Null(good.Fault);
        Assert.Contains("1 to 16 tokens", tooLong.Fault?.Message, StringComparison.Ordinal);
        Assert.Contains("is refused", closed.Fault?.Message, StringComparison.Ordinal);
        Assert.Null(Run(one, 0, 1).Fault);
        Assert.Null(Run(other, 1, 1).Fault);
    }

    [Fact]
    public void What_follows_a_failed_call_of_its_session_in_the_same_batch_fails_too()
    {
        var kernel = _chain.Kernels[1];
        using var session = kernel.Open();
        using var other = kernel.Open();
        var damaged = new float[Width];
        damaged[3] = float.NaN;
        StageCall bad = Call(session, 0, 1, damaged), after = Call(session, 0, 1), good = Call(other, 0, 1);
        kernel.Run([bad, after, good]);
        Assert.Contains("not a finite number", bad.Fault?.Message, StringComparison.Ordinal);
        Assert.NotNull(after.Fault);
        Assert.Null(good.Fault);
        Assert.NotNull(good.Candidates);
    }

    [Fact]
    public void A_session_that_is_closed_twice_at_once_is_given_back_once()
    {
        for (var round = 0; round < 200; round++)
        {
            var session = Open();
            Parallel.Invoke(session.Dispose, session.Dispose);
        }
        var open = Enumerable.Range(0, Options.SessionsMax).Select(_ => Open()).ToList();
        Assert.Equal(open.Count, open.Select(session => session.Sequence).Distinct().Count());
        open.ForEach(session => session.Dispose());
    }

    [Fact]
    public unsafe void An_engine_that_fails_the_probe_is_refused_and_gets_no_other_rule()
    {
        var file = GgufFile.Read(ModelPath);
        var deeper = new GgufMetadata(file.Path, file.Model with { Layers = file.Model.Layers + 1 }, file.Stage, file.Entries, file.Tensors);
        fixed (byte* name = System.Text.Encoding.UTF8.GetBytes(ModelPath + '\0'))
        {
            using var model = new LlamaModelHandle(NativeMethods.LoadModel(name, NativeMethods.ModelDefaults()));
            Assert.Contains("did not hand over", Assert.Throws<InferenceException>(() => new BatchProbe(model, deeper, Options).Choose()).Message, StringComparison.Ordinal);
            Assert.True(new BatchProbe(model, file, Options).Choose().SharesContext);
        }
    }

    private LlamaStageSession Open() => (LlamaStageSession)Kernel.Open();

    private static StageCall Run(LlamaStageSession session, int seed, int tokens)
    {
        var call = Call(session, seed, tokens);
        session.Kernel.Run([call]);
        return call;
    }

    private List<byte[]> Alone(params int[] calls)
    {
        using var session = Open();
        return [.. calls.Select(tokens => Bytes(Run(session, 0, tokens)))];
    }

    private static byte[] Bytes(StageCall call)
    {
        Assert.Null(call.Fault);
        return call.Result.ToArray();
    }

    private static StageCall Call(IStageSession session, int seed, int tokens, float[]? states = null)
    {
        states ??= [.. Enumerable.Range(0, tokens).SelectMany(row => Row(seed, session.Position + row))];
        return new StageCall
        {
            Session = session,
            States = System.Runtime.InteropServices.MemoryMarshal.AsBytes(states.AsSpan()).ToArray(),
            Tokens = tokens,
            Result = new byte[states.Length * sizeof(float)],
            WantsCandidates = true,
        };
    }

    private static List<float> Row(int seed, int position)
    {
        var random = new Random(seed * 1000 + position);
        return [.. Enumerable.Range(0, Width).Select(_ => random.NextSingle() - 0.5f)];
    }
}
