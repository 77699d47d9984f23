using System.Runtime.InteropServices;
using System.Text;

namespace SwarmCompute.Inference.Tests.Grammars;

/// <summary>llama.cpp's own grammar sampler (llama.h, v0.5.0), to compare with.</summary>
internal sealed unsafe class LlamaGrammar : IDisposable
{
    private static readonly nint Library = NativeLibrary.Load(Path.Combine(TestEngine.LibraryDirectory, "libllama.v0.5.0.so"));

    private readonly nint _model, _sampler;

    public LlamaGrammar(string modelPath, string grammar)
    {
        fixed (byte* path = Zeroed(modelPath)) _model = NativeMethods.LoadModel(path, NativeMethods.ModelDefaults() with { VocabOnly = 1 });
        fixed (byte* text = Zeroed(grammar), root = Zeroed("root"))
            _sampler = ((delegate* unmanaged[Cdecl]<nint, byte*, byte*, nint>)Export("llama_sampler_init_grammar"))(NativeMethods.Vocabulary(_model), text, root);
        Assert.NotEqual(0, _sampler);
    }

    /// <summary>Those of the tokens that it allows next.</summary>
    public HashSet<int> Allowed(IReadOnlyList<int> tokens)
    {
        var data = tokens.Select(token => new TokenData { Id = token, Logit = 1 }).ToArray();
        fixed (TokenData* first = data)
        {
            var array = new TokenDataArray { Data = first, Size = (nuint)data.Length, Selected = -1 };
            ((delegate* unmanaged[Cdecl]<nint, TokenDataArray*, void>)Export("llama_sampler_apply"))(_sampler, &array);
        }
        return [.. data.Where(d => !float.IsNegativeInfinity(d.Logit)).Select(d => d.Id)];
    }

    public void Accept(int token) => ((delegate* unmanaged[Cdecl]<nint, int, void>)Export("llama_sampler_accept"))(_sampler, token);

    public void Dispose()
    {
        ((delegate* unmanaged[Cdecl]<nint, void>)Export("llama_sampler_free"))(_sampler);
        NativeMethods.FreeModel(_model);
    }

    private static byte[] Zeroed(string text) => Encoding.UTF8.GetBytes(text + '\0');

    private static nint Export(string name) => NativeLibrary.GetExport(Library, name);

    [StructLayout(LayoutKind.Sequential)]
    private struct TokenData
    {
        public int Id;
        public float Logit, Probability;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct TokenDataArray
    {
        public TokenData* Data;
        public nuint Size;
        public long Selected;
        public byte Sorted;
    }
}
