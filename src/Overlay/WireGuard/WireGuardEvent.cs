using SwarmCompute.Attestation;

namespace SwarmCompute.Overlay.WireGuard;

/// <summary>Something that the overlay noticed by itself.</summary>
public abstract record WireGuardEvent
{
    private WireGuardEvent() { }

    /// <summary>A member has been silent for too long.</summary>
    /// <param name="Member">Who.</param>
    /// <param name="SilentFor">For how long nothing authentic has come.</param>
    /// <param name="LatestHandshake">When keys were last agreed on, by the device's clock; null: never.</param>
    public sealed record Lost(SwarmIdentity.Guest Member, TimeSpan SilentFor, DateTimeOffset? LatestHandshake) : WireGuardEvent;

    /// <summary>A member that was lost has been heard again.</summary>
    /// <param name="Member">Who.</param>
    public sealed record Back(SwarmIdentity.Guest Member) : WireGuardEvent;

    /// <summary>The device cannot be asked, or cannot be told; that is tried again.</summary>
    /// <param name="Reason">Why, in one line.</param>
    public sealed record DeviceFault(string Reason) : WireGuardEvent;
}
