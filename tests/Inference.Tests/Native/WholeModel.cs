namespace SwarmCompute.Inference.Tests;

/// <summary>The model as llama.cpp itself runs it: the uncut file, fed with tokens. What stages must equal.</summary>
internal sealed unsafe class WholeModel : IDisposable
{
    private readonly LlamaModelHandle _model;
    private readonly LlamaContextHandle _context;
    private readonly int _vocabularySize;

    public WholeModel(string path, int threads = 1)
    {
        TestEngine.Require();
        fixed (byte* name = System.Text.Encoding.UTF8.GetBytes(path + '\0')) _model = new(NativeMethods.LoadModel(name, NativeMethods.ModelDefaults()));
        Assert.False(_model.IsInvalid, NativeLog.Take());
        var parameters = NativeMethods.ContextDefaults();
        parameters.ContextTokens = 256;
        parameters.BatchTokens = parameters.MicroBatchTokens = StageChain.CallTokens;
        parameters.Threads = parameters.ThreadsBatch = threads;
        _context = new(_model, parameters);
        _vocabularySize = NativeMethods.VocabularySize(NativeMethods.Vocabulary(_model.Address));
    }

    public Candidates Next(int[] tokens)
    {
        fixed (int* ids = tokens)
            Assert.Equal(0, NativeMethods.Decode(_context.Address, new LlamaBatch { Tokens = tokens.Length, TokenIds = ids }));
        return CandidateSelection.Best(new ReadOnlySpan<float>(NativeMethods.Logits(_context.Address, -1), _vocabularySize));
    }

    public List<Candidates> Greedy(IReadOnlyList<int> prompt, int tokens)
    {
        var all = new List<Candidates>();
        foreach (var call in prompt.Chunk(StageChain.CallTokens)) all.Add(Next(call));
        while (all.Count <= tokens) all.Add(Next([all[^1].Tokens[0]]));
        return all;
    }

    public void Dispose()
    {
        _context.Dispose();
        _model.Dispose();
    }
}
