namespace SwarmCompute.Grains.Interfaces;

/// <summary>An order as the swarm sees it: the chain's states, and those in between. Numbers are append-only.</summary>
public enum OrderPhase
{
    /// <summary>The chain has the order; the swarm has not looked at it yet.</summary>
    Open = 1,
    /// <summary>Nodes are looked for; <see cref="OrderSnapshot.Why"/> says what is missing.</summary>
    Matching = 2,
    /// <summary>Every slot has a lease; guests start, are attested, load their layers.</summary>
    Provisioning = 3,
    /// <summary>The whole pipeline stands and the chain knows its leases: requests are served.</summary>
    Running = 4,
    /// <summary>The order finishes: report, submission, settlement.</summary>
    Settling = 5,
    /// <summary>Paid and over.</summary>
    Completed = 6,
    /// <summary>Closed before it ran; refunded.</summary>
    Cancelled = 7,
    /// <summary>Past its end without a report; refunded.</summary>
    Expired = 8,
    /// <summary>Can never run as it was placed; it waits for its customer to cancel it, or for its end.</summary>
    Failed = 9,
}
