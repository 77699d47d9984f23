using SwarmCompute.Trainer.Model;
using Xunit;

namespace SwarmCompute.Trainer.Tests;

public sealed class TalePassTests
{
    private static readonly TaleShape Tiny = new(64, 32, 2, 2, 1, 48, 32);

    [Fact]
    public void Every_gradient_agrees_with_a_small_step()
    {
        using var weights = Weights();
        using var pass = new TalePass(weights, 2, withGradients: true);
        var (ids, next) = Ids(64);
        pass.Learn(ids, next, 32, 1f);
        var gradients = pass.Gradients.Span.ToArray();
        foreach (var slot in weights.Slots)
            foreach (var place in Strongest(slot, gradients))
            {
                var measured = (Loss(weights, pass, place, 5e-3f) - Loss(weights, pass, place, -5e-3f)) / 1e-2;
                var allowed = 0.01 + (0.02 * Math.Abs(measured));
                Assert.True(Math.Abs(measured - gradients[place]) < allowed, $"{slot.Name}: {gradients[place]}, measured {measured}");
            }
    }

    [Fact]
    public void What_comes_later_does_not_reach_back()
    {
        using var weights = Weights();
        using var pass = new TalePass(weights, 1, withGradients: false);
        var (ids, _) = Ids(32);
        var before = pass.Forward(ids, 32)[..(20 * Tiny.Vocabulary)].ToArray();
        for (var i = 20; i < 32; i++) ids[i] = (ids[i] + 1) % Tiny.Vocabulary;
        Assert.Equal(before, pass.Forward(ids, 32)[..(20 * Tiny.Vocabulary)].ToArray());
    }

    [Fact]
    public void Sequences_of_a_batch_do_not_see_each_other()
    {
        using var weights = Weights();
        using var pass = new TalePass(weights, 2, withGradients: false);
        var (ids, _) = Ids(64);
        var together = pass.Forward(ids, 32)[(32 * Tiny.Vocabulary)..].ToArray();
        var alone = pass.Forward(ids.AsSpan(32), 32).ToArray();
        for (var i = 0; i < alone.Length; i++) Assert.Equal(alone[i], together[i], 1e-4f);
    }

    [Fact]
    public void Ids_that_do_not_fit_are_refused()
    {
        using var weights = Weights();
        using var pass = new TalePass(weights, 1, withGradients: false);
        Assert.Throws<ArgumentException>(() => { pass.Forward(new int[64], 32); });
        Assert.Throws<ArgumentException>(() => { pass.Forward(new int[17], 17); });
    }

    [Fact]
    public void A_shape_that_is_not_whole_is_refused() =>
        Assert.Throws<ArgumentException>(() => (Tiny with { FeedForward = 50 }).ThrowIfNotWhole());

    private static double Loss(TaleWeights weights, TalePass pass, int place, float change)
    {
        var (ids, next) = Ids(64);
        var kept = weights.Values.Span[place];
        weights.Values.Span[place] = kept + change;
        var loss = pass.Learn(ids, next, 32, 1f);
        weights.Values.Span[place] = kept;
        return loss;
    }

    private static IEnumerable<int> Strongest(WeightSlot slot, float[] gradients) =>
        Enumerable.Range(slot.Offset, slot.Length).OrderByDescending(i => Math.Abs(gradients[i])).Take(2);

    private static TaleWeights Weights()
    {
        var weights = new TaleWeights(Tiny);
        weights.Initialise(3);
        foreach (ref var value in weights.Values.Span) value *= 3;
        return weights;
    }

    private static (int[] Ids, int[] Next) Ids(int count)
    {
        var random = new Random(1);
        var ids = Enumerable.Range(0, count + 1).Select(_ => random.Next(Tiny.Vocabulary)).ToArray();
        return (ids[..count], ids[1..]);
    }
}
