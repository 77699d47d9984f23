using SwarmCompute.Trainer.Maths;
using SwarmCompute.Trainer.Model;

namespace SwarmCompute.Trainer.Learning;

/// <summary>
/// Training steps over a batch that is always cut into the same two lanes, whose gradients are added in the same order: one
/// thread or two give the same bits on the same kind of processor.
/// </summary>
internal sealed class TaleTraining : IDisposable
{
    public const int Lanes = 2;
    public const int RowsPerLane = 2;
    private const float GradientMax = 1f;
    private readonly TaleWeights _weights;
    private readonly TalePass[] _lanes;
    private readonly AdamW _optimizer;
    private readonly int[] _ids;
    private readonly int[] _next;

    public TaleTraining(TaleWeights weights)
    {
        _weights = weights;
        _lanes = [.. Enumerable.Range(0, Lanes).Select(_ => new TalePass(weights, RowsPerLane, withGradients: true))];
        _optimizer = new AdamW(weights);
        _ids = new int[TokensPerStep];
        _next = new int[TokensPerStep];
    }

    public int TokensPerStep => Lanes * RowsPerLane * _weights.Shape.Context;

    /// <summary>One step; returns the mean loss in nats per token, and the length of the gradient.</summary>
    public (double Loss, float GradientNorm) Step(TaleStream tales, float rate, int threads)
    {
        tales.Fill(_ids, _next, _weights.Shape.Context);
        var losses = new double[Lanes];
        void Lane(int lane)
        {
            var range = new Range(lane * TokensPerStep / Lanes, (lane + 1) * TokensPerStep / Lanes);
            _lanes[lane].Gradients.Span.Clear();
            losses[lane] = _lanes[lane].Learn(_ids.AsSpan(range), _next.AsSpan(range), _weights.Shape.Context, 1f / TokensPerStep);
        }
        Parallel.For(0, Lanes, new ParallelOptions { MaxDegreeOfParallelism = threads }, Lane);
        for (var lane = 1; lane < Lanes; lane++) AddGradients(_lanes[0].Gradients, _lanes[lane].Gradients);
        var norm = _optimizer.Step(_lanes[0].Gradients, rate, GradientMax);
        return (losses.Sum() / TokensPerStep, norm);
    }

    /// <summary>Mean loss in nats per token over tales that are not learned from.</summary>
    public double Check(TaleStream tales, int rows)
    {
        var time = _weights.Shape.Context;
        var (ids, next, sum) = (new int[time], new int[time], 0.0);
        for (var row = 0; row < rows; row++)
        {
            tales.Fill(ids, next, time);
            var logits = _lanes[0].Forward(ids, time);
            for (var r = 0; r < time; r++) sum += Surprise(logits.Slice(r * _weights.Shape.Vocabulary, _weights.Shape.Vocabulary), next[r]);
        }
        return sum / (rows * time);
    }

    /// <summary>The most likely continuation of <paramref name="prompt"/>, up to <paramref name="end"/> or <paramref name="count"/> tokens.</summary>
    public List<int> Continue(IReadOnlyList<int> prompt, int count, int end) => GreedyWriter.Continue(_lanes[0], _weights.Shape, prompt, count, end);

    public void Dispose()
    {
        foreach (var lane in _lanes) lane.Dispose();
        _optimizer.Dispose();
    }

    private static double Surprise(Span<float> logits, int next)
    {
        var (max, sum) = (float.NegativeInfinity, 0.0);
        foreach (var x in logits) max = Math.Max(max, x);
        foreach (var x in logits) sum += Math.Exp(x - max);
        return Math.Log(sum) + max - logits[next];
    }

    private static unsafe void AddGradients(Floats to, Floats from) => RowMath.Add(to.At(), from.At(), to.Length);
}
