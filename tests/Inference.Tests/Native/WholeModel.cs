using System.Runtime.InteropServices;

namespace SwarmCompute.Inference.Tests;

/// <summary>
/// The model as llama.cpp itself runs it: the uncut file, fed with tokens. What stages must equal. A single token is fed beside one of another
/// sequence, as <see cref="BatchRule"/> explains.
/// </summary>
internal sealed unsafe class WholeModel : IDisposable
{
    private readonly LlamaModelHandle _model;
    private readonly LlamaContextHandle _context;
    private readonly int _vocabularySize;
    private int _position, _filled;

    /// <param name="path">The model's file.</param>
    /// <param name="threads">How many compute.</param>
    /// <param name="exactCache">Whether keys and values are kept as floats, not as halves.</param>
    public WholeModel(string path, int threads = 1, bool exactCache = false)
    {
        TestEngine.Require();
        fixed (byte* name = System.Text.Encoding.UTF8.GetBytes(path + '\0')) _model = new(NativeMethods.LoadModel(name, NativeMethods.ModelDefaults()));
        Assert.False(_model.IsInvalid, NativeLog.Take());
        var parameters = NativeMethods.ContextDefaults();
        parameters.ContextTokens = 512;
        parameters.SequencesMax = 2;
        parameters.KvUnified = 1;
        parameters.FlashAttention = 1;
        parameters.BatchTokens = parameters.MicroBatchTokens = StageChain.CallTokens;
        parameters.Threads = parameters.ThreadsBatch = threads;
        if (exactCache) (parameters.TypeK, parameters.TypeV, parameters.FlashAttention) = (GgufTensorType.Float32.Id, GgufTensorType.Float32.Id, 0);
        _context = new(_model, parameters);
        _vocabularySize = NativeMethods.VocabularySize(NativeMethods.Vocabulary(_model.Address));
    }

    public Candidates Next(int[] tokens)
    {
        Decode(tokens);
        return CandidateSelection.Best(new ReadOnlySpan<float>(NativeMethods.Logits(_context.Address, tokens.Length - 1), _vocabularySize));
    }

    /// <summary>The final state of each token of a text, as llama.cpp itself gives it for embeddings.</summary>
    public List<float[]> States(IEnumerable<int> text)
    {
        var library = NativeLibrary.Load(Directory.GetFiles(TestEngine.LibraryDirectory, $"*llama.{NativeLibraries.Release}*").Single());
        var setEmbeddings = (delegate* unmanaged[Cdecl]<nint, byte, void>)NativeLibrary.GetExport(library, "llama_set_embeddings");
        var stateOf = (delegate* unmanaged[Cdecl]<nint, int, float*>)NativeLibrary.GetExport(library, "llama_get_embeddings_ith");
        setEmbeddings(_context.Address, 1);
        var states = new List<float[]>();
        foreach (var call in text.Chunk(StageChain.CallTokens))
        {
            Decode(call);
            for (var token = 0; token < call.Length; token++)
                states.Add(new ReadOnlySpan<float>(stateOf(_context.Address, token), NativeMethods.EmbeddingLength(_model.Address)).ToArray());
        }
        return states;
    }

    private void Decode(int[] tokens)
    {
        var rows = Math.Max(tokens.Length, 2);
        int[] ids = [.. tokens, .. Enumerable.Repeat(0, rows - tokens.Length)];
        int[] positions = [.. tokens.Select(_ => _position++), .. Enumerable.Range(0, rows - tokens.Length).Select(_ => _filled++)];
        sbyte[] outputs = [.. Enumerable.Range(0, rows).Select(row => row >= rows - 2 ? (sbyte)1 : (sbyte)0)];
        int[] counts = [.. Enumerable.Repeat(1, rows)];
        var (mine, filler) = (0, 1);
        var sequences = new nint[rows];
        for (var row = 0; row < rows; row++) sequences[row] = (nint)(row < tokens.Length ? &mine : &filler);
        fixed (int* idsAt = ids, positionsAt = positions, countsAt = counts)
        fixed (sbyte* outputsAt = outputs)
        fixed (nint* sequencesAt = sequences)
            Assert.Equal(0, NativeMethods.Decode(_context.Address, new LlamaBatch
            {
                Tokens = rows,
                TokenIds = idsAt,
                Positions = positionsAt,
                SequenceCounts = countsAt,
                Sequences = (int**)sequencesAt,
                Outputs = outputsAt,
            }));
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
