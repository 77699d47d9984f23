using SwarmCompute.Trainer.Learning;
using SwarmCompute.Trainer.Model;
using SwarmCompute.Trainer.Tales;
using SwarmCompute.Trainer.Tokens;
using Xunit;

namespace SwarmCompute.Trainer.Tests;

public sealed class TaleTrainingTests
{
    private static readonly TaleShape Small = new(320, 32, 2, 2, 1, 64, 64);

    [Fact]
    public void One_thread_and_two_learn_the_same_bits() => Assert.Equal(Train(6, 1).Weights, Train(6, 2).Weights);

    [Fact]
    public void The_loss_falls()
    {
        var losses = Train(80, 2).Losses;
        Assert.True(losses[^1] < losses[0] - 1.5, $"{losses[0]} -> {losses[^1]}");
    }

    [Fact]
    public void Rows_begin_with_a_tale_and_next_is_one_ahead()
    {
        var vocabulary = SmallVocabulary();
        var (ids, next) = (new int[128], new int[128]);
        new TaleStream(new TaleTeller(1), vocabulary, 0).Fill(ids, next, 64);
        Assert.Equal([Vocabulary.Begin, Vocabulary.Begin], [ids[0], ids[64]]);
        Assert.Equal(ids[1..64], next[..63]);
    }

    [Fact]
    public void The_rate_rises_to_its_peak_and_then_falls()
    {
        var rates = Enumerable.Range(0, 1_000).Select(step => LearningRate.At(step, step / 1_000.0)).ToArray();
        Assert.InRange(rates.Max(), LearningRate.Peak * 0.9f, LearningRate.Peak);
        Assert.InRange(Array.IndexOf(rates, rates.Max()), 140, 160);
        Assert.InRange(rates[^1], 0f, LearningRate.Peak * 0.06f);
    }

    private static (float[] Weights, List<double> Losses) Train(int steps, int threads)
    {
        using var weights = new TaleWeights(Small);
        weights.Initialise(1);
        using var training = new TaleTraining(weights);
        var tales = new TaleStream(new TaleTeller(1), SmallVocabulary(), 0);
        var losses = Enumerable.Range(0, steps).Select(_ => training.Step(tales, 1e-2f, threads).Loss).ToList();
        return (weights.Values.Span.ToArray(), losses);
    }

    private static Vocabulary SmallVocabulary() => VocabularyTrainer.Train(Enumerable.Range(0, 50).Select(i => new TaleTeller(1).Tell(i)), Small.Vocabulary);
}
