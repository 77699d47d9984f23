using System.Diagnostics;
using System.Globalization;
using SwarmCompute.Trainer.Gguf;
using SwarmCompute.Trainer.Learning;
using SwarmCompute.Trainer.Model;
using SwarmCompute.Trainer.Tales;
using SwarmCompute.Trainer.Tokens;

namespace SwarmCompute.Trainer;

/// <summary>Trains from nothing and writes the GGUF file, also on the way, so that there is always one to use.</summary>
internal static class TrainCommand
{
    private const int VocabularyTales = 5_000;
    private const int CheckRows = 16;
    private const long CheckTale = 1_000_000_000;             // far behind every tale that is learned from
    private const int SaveSteps = 100;
    private static readonly TimeSpan SayEvery = TimeSpan.FromSeconds(10);

    public static int Run(CommandOptions options)
    {
        var path = options.Required("out");
        var (steps, minutes) = (options.Number("steps", 4_000, 1, 1_000_000), options.Number("minutes", 0, 0, 100_000));
        var (threads, seed) = (options.Number("threads", 1, 1, TaleTraining.Lanes), options.Number("seed", 1, 0, int.MaxValue));
        var teller = new TaleTeller(seed);
        var (weights, vocabulary) = options.Text("from") is { } earlier ? TaleFile.Load(earlier) : Fresh(teller, seed);
        using var kept = weights;
        using var training = new TaleTraining(weights);
        Console.WriteLine($"{weights.Values.Length} weights, {vocabulary.Tokens.Length} tokens, {training.TokensPerStep} tokens a step, seed {seed}");
        var budget = minutes > 0 ? new Budget(int.MaxValue, TimeSpan.FromMinutes(minutes)) : new Budget(steps, null);
        Learn(training, new TaleStream(teller, vocabulary, 0), budget, threads, step =>
        {
            TaleFile.Save(path, weights, vocabulary);
            var loss = training.Check(new TaleStream(teller, vocabulary, CheckTale), CheckRows);
            var tale = training.Continue([Vocabulary.Begin, .. vocabulary.Encode("Once upon a time")], 60, Vocabulary.End);
            Console.WriteLine($"step {step}: wrote {path}; loss {loss:F4} on tales not learned from; it tells:\n{vocabulary.Decode(tale)}");
        });
        return 0;
    }

    private static (TaleWeights Weights, Vocabulary Vocabulary) Fresh(TaleTeller teller, int seed)
    {
        var vocabulary = VocabularyTrainer.Train(Enumerable.Range(0, VocabularyTales).Select(i => teller.Tell(i)), TaleShape.Default.Vocabulary);
        var weights = new TaleWeights(TaleShape.Default with { Vocabulary = vocabulary.Tokens.Length });
        weights.Initialise(seed);
        return (weights, vocabulary);
    }

    private static void Learn(TaleTraining training, TaleStream tales, Budget budget, int threads, Action<int> save)
    {
        var start = Stopwatch.GetTimestamp();
        var (said, average) = (TimeSpan.Zero, double.NaN);
        var step = 0;
        for (; budget.Progress(step, Stopwatch.GetElapsedTime(start)) is < 1 and var progress; step++)
        {
            var (loss, norm) = training.Step(tales, LearningRate.At(step, progress), threads);
            average = double.IsNaN(average) ? loss : (0.95 * average) + (0.05 * loss);
            if (!double.IsFinite(loss)) throw new InvalidOperationException($"The loss is {loss} at step {step}.");
            var elapsed = Stopwatch.GetElapsedTime(start);
            if (elapsed - said >= SayEvery)
            {
                said = elapsed;
                var speed = (step + 1) * training.TokensPerStep / elapsed.TotalSeconds;
                var rest = elapsed * ((1 - progress) / Math.Max(progress, 1e-6));
                Console.WriteLine($"step {step + 1} {progress:P1} loss {average:F4} gradient {norm:F2} {speed:F0} tokens/s, {Minutes(rest)} left");
            }
            if ((step + 1) % SaveSteps == 0) save(step + 1);
        }
        if (step % SaveSteps != 0) save(step);
        Console.WriteLine($"{step} steps, {(long)step * training.TokensPerStep} tokens, {Minutes(Stopwatch.GetElapsedTime(start))}, loss {average:F4}");
    }

    private static string Minutes(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:F1} min");

    /// <summary>When to stop: after so many steps, or after so much time.</summary>
    private sealed record Budget(int Steps, TimeSpan? Time)
    {
        public double Progress(int step, TimeSpan elapsed) => Time is { } time ? elapsed / time : (double)step / Steps;
    }
}
