using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SwarmCompute.Attestation;

namespace SwarmCompute.Overlay.Tests;

/// <summary>Issues real certificates for the tests' peers.</summary>
internal static class Parties
{
    public static readonly IPEndPoint AnyPort = new(IPAddress.Loopback, 0);

    public static SwarmIdentity.Guest Guest(int slot = 1, uint epoch = 1, ulong order = 7) =>
        new(new OrderId(order), slot, new LeaseEpoch(epoch), Address.Parse("0x" + new string('1', 40)));

    public static SwarmIdentity.Silo Silo(string node = "node-1") => new(new NodeId(node));

    public static OverlayCredentials Credentials(this CertificateAuthority authority, SwarmIdentity identity, TimeSpan? lifetime = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = authority.Issue(identity, key, lifetime ?? TimeSpan.FromHours(1));
        return new OverlayCredentials(certificate.CopyWithPrivateKey(key), X509CertificateLoader.LoadCertificate(authority.Root.RawData));
    }

    public static async Task<OverlayConnection> Next(this OverlayListener listener, CancellationToken cancel)
    {
        await foreach (var connection in listener.Accept(cancel)) return connection;
        throw new InvalidOperationException("The listener has stopped.");
    }
}
