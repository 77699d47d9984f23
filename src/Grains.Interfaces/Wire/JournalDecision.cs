namespace SwarmCompute.Grains.Interfaces;

/// <summary>What a journal of transactions did with a record.</summary>
[GenerateSerializer, Immutable, Alias("swarm.JournalDecision")]
public abstract record JournalDecision
{
    private JournalDecision() { }

    /// <summary>It is there.</summary>
    [GenerateSerializer, Immutable, Alias("swarm.JournalDecision.Written")]
    public sealed record Written : JournalDecision;

    /// <summary>Nothing was written: its nonce has another purpose, or its purpose another nonce.</summary>
    [GenerateSerializer, Immutable, Alias("swarm.JournalDecision.Taken")]
    public sealed record Taken : JournalDecision;

    /// <summary>Nothing was written: this is no record to keep.</summary>
    /// <param name="Why">One line.</param>
    [GenerateSerializer, Immutable, Alias("swarm.JournalDecision.Refused")]
    public sealed record Refused([property: Id(0)] string Why) : JournalDecision;
}
