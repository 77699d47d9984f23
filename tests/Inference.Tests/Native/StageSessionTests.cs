namespace SwarmCompute.Inference.Tests;

public sealed class StageSessionTests : IDisposable
{
    private const int Width = 64;
    private static readonly int[] Prompt = [TinyModel.BeginToken, .. Enumerable.Range(0, 30).Select(i => TinyModel.FirstByte + 'a' + i * 5 % 26)];

    private readonly TemporaryDirectory _directory = new();

    public StageSessionTests() => new TinyModel { Stored = "q4_0", TiedHead = false, RopeFactors = true }.WriteTo(ModelPath);

    private string ModelPath => _directory.File("model.gguf");

    public void Dispose() => _directory.Dispose();

    // Few tokens where there are several threads: they spin at every barrier, which is slow on a machine that is busy.
    [Theory, InlineData(1, 40), InlineData(2, 3)]
    public async Task A_session_gives_the_same_bits_whatever_others_do(int threads, int tokens)
    {
        using var chain = new StageChain(ModelPath, 3, Options with { Threads = threads });
        List<Candidates> alone;
        using (var run = chain.Open()) alone = run.Greedy(Prompt, tokens);
        var together = await Task.WhenAll(Enumerable.Range(0, 5 - threads).Select(_ => Task.Run(() =>
        {
            using var run = chain.Open();
            return run.Greedy(Prompt, tokens);
        }, TestContext.Current.CancellationToken)));
        Assert.All(together, result => Bits.AssertSame(alone, result));
    }

    [Fact]
    public void Nothing_of_an_earlier_session_shows_in_a_later_one()
    {
        using var chain = new StageChain(ModelPath, 2);
        List<Candidates> first;
        using (var run = chain.Open()) first = run.Greedy(Prompt, 20);
        using (var other = chain.Open()) other.Greedy([.. Prompt.Reverse(), .. Prompt], 60);
        using var again = chain.Open();
        Bits.AssertSame(first, again.Greedy(Prompt, 20));
    }

    [Fact]
    public void Calls_replayed_into_another_instance_go_on_with_the_same_bits()
    {
        using var chain = new StageChain(ModelPath, 3);
        using var run = chain.Open();
        var whole = run.Greedy(Prompt, 40);

        using var successor = new StageChain(ModelPath, 3);
        using var resumed = successor.Open();
        var replayed = Prompt.Chunk(StageChain.CallTokens).Select(call => resumed.Next(call)).ToList();
        while (replayed.Count < 20) replayed.Add(resumed.Next([whole[replayed.Count - 1].Tokens[0]]));
        while (replayed.Count < whole.Count) replayed.Add(resumed.Next([replayed[^1].Tokens[0]]));
        Bits.AssertSame(whole, replayed);
    }

    [Fact]
    public void Settings_given_for_each_layer_are_cut_with_the_layers()
    {
        var path = _directory.File("layers.gguf");
        new TinyModel { SettingsPerLayer = true, Stored = "q8_0", RopeFactors = true }.WriteTo(path);
        using var whole = new WholeModel(path);
        using var chain = new StageChain(path, 4);
        using var run = chain.Open();
        Bits.AssertSame(whole.Greedy(Prompt, 20), run.Greedy(Prompt, 20));
    }

    [Fact]
    public void Position_counts_the_tokens()
    {
        using var chain = new StageChain(ModelPath, 2);
        using var session = chain.Kernels[0].Open();
        session.RunHidden(new float[3 * Width], 3, new float[3 * Width]);
        session.RunHidden(new float[Width], 1, new float[Width]);
        Assert.Equal(4, session.Position);
    }

    [Fact]
    public void More_sessions_than_the_stage_was_loaded_for_are_refused()
    {
        using var chain = new StageChain(ModelPath, 1, Options with { SessionsMax = 2 });
        using var one = chain.Kernels[0].Open();
        using (chain.Kernels[0].Open())
            Assert.Contains("All 2 sessions", Assert.Throws<InferenceException>(() => chain.Kernels[0].Open()).Message);
        using var another = chain.Kernels[0].Open();
    }

    [Fact]
    public void A_full_context_is_an_error_and_changes_nothing()
    {
        using var chain = new StageChain(ModelPath, 1, Options with { ContextTokensPerSession = 20 });
        using var run = chain.Open();
        run.Next(Prompt.AsSpan(0, 15));
        Assert.Contains("15 of 20 tokens are used, 6 more", Assert.Throws<InferenceException>(() => run.Next(Prompt.AsSpan(0, 6))).Message);
        run.Next(Prompt.AsSpan(15, 5));
        Assert.Throws<InferenceException>(() => run.Next(Prompt.AsSpan(20, 1)));
    }

    [Fact]
    public void A_call_of_a_wrong_form_is_refused()
    {
        using var chain = new StageChain(ModelPath, 2);
        using var first = chain.Kernels[0].Open();
        using var last = chain.Kernels[1].Open();
        Assert.Throws<ArgumentOutOfRangeException>(() => first.RunHidden([], 0, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => first.RunHidden(new float[17 * Width], 17, new float[17 * Width]));
        Assert.Throws<ArgumentException>(() => first.RunHidden(new float[Width], 2, new float[2 * Width]));
        Assert.Throws<ArgumentException>(() => first.RunHidden(new float[Width], 1, new float[Width - 1]));
        Assert.Throws<InvalidOperationException>(() => first.RunLast(new float[Width], 1));
        Assert.Throws<InvalidOperationException>(() => last.RunHidden(new float[Width], 1, new float[Width]));
        Assert.Equal(0, first.Position);
    }

    [Fact]
    public void A_damaged_hidden_state_is_an_error_and_ends_the_session_alone()
    {
        using var chain = new StageChain(ModelPath, 1);
        using (var session = chain.Kernels[0].Open())
        {
            var damaged = new float[Width];
            damaged[5] = float.NaN;
            Assert.Contains("not a finite number", Assert.Throws<InferenceException>(() => session.RunLast(damaged, 1)).Message);
            Assert.Contains("failed before", Assert.Throws<InferenceException>(() => session.RunLast(new float[Width], 1)).Message);
        }
        using var run = chain.Open();
        Assert.NotEmpty(run.Next(Prompt.AsSpan(0, 4)).Tokens);
    }

    [Fact]
    public void A_session_outlives_its_kernel_and_ends_after_it()
    {
        using var chain = new StageChain(ModelPath, 1);
        var session = chain.Kernels[0].Open();
        chain.Kernels[0].Dispose();
        Assert.NotEmpty(session.RunLast(new float[Width], 1).Tokens);
        session.Dispose();
        Assert.Throws<ObjectDisposedException>(() => session.RunLast(new float[Width], 1));
        Assert.Throws<ObjectDisposedException>(() => chain.Kernels[0].Open());
    }

    private static StageLoadOptions Options => new() { ContextTokensPerSession = 256, PrefillTokensMax = StageChain.CallTokens };
}
