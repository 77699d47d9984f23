using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace SwarmCompute.Inference;

/// <summary>Counts what a head served. Lists the first <see cref="ListedMax"/> answers, and counts all. Thread-safe.</summary>
public sealed class UsageMeter
{
    /// <summary>Most answers that are listed one by one.</summary>
    public const int ListedMax = 1000;

    private readonly Lock _gate = new();
    private readonly ImmutableArray<CompletionUsage>.Builder _listed = ImmutableArray.CreateBuilder<CompletionUsage>();
    private long _completionTokens, _promptTokens, _completions, _endedCompletionTokens;

    /// <summary>Completion tokens served, those of answers that still run included.</summary>
    public long CompletionTokens => Interlocked.Read(ref _completionTokens);

    /// <summary>Prompt tokens of all answers that ended.</summary>
    public long PromptTokens => Interlocked.Read(ref _promptTokens);

    /// <summary>Answers that ended, broken off ones included.</summary>
    public long Completions => Interlocked.Read(ref _completions);

    /// <summary>The first answers that ended, in that order.</summary>
    public ImmutableArray<CompletionUsage> Listed
    {
        get { lock (_gate) return _listed.ToImmutable(); }
    }

    /// <summary>All answers that ended, at one moment: the sums agree with the list, as long as that is not full.</summary>
    public UsageTotals Ended
    {
        get { lock (_gate) return new UsageTotals(_completions, _promptTokens, _endedCompletionTokens, _listed.ToImmutable()); }
    }

    /// <summary>SHA-256 of tokens, each as int32, little-endian.</summary>
    public static Hash32 HashOf(ReadOnlySpan<int> tokens) => Hash32.Sha256(MemoryMarshal.AsBytes(tokens));

    internal void CountToken() => Interlocked.Increment(ref _completionTokens);

    internal void End(ReadOnlySpan<int> prompt, ReadOnlySpan<int> answer, int resumed)
    {
        var usage = new CompletionUsage(prompt.Length, answer.Length - resumed, resumed, HashOf(prompt), HashOf(answer));
        lock (_gate)
        {
            Interlocked.Add(ref _promptTokens, prompt.Length);
            Interlocked.Increment(ref _completions);
            _endedCompletionTokens += usage.CompletionTokens;
            if (_listed.Count < ListedMax) _listed.Add(usage);
        }
    }
}
