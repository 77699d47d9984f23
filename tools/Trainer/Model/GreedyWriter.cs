namespace SwarmCompute.Trainer.Model;

/// <summary>Writes on by always taking the most likely token. Runs the whole text for every token: fine for a few hundred.</summary>
internal static class GreedyWriter
{
    public static List<int> Continue(TalePass pass, TaleShape shape, IReadOnlyList<int> prompt, int count, int end)
    {
        var ids = new List<int>(prompt);
        var written = new List<int>();
        while (written.Count < count && ids.Count < shape.Context)
        {
            var time = (ids.Count + 15) / 16 * 16;
            var padded = new int[time];                            // what comes later does not reach back
            ids.CopyTo(padded);
            var logits = pass.Forward(padded, time).Slice((ids.Count - 1) * shape.Vocabulary, shape.Vocabulary);
            var next = Best(logits);
            if (next == end) break;
            ids.Add(next);
            written.Add(next);
        }
        return written;
    }

    private static int Best(ReadOnlySpan<float> logits)
    {
        var best = 0;
        for (var i = 1; i < logits.Length; i++)
            if (logits[i] > logits[best]) best = i;
        return best;
    }
}
