namespace SwarmCompute.Grains.Interfaces;

/// <summary>How far a lease is. It never goes back; numbers are append-only.</summary>
public enum LeaseStatus
{
    /// <summary>A node and an epoch are chosen.</summary>
    Reserved = 1,
    /// <summary>The node agent starts the guest.</summary>
    Launching = 2,
    /// <summary>The guest runs and asks the authority for its certificate.</summary>
    Attesting = 3,
    /// <summary>The authority certified the guest.</summary>
    Attested = 4,
    /// <summary>Its stage stands in the pipeline.</summary>
    Running = 5,
    /// <summary>It finishes what runs and takes nothing new.</summary>
    Draining = 6,
    /// <summary>Given back in order.</summary>
    Released = 7,
    /// <summary>Lost; a successor has a higher epoch.</summary>
    Lost = 8,
}
