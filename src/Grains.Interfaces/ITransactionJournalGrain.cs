namespace SwarmCompute.Grains.Interfaces;

/// <summary>
/// The transactions of one account that are not final yet, for every silo that sends with it. A record is the lease of its nonce. Keyed by
/// chain and account: <c>31337 0x…</c>. Whoever writes here can only hold transactions up: a record's hash covers the account's signature.
/// </summary>
[Alias("swarm.ITransactionJournalGrain")]
public interface ITransactionJournalGrain : IGrainWithStringKey
{
    /// <summary>All records.</summary>
    [Alias("Read"), ResponseTimeout("00:00:03")]
    Task<ImmutableArray<JournalRecord>> Read(CancellationToken cancel);

    /// <summary>Adds a record, or puts it in the place of the one with its nonce and purpose; durable when this returns.</summary>
    [Alias("Write"), ResponseTimeout("00:00:03")]
    Task<JournalDecision> Write(JournalRecord record, CancellationToken cancel);

    /// <summary>Removes the record of a nonce and a purpose; durable when this returns.</summary>
    /// <returns>Whether there was one.</returns>
    [Alias("Remove"), ResponseTimeout("00:00:03")]
    Task<bool> Remove(ulong nonce, string purpose, CancellationToken cancel);
}
