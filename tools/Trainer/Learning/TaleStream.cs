using SwarmCompute.Trainer.Tales;
using SwarmCompute.Trainer.Tokens;

namespace SwarmCompute.Trainer.Learning;

/// <summary>Training rows: each begins with a new tale and goes on with more tales until it is full. No tale is used twice.</summary>
internal sealed class TaleStream(TaleTeller teller, Vocabulary vocabulary, long firstTale)
{
    private long _next = firstTale;

    /// <summary>Fills <paramref name="ids"/> and, one place ahead, <paramref name="next"/>: rows of <paramref name="time"/> ids each.</summary>
    public void Fill(Span<int> ids, Span<int> next, int time)
    {
        for (var row = 0; row < ids.Length; row += time)
        {
            var line = Row(time + 1);
            line.AsSpan(0, time).CopyTo(ids[row..]);
            line.AsSpan(1, time).CopyTo(next[row..]);
        }
    }

    private int[] Row(int length)
    {
        var line = new List<int>(length + 512);
        while (line.Count < length)
        {
            line.Add(Vocabulary.Begin);
            line.AddRange(vocabulary.Encode(teller.Tell(_next++)));
            line.Add(Vocabulary.End);
        }
        return [.. line.Take(length)];
    }
}
