namespace SwarmCompute.Grains.Interfaces;

/// <summary>An order's outbox to the chain.</summary>
/// <param name="Intents">In the order in which they are sent.</param>
[GenerateSerializer, Immutable, Alias("swarm.SettlementSnapshot")]
public sealed record SettlementSnapshot([property: Id(0)] ImmutableArray<IntentSnapshot> Intents)
{
    /// <summary>The first failure among what is still to do; null where nothing fails.</summary>
    public string? Trouble => Intents.Where(intent => !intent.IsDone).Select(intent => intent.Error).FirstOrDefault(error => error is not null);

    /// <summary>Whether nothing is left to do.</summary>
    public bool IsDone => Intents.All(intent => intent.IsDone);

    /// <summary>Whether an intent of this key was ever added (and not superseded).</summary>
    public bool Has(string key) => Intents.Any(intent => intent.Key == key);
}
