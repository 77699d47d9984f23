using SwarmCompute.Attestation;

namespace SwarmCompute.Overlay.Tests.WireGuard;

/// <summary>Both ends of one authenticated link over loopback.</summary>
internal sealed record Link(OverlayConnection Accepted, OverlayConnection Dialed) : IAsyncDisposable
{
    public static async Task<Link> Make(CertificateAuthority authority, SwarmIdentity accepts, SwarmIdentity dials)
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var listener = OverlayListener.Start(Parties.AnyPort, authority.Credentials(accepts), TimeProvider.System);
        var dialed = await OverlayDialer.Dial(listener.LocalEndPoint, authority.Credentials(dials), peer => peer == accepts, TimeProvider.System, cancel);
        return new Link(await listener.Next(cancel), dialed);
    }

    public async ValueTask DisposeAsync()
    {
        await Dialed.DisposeAsync();
        await Accepted.DisposeAsync();
    }
}
