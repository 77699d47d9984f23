using System.Collections.Immutable;
using System.Text;
using SwarmCompute.Inference.Tests.Pipeline;

namespace SwarmCompute.Inference.Tests.OpenAi;

/// <summary>A model of bytes: every letter is a candidate each time, in an order that depends on all tokens before; token 256 ends an answer.</summary>
internal static class ByteRing
{
    public const int EndToken = 256;

    public static TestRing Create(int sessionsMax = 8) =>
        new(1, TestRing.Fast(1) with { SessionsMax = sessionsMax }, (_, _) => new Kernel());

    internal sealed class Tokenizer : ITokenizer
    {
        public int VocabularySize => 257;

        public ImmutableArray<int> EndTokens => [EndToken];

        public ImmutableArray<int> Encode(string text, bool addSpecial) => [.. Encoding.UTF8.GetBytes(text).Select(b => (int)b)];

        public byte[] Decode(int token) => token == EndToken ? [] : [(byte)token];

        public string ApplyChatTemplate(IReadOnlyList<ChatTurn> turns) => string.Concat(turns.Select(t => t.Content));

        public void Dispose() { /* holds nothing */ }
    }

    private sealed class Kernel : IStageKernel
    {
        private readonly FakeKernel _inner = new(0, true);

        public int EmbeddingLength => _inner.EmbeddingLength;

        public int ContextTokensMax => _inner.ContextTokensMax;

        public int OpenSessions => _inner.OpenSessions;

        public int BatchTokensMax => 1;

        public void Run(ReadOnlySpan<StageCall> calls)
        {
            foreach (var call in calls) call.RunAlone(last: true);
        }

        public IStageSession Open() => new Session(_inner.Open());

        public void Dispose() => _inner.Dispose();
    }

    private sealed class Session(IStageSession inner) : IStageSession
    {
        public int Position => inner.Position;

        public void RunHidden(ReadOnlySpan<float> hiddenIn, int tokens, Span<float> hiddenOut) => inner.RunHidden(hiddenIn, tokens, hiddenOut);

        public Candidates RunLast(ReadOnlySpan<float> hiddenIn, int tokens)
        {
            var random = new Random(inner.RunLast(hiddenIn, tokens).Tokens[0]);
            int[] all = [.. Enumerable.Range(0, 255), EndToken];             // not 255: it is no part of a text
            random.Shuffle(all);
            return new Candidates([.. all], [.. all.Select((_, i) => -i * 0.05f)], 3f);
        }

        public void Dispose() => inner.Dispose();
    }
}
