using System.Diagnostics;

namespace SwarmCompute.Fuzz;

/// <summary>
/// Searches for an input that a parser takes badly: changes inputs at random and keeps those that went through branches where none went before.
/// </summary>
/// <param name="target">The parser.</param>
/// <param name="seed">The seed of all choices.</param>
/// <param name="limits">What one input may cost.</param>
internal sealed class FuzzCampaign(FuzzTarget target, int seed, InputLimits limits)
{
    private const int CorpusMax = 4096, InputsBetweenLooks = 256;
    private readonly EdgeMap _edges = new();
    private readonly List<byte[]> _corpus = [];
    private readonly Random _random = new(seed);
    private long _executions, _accepted;

    /// <summary>The input that is being read: a watchdog looks at it.</summary>
    public byte[] Current { get; private set; } = [];

    /// <summary>When <see cref="Current"/> began, as <see cref="Stopwatch.GetTimestamp"/>; null where nothing is being read.</summary>
    public long? Began { get; private set; }

    /// <summary>Runs until something is found, the time is over, or as many inputs were read.</summary>
    public FuzzResult Run(IEnumerable<byte[]> seeds, TimeSpan time, long executionsMax)
    {
        var began = Stopwatch.GetTimestamp();
        foreach (var one in seeds)
        {
            _corpus.Add(one);
            if (Try(one) is { } fault) return Result(fault, one);
        }
        if (_corpus.Count == 0) _corpus.Add([]);
        var mutator = new InputMutator(_random, target.BytesMax);
        while (_executions < executionsMax)
        {
            if (_executions % InputsBetweenLooks == 0 && Stopwatch.GetElapsedTime(began) >= time) break;
            var input = mutator.Mutate(Pick(), Pick());
            if (Try(input) is { } fault) return Result(fault, input);
        }
        return Result(null, null);
    }

    // Half of the time one of the newest: what was found last leads on soonest.
    private byte[] Pick() => _corpus[_random.Next(2) == 0 ? _random.Next(_corpus.Count) : _random.Next(Math.Max(0, _corpus.Count - 32), _corpus.Count)];

    private InputFault? Try(byte[] input)
    {
        (Current, Began) = (input, Stopwatch.GetTimestamp());
        _executions++;
        _edges.Begin();
        var fault = InputRun.Judge(target, input, limits, out var accepted);
        if (accepted) _accepted++;
        if (fault is not null || !_edges.End()) return fault;
        if (_corpus.Count == CorpusMax) _corpus.RemoveAt(_random.Next(CorpusMax));
        _corpus.Add(input);
        return InputRun.JudgeTwice(target, input, limits);
    }

    private FuzzResult Result(InputFault? fault, byte[]? input)
    {
        Began = null;
        return new(_executions, _accepted, _edges.Count, _corpus.Count, fault, input);
    }
}
