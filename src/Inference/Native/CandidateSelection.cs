using System.Collections.Immutable;

namespace SwarmCompute.Inference;

/// <summary>Chooses the best candidates from the logits of the whole vocabulary.</summary>
internal static class CandidateSelection
{
    /// <summary>The best, best first; equal ones in order of their ids.</summary>
    /// <exception cref="InferenceException">A logit is not a number, or infinitely high.</exception>
    public static Candidates Best(ReadOnlySpan<float> logits)
    {
        var highest = float.NegativeInfinity;
        foreach (var logit in logits)
        {
            if (float.IsNaN(logit) || float.IsPositiveInfinity(logit))
                throw new InferenceException("The model gave a logit that is not a finite number: the file is damaged, or a hidden state was.");
            highest = Math.Max(highest, logit);
        }
        if (float.IsNegativeInfinity(highest)) throw new InferenceException("The model gave no token any probability: the file is damaged.");

        var sum = 0.0;
        foreach (var logit in logits) sum += MathF.Exp(logit - highest);
        var best = Select(logits, Math.Min(Candidates.CountMax, logits.Length));
        return new([.. best.Select(candidate => candidate.Token)], [.. best.Select(candidate => candidate.Logit)], (float)(highest + Math.Log(sum)));
    }

    private static List<(float Logit, int Token)> Select(ReadOnlySpan<float> logits, int count)
    {
        // The root of the queue is the worst of those kept: the lowest logit, and of equal ones the highest id.
        var kept = new PriorityQueue<int, (float Logit, int Token)>(count + 1, Comparer<(float Logit, int Token)>.Create(WorstFirst));
        var worst = float.NegativeInfinity;
        for (var token = 0; token < logits.Length; token++)
        {
            var logit = logits[token];
            if (kept.Count < count) kept.Enqueue(token, (logit, token));
            else if (logit > worst) kept.DequeueEnqueue(token, (logit, token));
            else continue;
            if (kept.Count == count && kept.TryPeek(out _, out var root)) worst = root.Logit;
        }
        var best = kept.UnorderedItems.Select(item => item.Priority).ToList();
        best.Sort((a, b) => WorstFirst(b, a));
        return best;
    }

    private static int WorstFirst((float Logit, int Token) a, (float Logit, int Token) b) =>
        a.Logit != b.Logit ? a.Logit.CompareTo(b.Logit) : b.Token.CompareTo(a.Token);
}
