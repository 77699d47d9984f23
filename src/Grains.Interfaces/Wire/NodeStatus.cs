namespace SwarmCompute.Grains.Interfaces;

/// <summary>Where a node stands. Numbers are append-only.</summary>
public enum NodeStatus
{
    /// <summary>A new run of its agent has said hello.</summary>
    Joining = 1,
    /// <summary>Takes leases.</summary>
    Ready = 2,
    /// <summary>Keeps its leases, takes no new ones.</summary>
    Cordoned = 3,
    /// <summary>Its leases move away.</summary>
    Draining = 4,
    /// <summary>Left in order.</summary>
    Left = 5,
    /// <summary>Lost; a new run of its agent joins again.</summary>
    Lost = 6,
}
