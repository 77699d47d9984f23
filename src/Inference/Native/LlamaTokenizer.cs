using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;

namespace SwarmCompute.Inference;

/// <summary>The model's own tokenizer and chat template, by llama.cpp; the weights are not loaded for it.</summary>
internal sealed unsafe class LlamaTokenizer : ITokenizer
{
    // Texts are bounded by time: the worst one of this length (all newlines, with a vocabulary of the Llama 2 kind) takes seconds.
    private const int TextBytesMax = 1 << 18, TurnsMax = 4096, PieceBytes = 256;
    private const int TextBytesOnAnyStack = 256, StackBytesMin = 1 << 20, StackBytesPerByte = 2048;

    private readonly LlamaModelHandle _model;
    private readonly nint _vocabulary;

    public LlamaTokenizer(LlamaModelHandle model)
    {
        _model = model;
        _vocabulary = NativeMethods.Vocabulary(model.Address);
        VocabularySize = NativeMethods.VocabularySize(_vocabulary);
        EndTokens = [.. Enumerable.Range(0, VocabularySize).Where(token => NativeMethods.IsEndToken(_vocabulary, token))];
    }

    public int VocabularySize { get; }

    public ImmutableArray<int> EndTokens { get; }

    public ImmutableArray<int> Encode(string text, bool addSpecial)
    {
        ArgumentNullException.ThrowIfNull(text);
        var utf8 = Bounded(Encoding.UTF8.GetByteCount(text)) ? Encoding.UTF8.GetBytes(text) : [];
        var tokens = new int[utf8.Length + 16];                 // no tokenizer makes more tokens than there are bytes, save a few special ones
        var count = Tokenize(utf8, tokens, addSpecial);
        if (count < 0 && count > int.MinValue)
        {
            tokens = new int[-count];
            count = Tokenize(utf8, tokens, addSpecial);
        }
        if (count < 0) throw new InferenceException($"The text cannot be tokenized: {NativeLog.Take()}.");
        return [.. tokens.AsSpan(0, count)];
    }

    public byte[] Decode(int token)
    {
        if (token < 0 || token >= VocabularySize)
            throw new ArgumentOutOfRangeException(nameof(token), token, $"Token {token} does not exist; there are {VocabularySize}.");
        var piece = stackalloc byte[PieceBytes];
        var length = Piece(token, piece, PieceBytes);
        if (length >= 0) return new ReadOnlySpan<byte>(piece, length).ToArray();
        var whole = new byte[-length];
        fixed (byte* at = whole) length = Piece(token, at, whole.Length);
        return length == whole.Length ? whole : throw new InferenceException($"Token {token} cannot be turned into bytes.");
    }

    public string ApplyChatTemplate(IReadOnlyList<ChatTurn> turns)
    {
        ArgumentNullException.ThrowIfNull(turns);
        if (turns.Count > TurnsMax) throw new InferenceException($"A conversation of {turns.Count} turns is too long; {TurnsMax} are accepted.");
        Bounded(turns.Sum(turn => (long)Encoding.UTF8.GetByteCount(turn.Content) + Encoding.UTF8.GetByteCount(turn.Role)));
        if (turns.Any(turn => turn.Role.Contains('\0') || turn.Content.Contains('\0')))
            throw new InferenceException("A turn of the conversation contains a NUL character; leave it out.");
        using var use = new Use(_model);
        var template = NativeMethods.ChatTemplate(_model.Address, null);
        if (template == null) return string.Concat(turns.Select(turn => turn.Content));
        return Apply(template, turns) ?? string.Concat(turns.Select(turn => $"{turn.Role}: {turn.Content}\n").Append("assistant:"));
    }

    public void Dispose() => _model.Dispose();

    private static bool Bounded(long bytes) => bytes <= TextBytesMax
        ? true
        : throw new InferenceException($"The text has {bytes} bytes; at most {TextBytesMax} are accepted.");

    /// <summary>
    /// Tokenizes on a stack in proportion to the text: llama.cpp splits it by std::regex for some vocabularies, which recurses
    /// for every letter (about 500 bytes were measured) and would overflow an ordinary stack, ending the process.
    /// </summary>
    private int Tokenize(byte[] utf8, int[] tokens, bool addSpecial)
    {
        using var use = new Use(_model);
        NativeLog.Clear();
        var count = 0;
        void Run()
        {
            fixed (byte* text = utf8)
            fixed (int* destination = tokens)
                count = NativeMethods.Tokenize(_vocabulary, text, utf8.Length, destination, tokens.Length, addSpecial, parseSpecial: true);
        }
        if (utf8.Length <= TextBytesOnAnyStack)
        {
            Run();
            return count;
        }
        var thread = new Thread(Run, StackBytesMin + utf8.Length * StackBytesPerByte) { IsBackground = true };
        thread.Start();
        thread.Join();
        return count;
    }

    private int Piece(int token, byte* destination, int length)
    {
        using var use = new Use(_model);
        return NativeMethods.TokenToPiece(_vocabulary, token, destination, length, 0, special: false);
    }

    /// <summary>The prompt, or null where llama.cpp does not know the template.</summary>
    private static string? Apply(byte* template, IReadOnlyList<ChatTurn> turns)
    {
        var texts = turns.SelectMany(turn => new[] { turn.Role, turn.Content }).Select(Marshal.StringToCoTaskMemUTF8).ToArray();
        try
        {
            var messages = new LlamaChatMessage[turns.Count];
            for (var i = 0; i < messages.Length; i++) messages[i] = new() { Role = (byte*)texts[2 * i], Content = (byte*)texts[2 * i + 1] };
            var prompt = new byte[4096];
            while (true)
            {
                int length;
                fixed (LlamaChatMessage* first = messages)
                fixed (byte* at = prompt)
                    length = NativeMethods.ApplyChatTemplate(template, first, (nuint)messages.Length, addAssistant: true, at, prompt.Length);
                if (length < 0) return null;
                if (length <= prompt.Length) return Encoding.UTF8.GetString(prompt, 0, length);
                prompt = new byte[length];
            }
        }
        finally
        {
            foreach (var text in texts) Marshal.FreeCoTaskMem(text);
        }
    }

    /// <summary>Keeps the model from being freed during a call; refuses where it was.</summary>
    private readonly ref struct Use
    {
        private readonly LlamaModelHandle _model;

        public Use(LlamaModelHandle model)
        {
            var added = false;
            model.DangerousAddRef(ref added);
            _model = model;
        }

        public void Dispose() => _model.DangerousRelease();
    }
}
