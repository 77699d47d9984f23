using SwarmCompute.Chain.Sync;

namespace SwarmCompute.Chain.Tests.Sync;

/// <summary>Does what a consumer of the follower does: applies, undoes, counts as final; and holds the follower to its word.</summary>
internal sealed class Follower(ChainSync sync)
{
    private readonly List<OrderEvent> _hot = [];
    private readonly List<OrderEvent> _final = [];

    public SyncState State { get; private set; } = sync.Start;

    public IReadOnlyList<OrderEvent> Hot => _hot;

    public IReadOnlyList<OrderEvent> Final => _final;

    public int Undone { get; private set; }

    public List<SyncAlarm> Alarms { get; } = [];

    /// <summary>Steps until nothing is left to read.</summary>
    public async Task CatchUp(CancellationToken cancel)
    {
        for (var steps = 0; await Step(cancel) || steps < 2; steps++) Assert.True(steps < 1000, "The follower never comes to rest.");
    }

    /// <summary>Takes a step; a step that fails changes nothing.</summary>
    public async Task<bool> TryStep(CancellationToken cancel)
    {
        try
        {
            return await Step(cancel);
        }
        catch (ChainException)
        {
            return true;
        }
    }

    private async Task<bool> Step(CancellationToken cancel)
    {
        var step = await sync.Step(State, cancel);
        foreach (var undone in step.Undone)
        {
            Assert.Equal(_hot[^1], undone);                                  // the last applied first, each once
            _hot.RemoveAt(_hot.Count - 1);
            Undone++;
        }
        _hot.AddRange(step.Applied);
        var followed = step.Final.Count(_hot.Contains);
        Assert.Equal(_hot.Take(followed), step.Final.Take(followed));
        _hot.RemoveRange(0, followed);
        _final.AddRange(step.Final);
        Assert.Equal(step.Next.HotEvents, _hot);
        var isNew = step.IsBehind || !step.Undone.IsEmpty || !step.Applied.IsEmpty || !step.Final.IsEmpty || step.Next.Head != State.Head;
        State = step.Next;
        Alarms.AddRange(step.Alarms);
        return isNew;
    }
}
