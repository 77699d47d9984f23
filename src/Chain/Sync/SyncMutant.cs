namespace SwarmCompute.Chain.Sync;

/// <summary>Ways to break the follower on purpose, so that the fuzz can show that it notices. Development chains only.</summary>
public enum SyncMutant
{
    /// <summary>Not broken.</summary>
    None,

    /// <summary>Takes a block's number for the block.</summary>
    NumberOnly,
}
