namespace SwarmCompute.Overlay.WireGuard;

/// <summary>What became of an announcement.</summary>
public abstract record WireGuardMembershipDecision
{
    private WireGuardMembershipDecision() { }

    /// <summary>It counts: the device must be told.</summary>
    /// <param name="Next">The membership with it.</param>
    public sealed record Joined(WireGuardMembership Next) : WireGuardMembershipDecision;

    /// <summary>It says what was known.</summary>
    public sealed record Unchanged : WireGuardMembershipDecision;

    /// <summary>It is not believed.</summary>
    /// <param name="Reason">Why, in one line without a full stop.</param>
    public sealed record Refused(string Reason) : WireGuardMembershipDecision;
}
