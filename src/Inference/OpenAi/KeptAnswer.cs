using System.Collections.Immutable;

namespace SwarmCompute.Inference;

/// <summary>What was told of a streamed answer, event by event, so that it can be gone on with. Guarded by its <see cref="KeptAnswers"/>.</summary>
internal sealed class KeptAnswer(string id, Hash32 request, DateTimeOffset created)
{
    private readonly List<(byte Choice, int Token)> _events = [];           // -1 is the end of a choice

    public string Id => id;

    /// <summary>SHA-256 of the request's path and body.</summary>
    public Hash32 Request => request;

    public DateTimeOffset Created { get; } = created;

    public int Events => _events.Count;

    public DateTimeOffset LastUsed { get; set; } = created;

    /// <summary>Ends whoever is telling it now.</summary>
    public CancellationTokenSource? Cut { get; set; }

    /// <summary>Whoever was telling it last has ended.</summary>
    public Task Ended { get; set; } = Task.CompletedTask;

    /// <summary>An event is about to be told; its number.</summary>
    public int Add(int choice, int? token)
    {
        _events.Add(((byte)choice, token ?? -1));
        return _events.Count - 1;
    }

    /// <summary>The tokens of a choice, and how many of them are among the first events.</summary>
    /// <param name="choice">Which.</param>
    /// <param name="firstEvents">How many events the client has.</param>
    /// <param name="withRest">Whether the tokens of later events are wanted too; of those no log probabilities are kept.</param>
    public (ImmutableArray<int> Tokens, int Had) Known(int choice, int firstEvents, bool withRest)
    {
        ImmutableArray<int> Among(IEnumerable<(byte Choice, int Token)> events) => [.. events.Where(e => e.Choice == choice && e.Token >= 0).Select(e => e.Token)];
        var had = Among(_events.Take(firstEvents));
        return (withRest ? Among(_events) : had, had.Length);
    }

    /// <summary>Whether the end of a choice is among the first events.</summary>
    public bool IsOver(int choice, int firstEvents) => _events.Take(firstEvents).Contains(((byte)choice, -1));

    /// <summary>Forgets the events after the first ones: they are told again.</summary>
    public void Cutoff(int firstEvents) => _events.RemoveRange(firstEvents, _events.Count - firstEvents);
}
